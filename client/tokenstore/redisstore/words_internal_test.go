package redisstore

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/latchkey-go/latchkey/client/tokenstore/internal/redistest"
)

// What is known of a go-redis client goes with its last Store.
func TestWordsGoWithTheirClient(t *testing.T) { // not beside others: they have clients, too
	size := func() int {
		runtime.GC()
		everyone.Lock()
		defer everyone.Unlock()
		return len(everyone.words)
	}
	before := size()
	for range 100 {
		rdb := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"})
		New(rdb)
		if err := rdb.Close(); err != nil {
			t.Fatal(err)
		}
	}
	redistest.Eventually(t, "they are forgotten", func() bool { return size() <= before })
}

// Nothing stays of a key for which nobody waits any more, while the subscription lasts for another one.
func TestSubscriptionForgetsKeys(t *testing.T) {
	t.Parallel()
	store := New(redistest.Start(t).Client(t))
	heard := func(channels int) func() bool {
		return func() bool {
			store.words.mu.Lock()
			defer store.words.mu.Unlock()
			for _, s := range store.words.subscriptions {
				return len(s.confirmed) == channels && len(s.asked) == channels && len(s.dropped) == 0
			}
			return channels == 0
		}
	}
	wait := func(key string) (leave func()) {
		unlock, err := store.Lock(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var waiter sync.WaitGroup
		waiter.Go(func() {
			if _, record, err := store.LockOrGet(ctx, key, nil); !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %q, %v", key, record, err)
			}
		})
		return func() {
			cancel()
			waiter.Wait()
			unlock()
		}
	}
	leave := wait("another")
	redistest.Eventually(t, "one is heard of", heard(1))
	for i := range 10 {
		leave := wait(fmt.Sprint("key-", i))
		redistest.Eventually(t, "two are heard of", heard(2))
		leave()
		redistest.Eventually(t, "one is heard of", heard(1))
	}
	leave()
	redistest.Eventually(t, "none is heard of", heard(0))
}

// A server answers each channel that was left. An end more than that is its own: it has given the slot away.
func TestServerThatEndsASubscriptionItself(t *testing.T) {
	s := &subscription{words: &words{}, dropped: map[string]int{"left": 1}}
	if err := s.confirm("left", false); err != nil {
		t.Errorf("%v; this end was asked for", err)
	}
	for _, channel := range []string{"left", "another"} {
		if err := s.confirm(channel, false); err == nil {
			t.Errorf("%s: the server has ended it, and nobody is told", channel)
		}
	}
}
