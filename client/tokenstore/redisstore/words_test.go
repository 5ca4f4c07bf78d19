package redisstore_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/latchkey-go/latchkey/client/tokenstore/internal/redistest"
	"github.com/latchkey-go/latchkey/client/tokenstore/redisstore"
)

const channel = "latchkey:changed:{latchkey:key}"

// waiter waits for a record, and returns the text of it, of the error, or "the lock".
func waiter(ctx context.Context, s *redisstore.Store, key string) <-chan string {
	found := make(chan string, 1)
	go func() {
		unlock, record, err := s.LockOrGet(ctx, key, nil)
		switch {
		case err != nil:
			found <- err.Error()
		case record == nil:
			unlock()
			found <- "the lock"
		default:
			found <- string(record)
		}
	}()
	return found
}

// subscribers returns how many connections are subscribed to the key's changes, by SUBSCRIBE and by SSUBSCRIBE.
func subscribers(t *testing.T, rdb *redis.Client) (plain, sharded int64) {
	t.Helper()
	all, err := rdb.PubSubNumSub(t.Context(), channel).Result()
	if err != nil {
		t.Fatal(err)
	}
	shard, err := rdb.PubSubShardNumSub(t.Context(), channel).Result()
	if err != nil {
		t.Fatal(err)
	}
	return all[channel], shard[channel]
}

// What the server's ACL allows decides how those who wait hear of a record. All of them have it.
func TestPubSubByACL(t *testing.T) {
	t.Parallel()
	one := func(o *redis.UniversalOptions) redis.UniversalClient { return redis.NewClient(o.Simple()) }
	cluster := func(o *redis.UniversalOptions) redis.UniversalClient { return redis.NewClusterClient(o.Cluster()) }
	noShards := []string{"--rename-command", "SPUBLISH", "", "--rename-command", "SSUBSCRIBE", ""}
	for name, tt := range map[string]struct {
		newClient      func(*redis.UniversalOptions) redis.UniversalClient
		args           []string // of the server
		rights         string
		plain, sharded int64 // subscribers
	}{
		"one server":                      {one, nil, "&*", 1, 0},
		"one server, no channels":         {one, nil, "resetchannels", 0, 0},
		"one server, no PUBLISH":          {one, nil, "&* -publish", 0, 0},
		"one server, no SUBSCRIBE":        {one, nil, "&* -subscribe", 0, 0},
		"cluster":                         {cluster, nil, "&*", 0, 1},
		"cluster, the prefix's channels":  {cluster, nil, "resetchannels &latchkey:*", 0, 1},
		"cluster, no channels":            {cluster, nil, "resetchannels", 0, 0},
		"cluster, no SPUBLISH":            {cluster, nil, "&* -spublish", 1, 0},
		"cluster, no SSUBSCRIBE":          {cluster, nil, "&* -ssubscribe", 0, 0},
		"cluster, neither":                {cluster, nil, "&* -spublish -ssubscribe", 1, 0},
		"cluster, none of pub/sub":        {cluster, nil, "&* -@pubsub", 0, 0},
		"cluster without sharded pub/sub": {cluster, noShards, "&*", 1, 0}, // as before Redis 7
	} {
		for _, protocol := range []int{2, 3} {
			t.Run(fmt.Sprintf("%s, RESP%d", name, protocol), func(t *testing.T) {
				t.Parallel()
				start := redistest.Start
				if strings.HasPrefix(name, "cluster") {
					start = startCluster
				}
				args := append([]string{"--user", "fleet", "on", ">pw", "~*", "+@all"}, strings.Fields(tt.rights)...)
				s := start(t, append(args, tt.args...)...)
				newStore := func() *redisstore.Store {
					rdb := tt.newClient(&redis.UniversalOptions{
						Addrs: []string{s.Addr}, Username: "fleet", Password: "pw", Protocol: protocol,
					})
					t.Cleanup(func() { _ = rdb.Close() })
					return redisstore.New(rdb)
				}
				holder := newStore()
				unlock := lock(t, holder)
				defer unlock()
				found := waiter(t.Context(), newStore(), "key")
				if tt.plain+tt.sharded > 0 {
					redistest.Eventually(t, "it is subscribed", func() bool {
						plain, sharded := subscribers(t, s.Client(t))
						return plain == tt.plain && sharded == tt.sharded
					})
				} else {
					<-time.After(200 * time.Millisecond)
					if plain, sharded := subscribers(t, s.Client(t)); plain+sharded > 0 {
						t.Errorf("%d, %d subscribers; want none", plain, sharded)
					}
				}
				put(t, holder, "key", "record", time.Minute)
				if got := <-found; got != "record" {
					t.Errorf("it has %q", got)
				}
			})
		}
	}
}

// Whoever waits is told of a record that was written, and of a lock that is free, so that nobody has to ask. A lock that
// was lost is another's, and not free.
func TestWhatIsTold(t *testing.T) {
	t.Parallel()
	rdb := redistest.Start(t).Client(t)
	store := redisstore.New(rdb)
	told := rdb.Subscribe(t.Context(), channel)
	defer func() { _ = told.Close() }()
	if _, err := told.Receive(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := func(word string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if m, err := told.ReceiveMessage(ctx); err != nil || m.Payload != word {
			t.Errorf("%v, %v; want %s", m, err, word)
		}
	}
	put(t, store, "key", "record", time.Minute)
	want("record")
	lock(t, store)()
	want("lock")
	unlock := lock(t, store)
	if err := rdb.Set(t.Context(), lockKey, "another", time.Minute).Err(); err != nil {
		t.Fatal(err)
	}
	unlock()
	put(t, store, "key", "another record", time.Minute)
	want("record")
}

// All Stores of a go-redis client share one subscription, while somebody waits. Nothing is left of it afterwards.
func TestOneSubscription(t *testing.T) { // not beside others: it looks at all goroutines
	s := redistest.Start(t)
	admin, rdb := s.Client(t), s.Client(t)
	holder := redisstore.New(admin)
	const stores = 20
	var unlocks []func()
	var waiters []<-chan string
	for i := range stores {
		key := fmt.Sprint("key-", i/2)
		if i%2 == 0 {
			unlock, err := holder.Lock(t.Context(), key)
			if err != nil {
				t.Fatal(err)
			}
			unlocks = append(unlocks, unlock)
		}
		waiters = append(waiters, waiter(t.Context(), redisstore.New(rdb), key))
	}
	redistest.Eventually(t, "all keys are subscribed to", func() bool {
		channels, err := admin.PubSubChannels(t.Context(), "*").Result()
		return err == nil && len(channels) == stores/2
	})
	list := admin.Do(t.Context(), "CLIENT", "LIST", "TYPE", "pubsub").String()
	if n := strings.Count(list, " addr="); n != 1 {
		t.Errorf("%d connections are subscribed; want 1", n)
	}
	for i := range stores / 2 {
		put(t, holder, fmt.Sprint("key-", i), "record", time.Minute)
	}
	for _, found := range waiters {
		if got := <-found; got != "record" {
			t.Errorf("a waiter has %q", got)
		}
	}
	for _, unlock := range unlocks {
		unlock()
	}
	nothingRuns(t)
}

// nothingRuns waits until no goroutine of the package is left.
func nothingRuns(t *testing.T) {
	t.Helper()
	redistest.Eventually(t, "no goroutine is left", func() bool {
		stacks := make([]byte, 1<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		return !strings.Contains(string(stacks), "/tokenstore/redisstore.(")
	})
}

// A waiter whose ctx ends leaves those of its process to wait on: one of the others asks Redis from then on.
func TestWaiterWhoseContextEnds(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t, "--user", "mute", "on", ">mute", "~*", "+@all") // so that somebody has to ask
	holder := redisstore.New(s.Client(t))
	unlock := lock(t, holder)
	defer unlock()
	store := redisstore.New(redistest.Client(t, &redis.Options{Addr: s.Addr, Username: "mute", Password: "mute"}))
	var leaving sync.WaitGroup
	for range 5 {
		leaving.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			if _, record, err := store.LockOrGet(ctx, "key", nil); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("LockOrGet: %q, %v", record, err)
			}
		})
	}
	staying := waiter(t.Context(), store, "key")
	leaving.Wait()
	put(t, holder, "key", "record", time.Minute)
	if got := <-staying; got != "record" {
		t.Errorf("the one that stays has %q", got)
	}
}

// Nobody tells of a record. Who waits finds it all the same.
func TestMessageThatIsLost(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	rdb := s.Client(t)
	store := redisstore.New(rdb)
	defer lock(t, store)()
	found := waiter(t.Context(), store, "key")
	redistest.Eventually(t, "it is subscribed", func() bool { plain, _ := subscribers(t, rdb); return plain > 0 })
	if err := rdb.Set(t.Context(), "latchkey:key", "record", time.Minute).Err(); err != nil {
		t.Fatal(err)
	}
	if got := <-found; got != "record" {
		t.Errorf("it has %q", got)
	}
}

// A waiter that comes later may have seen another record than the one that asks for all.
func TestWaitersWhoHaveSeenDifferentRecords(t *testing.T) {
	t.Parallel()
	store := redisstore.New(redistest.Start(t).Client(t))
	put(t, store, "key", "second", time.Minute)
	defer lock(t, store)()
	ctx, cancel := context.WithCancel(t.Context())
	var asking sync.WaitGroup
	asking.Go(func() {
		if _, record, err := store.LockOrGet(ctx, "key", []byte("second")); !errors.Is(err, context.Canceled) {
			t.Errorf("who has seen it has %q, %v", record, err)
		}
	})
	for _, seen := range []string{"first", "none", "first"} {
		_, record, err := store.LockOrGet(t.Context(), "key", []byte(seen))
		if err != nil || string(record) != "second" {
			t.Errorf("who has seen %s has %q, %v", seen, record, err)
		}
	}
	cancel()
	asking.Wait()
}
