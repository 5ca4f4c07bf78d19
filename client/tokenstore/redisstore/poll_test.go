package redisstore_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/latchkey-go/latchkey/client/tokenstore/internal/redistest"
	"github.com/latchkey-go/latchkey/client/tokenstore/redisstore"
)

// busyRedis answers every script instead of a server, and notes the times. Somebody else holds the lock until it is set
// free.
type busyRedis struct {
	// Once it has said that somebody holds the lock:
	torn error // it says that the record is another, and this if it is asked for it; nil: it does not
	down bool  // it fails

	mu    sync.Mutex
	free  time.Time
	asked []time.Time
}

func (*busyRedis) DialHook(next redis.DialHook) redis.DialHook { return next }

func (*busyRedis) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (b *busyRedis) ProcessHook(redis.ProcessHook) redis.ProcessHook {
	return func(_ context.Context, cmd redis.Cmder) error {
		script, ok := cmd.(interface {
			SetVal(n int)
			Bytes() []byte
		})
		if ok && b.torn != nil && cmd.Name() == "getrange" {
			return b.torn
		}
		if !ok || cmd.Name() != "eval" {
			return errors.New("this is no script")
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		b.asked = append(b.asked, time.Now())
		answer := "0"
		switch {
		case len(b.asked) > 1000:
			return errors.New("asked without end")
		case b.down && len(b.asked) > 1:
			return io.EOF
		case b.torn != nil && len(b.asked) > 1:
			answer = "-1"
		case time.Now().Before(b.free):
			answer = "10000" // the milliseconds that somebody else's lock lasts
		}
		script.SetVal(len(answer))
		copy(script.Bytes(), answer)
		return nil
	}
}

// times returns when it was asked.
func (b *busyRedis) times() []time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.asked)
}

// busyStore returns a Store whose lock somebody else holds, and what its client is asked.
func busyStore(t *testing.T, held time.Duration) (*redisstore.Store, *busyRedis) {
	t.Helper()
	rdb, busy := redistest.Client(t, &redis.Options{Addr: "127.0.0.1:0"}), &busyRedis{free: time.Now().Add(held)}
	rdb.AddHook(busy)
	return redisstore.New(rdb), busy
}

// A waiter asks for the lock a few times per second, and the members of a fleet ask at different times.
func TestLockIsAskedForSeldomAndOutOfStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const waiters = 20
		began := time.Now()
		asked := make([][]time.Time, waiters)
		var group sync.WaitGroup
		for i := range asked {
			group.Go(func() {
				store, busy := busyStore(t, time.Hour)
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				if _, err := store.Lock(ctx, "key"); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("Lock: %v", err)
				}
				asked[i] = busy.times()
			})
		}
		group.Wait()
		for _, times := range asked {
			if len(times) < 3 || len(times) > 20 {
				t.Errorf("asked %d times in a second; want 3 to 20", len(times))
			}
		}
		for n := 1; n < 3; n++ {
			var at []time.Duration
			for _, times := range asked {
				if len(times) > n {
					at = append(at, times[n].Sub(began))
				}
			}
			slices.Sort(at)
			if len(slices.Compact(slices.Clone(at))) < waiters/2 {
				t.Errorf("question %d in step, by %d waiters after %v", n+1, waiters, at)
			}
		}
	})
}

// A Redis that says without end that the record has changed, as one with a late replica may, is asked as seldom.
func TestRecordThatSeemsAnotherIsAskedForSeldom(t *testing.T) {
	for _, seen := range [][]byte{nil, []byte("seen")} {
		synctest.Test(t, func(t *testing.T) {
			store, busy := busyStore(t, time.Hour)
			busy.torn = redis.Nil
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if _, record, err := store.LockOrGet(ctx, "key", seen); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("seen %q: LockOrGet: %q, %v", seen, record, err)
			}
			if times := busy.times(); len(times) > 20 {
				t.Errorf("asked %d times in a second; want 20 at most", len(times))
			}
		})
	}
}

// Redis fails while somebody waits, or cannot give the record that it tells of. A fleet of them gives up after 20 to 30 s, each at another time.
func TestWaiterOutlastsAFailover(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var all []time.Duration
		var group sync.WaitGroup
		for i := range 30 {
			group.Go(func() {
				store, busy := busyStore(t, time.Hour)
				if i%2 == 0 {
					busy.down = true
				} else {
					busy.torn = io.EOF
				}
				began := time.Now()
				if _, _, err := store.LockOrGet(t.Context(), "key", nil); !errors.Is(err, io.EOF) {
					t.Errorf("LockOrGet: %v", err)
				}
				mu.Lock()
				defer mu.Unlock()
				all = append(all, time.Since(began))
			})
		}
		group.Wait()
		shortest, longest := slices.Min(all), slices.Max(all)
		if shortest < 20*time.Second || longest > 31*time.Second || longest-shortest < 5*time.Second {
			t.Errorf("they gave up after %s to %s; want 20 to 30 s", shortest, longest)
		}
	})
}

func TestLockIsTakenSoonAfterItIsFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for held := 2 * time.Second; held < 3*time.Second; held += 10 * time.Millisecond {
			store, busy := busyStore(t, held)
			unlock, err := store.Lock(t.Context(), "key")
			if err != nil {
				t.Fatal(err)
			}
			if took := time.Since(busy.free); took < 0 || took > 500*time.Millisecond {
				t.Errorf("held for %v, the lock was taken %v after it was free; want within 500 ms", held, took)
			}
			unlock()
		}
	})
}

// After the release of a lock its holder goes on with its work, whatever happens to Redis.
func TestUnlockOnHalfOpenConnection(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	p := redistest.StartProxy(t, s.Addr)
	store := redisstore.New(redistest.Client(t, &redis.Options{Addr: p.Addr}))
	unlock := lock(t, store)
	for _, network := range networks {
		if network.name == "half-open" {
			p.Add(t, network.toxics...)
		}
	}
	begin := time.Now()
	unlock()
	if took := time.Since(begin); took > 2*time.Second+slack {
		t.Errorf("unlock took %v", took)
	}
	if owner(t, s.Client(t)) == "" {
		t.Error("Redis heard of it: the test shows nothing")
	}
}
