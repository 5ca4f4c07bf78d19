package redisstore_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/latchkey-go/latchkey/client/tokenstore/internal/redistest"
	"github.com/latchkey-go/latchkey/client/tokenstore/redisstore"
)

// trouble is what happens to Redis while one pod logs in and the others wait for it.
type trouble struct {
	name  string
	long  bool          // it takes many servers
	after time.Duration // how long a login goes on afterwards
	begin func(t *testing.T) (newRedis func() redis.UniversalClient, happens func())
}

var troubles = []trouble{
	{"restart", false, 500 * time.Millisecond, func(t *testing.T) (func() redis.UniversalClient, func()) {
		s := redistest.Start(t)
		return oneServer(&redis.Options{Addr: s.Addr}), func() {
			s.Kill()
			<-time.After(200 * time.Millisecond)
			s.Restart(t)
		}
	}},
	{"the slot moves", false, 500 * time.Millisecond, func(t *testing.T) (func() redis.UniversalClient, func()) {
		c := redistest.StartCluster(t, 2, 0)
		return ofCluster(c), func() {
			c.Move(t, heldLock(t, c), func() { <-time.After(300 * time.Millisecond) })
		}
	}},
	{"the slot moves, and back", true, time.Second, func(t *testing.T) (func() redis.UniversalClient, func()) {
		c := redistest.StartCluster(t, 3, 3)
		return ofCluster(c), func() {
			lock := heldLock(t, c)
			for range 2 {
				c.Move(t, lock, func() { <-time.After(time.Second) })
			}
		}
	}},
	{"failover in a Cluster", true, 5 * time.Second, func(t *testing.T) (func() redis.UniversalClient, func()) {
		c := redistest.StartCluster(t, 3, 3)
		return ofCluster(c), func() { c.Owner(t, heldLock(t, c)).Kill() }
	}},
	{"failover by Sentinel", true, 5 * time.Second, func(t *testing.T) (func() redis.UniversalClient, func()) {
		master, sentinels := redistest.StartSentinels(t)
		return func() redis.UniversalClient {
			return redis.NewFailoverClient(&redis.FailoverOptions{MasterName: "master", SentinelAddrs: sentinels})
		}, master.Kill
	}},
	{"failover by Sentinel, to a cluster's client", true, 5 * time.Second, func(t *testing.T) (func() redis.UniversalClient, func()) {
		master, sentinels := redistest.StartSentinels(t)
		return func() redis.UniversalClient {
			return redis.NewFailoverClusterClient(&redis.FailoverOptions{MasterName: "master", SentinelAddrs: sentinels})
		}, master.Kill
	}},
	{"a server of a Ring restarts", true, 2 * time.Second, func(t *testing.T) (func() redis.UniversalClient, func()) {
		first, second := redistest.Start(t), redistest.Start(t)
		return func() redis.UniversalClient {
				return redis.NewRing(&redis.RingOptions{Addrs: map[string]string{"a": first.Addr, "b": second.Addr}})
			}, func() {
				for _, s := range []*redistest.Server{first, second} {
					s.Kill()
					s.Restart(t)
				}
			}
	}},
}

// No call fails, there is one login more at most, and whoever waits has the token soon.
func TestP9TroubleDuringALogin(t *testing.T) {
	t.Parallel()
	for _, tt := range troubles {
		if tt.long && !long() {
			continue
		}
		t.Run(tt.name, func(t *testing.T) {
			n := 200
			if !long() { // else the machine would be too busy
				t.Parallel()
				n = podsPerProcess
			}
			newRedis, happens := tt.begin(t)
			p := newPods(t, n, newRedis)
			p.begin(t)
			happens()
			<-time.After(tt.after)
			p.end(t, 2)
		})
	}
}

// Pods come while the slot of their record is between two servers.
func TestP9LoginWhileTheSlotMoves(t *testing.T) {
	t.Parallel()
	c := redistest.StartCluster(t, 2, 0)
	first := newPods(t, 1, ofCluster(c))
	first.begin(t)
	lock := heldLock(t, c)
	first.end(t, 1)
	rdb := c.Client(t)
	if err := rdb.ForEachMaster(t.Context(), func(ctx context.Context, master *redis.Client) error {
		return master.FlushAll(ctx).Err()
	}); err != nil {
		t.Fatal(err)
	}
	p := newPods(t, podsPerProcess, ofCluster(c))
	c.Move(t, lock, func() { p.begin(t) })
	p.end(t, 1)
}

// A record and its lock are at two servers while their slot moves. Whoever waits gets the record all the same, and who
// has seen it gets the lock, alone.
func TestP9RecordWhileTheSlotMoves(t *testing.T) {
	t.Parallel()
	const key = "k"
	record, older := []byte("the record"), []byte("an older one")
	c := redistest.StartCluster(t, 2, 0)
	var stores [2]*redisstore.Store
	for i := range stores {
		stores[i] = redisstore.New(c.Client(t))
	}
	put(t, stores[0], key, string(record), time.Minute)
	c.Move(t, "latchkey:"+key, func() {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		unlock, found, err := stores[0].LockOrGet(ctx, key, older)
		if unlock != nil || !bytes.Equal(found, record) || err != nil {
			t.Errorf("somebody who has seen an older record got a lock (%t), %q, %v; want the record", unlock != nil, found, err)
		}
		unlock, found, err = stores[0].LockOrGet(ctx, key, record)
		if unlock == nil || found != nil || err != nil {
			t.Fatalf("somebody who has seen the record got a lock (%t), %q, %v; want the lock", unlock != nil, found, err)
		}
		defer unlock()
		brief, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		if _, _, err := stores[1].LockOrGet(brief, key, record); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("somebody else: %v; want to wait for the lock until its ctx ends", err)
		}
	})
}

func oneServer(o *redis.Options) func() redis.UniversalClient {
	return func() redis.UniversalClient { copied := *o; return redis.NewClient(&copied) }
}

func ofCluster(c *redistest.Cluster) func() redis.UniversalClient {
	return func() redis.UniversalClient { return redis.NewClusterClient(&redis.ClusterOptions{Addrs: c.Addrs()}) }
}

// heldLock returns the name of the only lock that is held.
func heldLock(t *testing.T, c *redistest.Cluster) (lock string) {
	t.Helper()
	for _, s := range c.Masters {
		rdb := redis.NewClient(&redis.Options{Addr: s.Addr})
		keys, err := rdb.Keys(context.WithoutCancel(t.Context()), "latchkey:lock:*").Result()
		_ = rdb.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range keys {
			lock = key
		}
	}
	if lock == "" {
		t.Fatal("no lock is held")
	}
	return lock
}
