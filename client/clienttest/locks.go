package clienttest

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

var lockPromises = []promise{
	{"lock on every handle", (*kit).lockers},
	{"lock excludes", (*kit).lockExcludes},
	{"lock under contention", (*kit).lockContention},
	{"lock waits no longer than ctx", (*kit).lockContext},
	{"lock outlives the ctx it was taken with", (*kit).lockOutlivesContext},
	{"unlock once and for all", (*kit).unlockOnce},
	{"locks of different keys", (*kit).lockKeys},
	{"locks and records", (*kit).lockRecords},
}

const (
	moment = 100 * time.Millisecond // wait that shows that a lock is held
	soon   = 3 * time.Second        // longest wait for a free lock
)

func (k *kit) lockers(context.Context) error {
	for _, store := range []client.TokenStore{k.b, k.c} {
		if _, ok := store.(client.Locker); !ok {
			return fmt.Errorf("one handle is a client.Locker, another one (%T) is not", store)
		}
	}
	return nil
}

func (k *kit) lockExcludes(ctx context.Context) error {
	key := k.key("excluded")
	for _, other := range []struct {
		store client.TokenStore
		name  string
	}{{k.a, "the same handle"}, {k.b, "another handle"}} {
		unlock, err := take(ctx, k.a, key)
		if err != nil {
			return err
		}
		err = wantHeld(ctx, other.store, key)
		unlock()
		if err != nil {
			return fmt.Errorf("through %s: %w", other.name, err)
		}
		if err := wantFree(ctx, other.store, key); err != nil {
			return fmt.Errorf("after unlock, through %s: %w", other.name, err)
		}
	}
	return nil
}

// lockContention counts the holders of one lock that many want.
func (k *kit) lockContention(ctx context.Context) error {
	key := k.key("wanted")
	var holders atomic.Int32
	return k.together(func(_ int, store client.TokenStore) error {
		for range 2 {
			unlock, err := lockWithin(ctx, store, key, checkLimit/2)
			if err != nil {
				return fmt.Errorf("one of %d that want the lock: %w", writers, err)
			}
			several := holders.Add(1) > 1
			err = wait(ctx, time.Millisecond)
			several = holders.Add(-1) > 0 || several
			unlock()
			if several {
				return errors.New("several hold the lock at once")
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func (k *kit) lockContext(ctx context.Context) error {
	key := k.key("awaited")
	done, cancel := context.WithCancel(ctx)
	cancel()
	unlock, err := lock(done, k.a, key)
	if err == nil {
		unlock()
	}
	if err := wantDone(done, "Lock", err); err != nil {
		return err
	}
	if err := wantFree(ctx, k.b, key); err != nil {
		return fmt.Errorf("after a Lock whose ctx was done: %w", err)
	}

	unlock, err = take(ctx, k.a, key)
	if err != nil {
		return err
	}
	waiting, cancel := context.WithCancel(ctx)
	time.AfterFunc(moment, cancel)
	err = wantContextError(waiting, k.b, key)
	if err == nil {
		err = wantHeld(ctx, k.b, key)
	}
	unlock()
	if err != nil {
		return err
	}
	// The waiter that gave up must not get the lock later.
	if err := wait(ctx, moment); err != nil {
		return err
	}
	if err := wantFree(ctx, k.c, key); err != nil {
		return fmt.Errorf("after others gave up waiting and the holder unlocked: %w", err)
	}
	return nil
}

func (k *kit) lockOutlivesContext(ctx context.Context) error {
	key := k.key("outliving")
	taking, cancel := context.WithCancel(ctx)
	defer cancel()
	unlock, err := lockWithin(taking, k.a, key, soon)
	if err != nil {
		return err
	}
	cancel()
	err = wantHeld(ctx, k.b, key)
	unlock()
	if err != nil {
		return fmt.Errorf("after the ctx it was taken with was cancelled: %w", err)
	}
	if err := wantFree(ctx, k.b, key); err != nil {
		return fmt.Errorf("unlocked after the ctx it was taken with was cancelled: %w", err)
	}
	return nil
}

func (k *kit) unlockOnce(ctx context.Context) error {
	key := k.key("unlocked-twice")
	first, err := take(ctx, k.a, key)
	if err != nil {
		return err
	}
	first()
	first()
	for _, next := range []client.TokenStore{k.a, k.b} {
		second, err := take(ctx, next, key)
		if err != nil {
			return fmt.Errorf("after unlock was called twice: %w", err)
		}
		first()
		err = wantHeld(ctx, k.c, key)
		second()
		if err != nil {
			return fmt.Errorf("an unlock that was called before freed another holder's lock: %w", err)
		}
	}
	return nil
}

func (k *kit) lockKeys(ctx context.Context) error {
	for _, name := range []string{"", "l", "ll", "l-", "l_", "m", "n", "o"} {
		unlock, err := take(ctx, k.a, k.key("locked-"+name))
		if err != nil {
			return fmt.Errorf("while only locks of other keys are held: %w", err)
		}
		defer unlock()
	}
	if err := wantFree(ctx, k.b, k.key("locked")); err != nil {
		return fmt.Errorf("while only locks of other keys are held: %w", err)
	}
	return nil
}

// lockRecords checks that a lock and a record of the same key are independent.
func (k *kit) lockRecords(ctx context.Context) error {
	key := k.key("locked-record")
	unlock, err := take(ctx, k.a, key)
	if err != nil {
		return err
	}
	defer unlock()
	if err := wantMissing(ctx, k.a, key); err != nil {
		return fmt.Errorf("under a lock, no record: %w", err)
	}
	within, cancel := context.WithTimeout(ctx, soon)
	defer cancel()
	for _, store := range []client.TokenStore{k.a, k.b} {
		if err := store.Put(within, key, []byte("record"), long); err != nil {
			return fmt.Errorf("under a lock, Put: %w", err)
		}
		if err := wantRecord(within, store, key, []byte("record")); err != nil {
			return fmt.Errorf("under a lock: %w", err)
		}
		if err := wantHeld(ctx, k.c, key); err != nil {
			return fmt.Errorf("after Put: %w", err)
		}
		if err := store.Delete(within, key); err != nil {
			return fmt.Errorf("under a lock, Delete: %w", err)
		}
		if err := wantHeld(ctx, k.c, key); err != nil {
			return fmt.Errorf("after Delete: %w", err)
		}
	}
	if err := k.a.Put(within, key, []byte("record"), long); err != nil {
		return fmt.Errorf("under a lock, Put: %w", err)
	}
	unlock()
	if err := wantRecord(ctx, k.b, key, []byte("record")); err != nil {
		return fmt.Errorf("after unlock: %w", err)
	}
	return nil
}
