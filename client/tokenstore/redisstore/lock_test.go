package redisstore_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/latchkey-go/latchkey/client/tokenstore/internal/redistest"
	"github.com/latchkey-go/latchkey/client/tokenstore/redisstore"
)

const lockKey = "latchkey:lock:{latchkey:key}"

func lock(t *testing.T, s *redisstore.Store) func() {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	unlock, err := s.Lock(ctx, "key")
	if err != nil {
		t.Fatal(err)
	}
	return unlock
}

func owner(t *testing.T, rdb *redis.Client) string {
	t.Helper()
	owner, err := rdb.Get(t.Context(), lockKey).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		t.Fatal(err)
	}
	return owner
}

func TestLockLease(t *testing.T) {
	t.Parallel()
	rdb := redistest.Start(t).Client(t)
	for want, store := range map[time.Duration]*redisstore.Store{
		10 * time.Second:        redisstore.New(rdb),
		1500 * time.Millisecond: redisstore.New(rdb, redisstore.WithLease(1500*time.Millisecond)),
	} {
		unlock := lock(t, store)
		lease, err := rdb.PTTL(t.Context(), lockKey).Result()
		if err != nil || lease > want || lease < want-time.Second {
			t.Errorf("the lease is %v, want %v (%v)", lease, want, err)
		}
		unlock()
		if owner(t, rdb) != "" {
			t.Error("the lock is not free after unlock")
		}
	}
}

func TestLockWaits(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	first, second := redisstore.New(s.Client(t)), redisstore.New(s.Client(t))
	unlock := lock(t, first)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := second.Lock(ctx, "key"); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("a lock that is held: %v", err)
	}
	if other, err := second.Lock(t.Context(), "other"); err != nil {
		t.Fatal(err)
	} else {
		other()
	}
	unlock()
	lock(t, second)()
}

// A holder whose lock has ended, by its lease or because Redis forgot it, must not release the next holder's lock.
func TestLostLock(t *testing.T) {
	t.Parallel()
	rdb := redistest.Start(t).Client(t)
	s := redisstore.New(rdb)
	for name, lose := range map[string]func() error{
		"lease is over": func() error { return rdb.PExpire(t.Context(), lockKey, time.Millisecond).Err() },
		"FLUSHALL":      func() error { return rdb.FlushAll(t.Context()).Err() },
	} {
		t.Run(name, func(t *testing.T) {
			unlockLost := lock(t, s)
			lost := owner(t, rdb)
			if err := lose(); err != nil {
				t.Fatal(err)
			}
			unlock := lock(t, s)
			holder := owner(t, rdb)
			if holder == "" || holder == lost {
				t.Fatalf("the successor's owner value is %q, the loser's %q", holder, lost)
			}
			unlockLost()
			if owner(t, rdb) != holder {
				t.Error("the loser freed the successor's lock")
			}
			unlock()
			if owner(t, rdb) != "" {
				t.Error("the successor's unlock did nothing")
			}
		})
	}
}

// unlock has an effect once, and none on a later lock.
func TestUnlockTwice(t *testing.T) {
	t.Parallel()
	rdb := redistest.Start(t).Client(t)
	s := redisstore.New(rdb)
	unlock := lock(t, s)
	unlock()
	again := lock(t, s)
	defer again()
	unlock()
	if owner(t, rdb) == "" {
		t.Error("the second unlock freed a later lock")
	}
}

func TestUnlockAfterContextDone(t *testing.T) {
	t.Parallel()
	rdb := redistest.Start(t).Client(t)
	ctx, cancel := context.WithCancel(t.Context())
	unlock, err := redisstore.New(rdb).Lock(ctx, "key")
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	unlock()
	if owner(t, rdb) != "" {
		t.Error("the lock is still held")
	}
}

// Lock's ctx ends while Redis's yes is on its way: then nobody holds the lock, and nobody waits for the lease.
func TestLockGivenUp(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	rdb, p := s.Client(t), redistest.StartProxy(t, s.Addr)
	store := redisstore.New(redistest.Client(t, &redis.Options{Addr: p.Addr}), redisstore.WithLease(time.Hour))
	lock(t, store)() // connects
	p.Add(t, redistest.Toxic{Name: "slow", Type: "latency", Stream: "downstream", Attributes: map[string]int{"latency": 1000}})
	ctx, cancel := context.WithTimeout(t.Context(), 400*time.Millisecond)
	defer cancel()
	if _, err := store.Lock(ctx, "key"); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("Lock: %v", err)
	}
	if owner(t, rdb) == "" {
		t.Fatal("Redis did not give the lock away: the test shows nothing")
	}
	redistest.Eventually(t, "the lock is free", func() bool { return owner(t, rdb) == "" })
}

// The connection breaks after Redis gave us the lock, and before its answer: go-redis asks again, and Lock succeeds.
func TestLockAskedForTwice(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	var broken atomic.Int32
	rdb := redistest.Client(t, &redis.Options{
		Addr: s.Addr,
		Dialer: func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, network, addr)
			return &breakingConn{Conn: conn, broken: &broken}, err
		},
	})
	defer lock(t, redisstore.New(rdb))()
	if broken.Load() != 1 {
		t.Fatalf("%d connections broke, want 1", broken.Load())
	}
}

// breakingConn breaks when the answer to the first script arrives.
type breakingConn struct {
	net.Conn
	broken *atomic.Int32
	script bool
}

func (c *breakingConn) Write(p []byte) (int, error) {
	c.script = bytes.Contains(p, []byte("eval")) && c.broken.Load() == 0
	return c.Conn.Write(p)
}

func (c *breakingConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if c.script && n > 0 {
		c.broken.Add(1)
		_ = c.Close()
		return 0, io.EOF
	}
	return n, err
}

// A lease that is too short is an error before Redis is asked.
func TestLeaseThatIsNone(t *testing.T) {
	rdb := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"})
	t.Cleanup(func() { _ = rdb.Close() })
	for _, lease := range []time.Duration{0, -time.Second, time.Microsecond} {
		_, err := redisstore.New(rdb, redisstore.WithLease(lease)).Lock(t.Context(), "key")
		if err == nil || !strings.Contains(err.Error(), "WithLease") {
			t.Errorf("%s: %v; want an error that names the option", lease, err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err := redisstore.New(rdb, redisstore.WithLease(time.Millisecond)).Lock(ctx, "key")
	if err == nil || strings.Contains(err.Error(), "WithLease") {
		t.Errorf("a millisecond: %v; want the error for a Redis that is not there", err)
	}
}
