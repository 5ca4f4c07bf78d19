package redisstore_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/latchkey-go/latchkey/client/tokenstore/internal/redistest"
	"github.com/latchkey-go/latchkey/client/tokenstore/redisstore"
)

// cannedRedis answers each command in place of a server, by its name; "": there is nothing under the key.
type cannedRedis map[string]func() (answer string, err error)

func (cannedRedis) DialHook(next redis.DialHook) redis.DialHook { return next }

func (cannedRedis) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (c cannedRedis) ProcessHook(redis.ProcessHook) redis.ProcessHook {
	return func(_ context.Context, cmd redis.Cmder) error {
		to, known := c[cmd.Name()]
		if !known {
			return errors.New("there is no answer")
		}
		answer, err := to()
		if err == nil && answer == "" {
			err = redis.Nil
		}
		if command, ok := cmd.(interface {
			SetVal(n int)
			Bytes() []byte
		}); ok && err == nil {
			command.SetVal(len(answer))
			copy(command.Bytes(), answer)
		}
		cmd.SetErr(err)
		return err
	}
}

func cannedStore(t *testing.T, canned cannedRedis) *redisstore.Store {
	t.Helper()
	rdb := redistest.Client(t, &redis.Options{Addr: "127.0.0.1:0"})
	rdb.AddHook(canned)
	return redisstore.New(rdb)
}

// A client that reads from replicas may read what was there before. Who waits goes on asking, but not at once.
func TestReplicaThatLags(t *testing.T) {
	for name, seen := range map[string]string{"none seen": "", "one seen": "old"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began, asked := time.Now(), 0
				store := cannedStore(t, cannedRedis{
					"eval": func() (string, error) { asked++; return "-1", nil }, // the master: the record is another
					"getrange": func() (string, error) {
						if time.Since(began) < 3*time.Second && asked < 1000 {
							return seen, nil
						}
						return "new", nil
					},
				})
				was := []byte(seen)
				if seen == "" {
					was = nil
				}
				_, record, err := store.LockOrGet(t.Context(), "key", was)
				if err != nil || string(record) != "new" {
					t.Errorf("%q, %v; want the new record", record, err)
				}
				if asked > 50 {
					t.Errorf("asked %d times in 3 s", asked)
				}
			})
		})
	}
}

// While the record is read, too, LockOrGet returns as soon as its ctx is done.
func TestContextEndsWhileTheRecordIsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := cannedStore(t, cannedRedis{
			"eval":     func() (string, error) { return "-1", nil },
			"getrange": func() (string, error) { time.Sleep(time.Minute); return "", errors.New("too late") },
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		_, _, err := store.LockOrGet(ctx, "key", nil)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
			t.Errorf("%v after %s; want the end of ctx after 1 s", err, time.Since(began))
		}
		time.Sleep(time.Hour) // until Redis has answered what was left behind
	})
}

// Redis falls silent while two wait in one process, of whom one asks for both. When he gives up, the other one asks a
// last time, and does not wait for that answer until his ctx is done.
func TestSilenceWhileTwoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int64
		store := cannedStore(t, cannedRedis{
			"eval": func() (string, error) {
				if asked.Add(1) > 2 {
					time.Sleep(time.Hour)
				}
				return "10000", nil
			},
			"getrange": func() (string, error) { return "", nil },
		})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		began := time.Now()
		var waiters sync.WaitGroup
		for range 2 {
			waiters.Go(func() {
				_, record, err := store.LockOrGet(ctx, "key", nil)
				if err == nil || time.Since(began) > 40*time.Second {
					t.Errorf("%q, %v after %s; want an error after 20 to 30 s", record, err, time.Since(began))
				}
			})
		}
		waiters.Wait()
		time.Sleep(2 * time.Hour) // until Redis has answered what was left behind
	})
}

// Who asks for all has seen the record, and Redis tells him of no other. Whoever comes later and has seen an earlier one
// has it at once.
func TestWhoComesLaterHasSeenLess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answers := cannedRedis{}
		for command, answer := range map[string]string{"eval": "10000", "getrange": "second"} {
			answers[command] = func() (string, error) { return answer, nil }
		}
		store := cannedStore(t, answers)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		var asking sync.WaitGroup
		asking.Go(func() {
			if _, record, err := store.LockOrGet(ctx, "key", []byte("second")); !errors.Is(err, context.Canceled) {
				t.Errorf("who has seen it has %q, %v", record, err)
			}
		})
		time.Sleep(10 * time.Second)
		began := time.Now()
		_, record, err := store.LockOrGet(ctx, "key", []byte("first"))
		if err != nil || string(record) != "second" || time.Since(began) > 0 {
			t.Errorf("who comes later has %q, %v after %s", record, err, time.Since(began))
		}
		cancel()
		asking.Wait()
	})
}
