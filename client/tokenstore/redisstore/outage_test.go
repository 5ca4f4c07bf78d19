package redisstore_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/tokenstore/internal/redistest"
	"github.com/latchkey-go/latchkey/client/tokenstore/redisstore"
)

// slack is what a busy machine may add to a limit.
const slack = 700 * time.Millisecond

type call func(context.Context, *redisstore.Store) error

// calls are all methods of a Store.
var calls = map[string]call{
	"Get": func(ctx context.Context, s *redisstore.Store) error {
		_, err := s.Get(ctx, "key")
		return err
	},
	"Put": func(ctx context.Context, s *redisstore.Store) error {
		return s.Put(ctx, "key", []byte("record"), time.Minute)
	},
	"Delete": func(ctx context.Context, s *redisstore.Store) error {
		return s.Delete(ctx, "key")
	},
	"Lock": func(ctx context.Context, s *redisstore.Store) error {
		unlock, err := s.Lock(ctx, "key")
		if err == nil {
			unlock()
		}
		return err
	},
}

// networks are kinds of trouble on the way to Redis.
var networks = []struct {
	name   string
	silent bool // neither an answer nor an error comes in time
	toxics []redistest.Toxic
}{
	{"5 s latency", true, []redistest.Toxic{{Name: "slow", Type: "latency", Stream: "downstream", Attributes: map[string]int{"latency": 5000}}}},
	{"half-open", true, []redistest.Toxic{
		{Name: "down", Type: "timeout", Stream: "downstream", Attributes: map[string]int{"timeout": 0}},
		{Name: "up", Type: "timeout", Stream: "upstream", Attributes: map[string]int{"timeout": 0}},
	}},
	{"reset", false, []redistest.Toxic{{Name: "reset", Type: "reset_peer", Stream: "downstream", Attributes: map[string]int{"timeout": 0}}}},
	{"one byte", false, []redistest.Toxic{{Name: "cut", Type: "limit_data", Stream: "downstream", Attributes: map[string]int{"bytes": 1}}}},
}

// In every kind of trouble each call returns when its ctx is done, or before. When the network works again, so does the
// store.
func TestNetwork(t *testing.T) {
	t.Parallel()
	for _, network := range networks {
		t.Run(network.name, func(t *testing.T) {
			t.Parallel()
			s := redistest.Start(t)
			p := redistest.StartProxy(t, s.Addr)
			// a lock that Redis gave away without an answer is free when its lease ends
			store := redisstore.New(redistest.Client(t, &redis.Options{Addr: p.Addr}), redisstore.WithLease(time.Second))
			put(t, store, "key", "record", time.Minute)
			p.Add(t, network.toxics...)
			for name, call := range calls {
				timeout, stop := context.WithTimeout(t.Context(), 100*time.Millisecond)
				fails(timeout, t, name+" with a deadline", store, call, network.silent)
				stop()
				cancelled, cancel := context.WithCancel(t.Context())
				time.AfterFunc(100*time.Millisecond, cancel)
				fails(cancelled, t, name+", cancelled", store, call, network.silent)
				cancel()
			}
			p.Remove(t, network.toxics...)
			for name, call := range calls {
				redistest.Eventually(t, name+" works again", func() bool {
					ctx, cancel := context.WithTimeout(t.Context(), time.Second)
					defer cancel()
					err := call(ctx, store)
					return err == nil || errors.Is(err, client.ErrTokenNotFound)
				})
			}
		})
	}
}

// fails checks that a call fails in time: its ctx is done after 100 ms.
func fails(ctx context.Context, t *testing.T, name string, s *redisstore.Store, call call, silent bool) {
	t.Helper()
	begin := time.Now()
	err := call(ctx, s)
	if took := time.Since(begin); took > 100*time.Millisecond+slack {
		t.Errorf("%s took %v", name, took)
	}
	if err == nil || errors.Is(err, client.ErrTokenNotFound) {
		t.Errorf("%s: %v, want an error", name, err)
	}
	if silent && (ctx.Err() == nil || !errors.Is(err, ctx.Err())) {
		t.Errorf("%s: %v, want %v", name, err, ctx.Err())
	}
}

// Redis never answers a thousand calls: at most as many goroutines as the client has connections stay behind, and none
// after it is closed.
func TestAbandoned(t *testing.T) {
	s := redistest.Start(t)
	p := redistest.StartProxy(t, s.Addr)
	const connections = 5
	rdb := redistest.Client(t, &redis.Options{Addr: p.Addr, PoolSize: connections})
	store := redisstore.New(rdb)
	put(t, store, "key", "record", time.Minute)
	p.Add(t, redistest.Toxic{Name: "down", Type: "timeout", Stream: "downstream", Attributes: map[string]int{"timeout": 0}})
	before := runtime.NumGoroutine()
	var wg sync.WaitGroup
	for range 1000 {
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			if _, err := store.Get(ctx, "key"); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("Get: %v", err)
			}
		})
	}
	wg.Wait()
	// a command, a dial in progress and its watch, per connection
	redistest.Eventually(t, "few goroutines", func() bool { return runtime.NumGoroutine() <= before+4*connections })
	if err := rdb.Close(); err != nil {
		t.Fatal(err)
	}
	redistest.Eventually(t, "no goroutine is left", func() bool { return runtime.NumGoroutine() <= before })
}

// Redis is killed and started again under load, empty, on the same address.
func TestRestart(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	store := redisstore.New(s.Client(t))
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var done, failed atomic.Int64
	var wg sync.WaitGroup
	for name, f := range calls {
		for range 4 {
			wg.Go(func() {
				for ctx.Err() == nil {
					limited, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
					start := time.Now()
					err := f(limited, store)
					cancel()
					if took := time.Since(start); took > 200*time.Millisecond+slack+2*time.Second {
						t.Errorf("%s took %v", name, took)
					}
					if err == nil || errors.Is(err, client.ErrTokenNotFound) {
						done.Add(1)
					} else {
						failed.Add(1)
					}
				}
			})
		}
	}
	more := func(what string, n *atomic.Int64) {
		t.Helper()
		enough := n.Load() + 50
		redistest.Eventually(t, what, func() bool { return n.Load() >= enough })
	}
	for range 3 {
		more("calls succeed", &done)
		s.Kill()
		more("calls fail", &failed)
		s.Restart(t)
	}
	more("calls succeed again", &done)
	stop()
	wg.Wait()
	t.Logf("%d calls succeeded, %d failed", done.Load(), failed.Load())
}

// When Redis restarts, a holder loses its lock, and the next one takes it at once.
func TestRestartWhileHeld(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	rdb := s.Client(t)
	store := redisstore.New(rdb)
	unlockLost := lock(t, store)
	s.Kill()
	s.Restart(t)
	unlock := lock(t, store)
	holder := owner(t, rdb)
	unlockLost()
	if holder == "" || owner(t, rdb) != holder {
		t.Error("the successor's lock is gone")
	}
	unlock()
}
