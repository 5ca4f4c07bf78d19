package clienttest

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

var lockOrGetPromises = []promise{
	{"LockOrGet takes a free lock", (*kit).takesFree},
	{"LockOrGet returns another record at once", (*kit).getsOther},
	{"LockOrGet waits for another record", (*kit).awaitsRecord},
	{"LockOrGet waits for the lock", (*kit).awaitsLock},
	{"LockOrGet waits no longer than ctx", (*kit).lockOrGetContext},
}

// found is what LockOrGet returns.
type found struct {
	unlock func()
	record []byte
	err    error
}

// lockOrGet begins to wait on a handle.
func lockOrGet(ctx context.Context, store client.TokenStore, key string, seen []byte) <-chan found {
	results := make(chan found, 1)
	waiter, ok := store.(client.LockOrGetter)
	if !ok {
		results <- found{err: fmt.Errorf("one handle is a client.LockOrGetter, another one (%T) is not", store)}
		return results
	}
	go func() {
		var f found
		f.unlock, f.record, f.err = waiter.LockOrGet(ctx, key, seen)
		results <- f
	}()
	return results
}

// wantFound checks that the wait ends soon, with a record, or with the lock if record is nil.
func wantFound(results <-chan found, record []byte) (unlock func(), err error) {
	select {
	case f := <-results:
		switch {
		case f.err != nil:
			return nil, f.err
		case record != nil && (f.unlock != nil || !bytes.Equal(f.record, record)):
			return f.unlock, fmt.Errorf("it returned the record %q, unlock: %t; want %q alone", f.record, f.unlock != nil, record)
		case record == nil && (f.unlock == nil || f.record != nil):
			return f.unlock, fmt.Errorf("it returned the record %q, unlock: %t; want the lock alone", f.record, f.unlock != nil)
		}
		return f.unlock, nil
	case <-time.After(2 * soon):
		return nil, fmt.Errorf("it still waits after %v", 2*soon)
	}
}

// wantWaiting checks that it goes on waiting.
func wantWaiting(ctx context.Context, results <-chan found) error {
	select {
	case f := <-results:
		return fmt.Errorf("it returned the record %q, unlock: %t, %w; want it to wait", f.record, f.unlock != nil, f.err)
	case <-time.After(moment):
		return ctx.Err()
	}
}

func (k *kit) takesFree(ctx context.Context) error {
	key := k.key("free")
	unlock, err := wantFound(lockOrGet(ctx, k.a, key, nil), nil)
	if err != nil {
		return fmt.Errorf("without a record: %w", err)
	}
	err = wantHeld(ctx, k.b, key)
	unlock()
	if err != nil {
		return err
	}
	if err := k.a.Put(ctx, key, []byte("seen"), long); err != nil {
		return err
	}
	unlock, err = wantFound(lockOrGet(ctx, k.b, key, []byte("seen")), nil)
	if err != nil {
		return fmt.Errorf("with a record that was seen: %w", err)
	}
	unlock()
	return wantFree(ctx, k.c, key)
}

func (k *kit) getsOther(ctx context.Context) error {
	key := k.key("other")
	if err := k.a.Put(ctx, key, []byte("new"), long); err != nil {
		return err
	}
	for _, seen := range [][]byte{nil, []byte("old")} {
		if _, err := wantFound(lockOrGet(ctx, k.b, key, seen), []byte("new")); err != nil {
			return fmt.Errorf("while the lock is free: %w", err)
		}
		if err := wantFree(ctx, k.c, key); err != nil {
			return fmt.Errorf("after it returned a record: %w", err)
		}
	}
	unlock, err := take(ctx, k.a, key)
	if err != nil {
		return err
	}
	defer unlock()
	if _, err := wantFound(lockOrGet(ctx, k.b, key, nil), []byte("new")); err != nil {
		return fmt.Errorf("while the lock is held: %w", err)
	}
	return nil
}

func (k *kit) awaitsRecord(ctx context.Context) error {
	key := k.key("awaited-record")
	unlock, err := take(ctx, k.a, key)
	if err != nil {
		return err
	}
	defer unlock()
	for i, seen := range [][]byte{nil, []byte("1"), []byte("2")} {
		results := lockOrGet(ctx, k.b, key, seen)
		if err := wantWaiting(ctx, results); err != nil {
			return err
		}
		record := fmt.Append(nil, i+1)
		if err := k.a.Put(ctx, key, record, long); err != nil {
			return err
		}
		if _, err := wantFound(results, record); err != nil {
			return err
		}
	}
	return nil
}

func (k *kit) awaitsLock(ctx context.Context) error {
	key := k.key("awaited-lock")
	if err := k.a.Put(ctx, key, []byte("seen"), long); err != nil {
		return err
	}
	unlock, err := take(ctx, k.a, key)
	if err != nil {
		return err
	}
	defer unlock()
	results := lockOrGet(ctx, k.b, key, []byte("seen"))
	if err := k.a.Delete(ctx, key); err != nil {
		return err
	}
	if err := wantWaiting(ctx, results); err != nil {
		return fmt.Errorf("the record is gone: %w", err)
	}
	unlock()
	next, err := wantFound(results, nil)
	if err != nil {
		return err
	}
	defer next()
	return wantHeld(ctx, k.c, key)
}

func (k *kit) lockOrGetContext(ctx context.Context) error {
	key := k.key("awaited-in-time")
	unlock, err := take(ctx, k.a, key)
	if err != nil {
		return err
	}
	waiting, cancel := context.WithCancel(ctx)
	results := lockOrGet(waiting, k.b, key, nil)
	defer unlock()
	err = wantWaiting(ctx, results)
	cancel()
	if err != nil {
		return err
	}
	select {
	case f := <-results:
		if f.unlock != nil {
			return fmt.Errorf("it returned the lock, which is held, and %w", f.err)
		}
		return wantDone(waiting, "LockOrGet", f.err)
	case <-time.After(grace):
		return fmt.Errorf("a call of LockOrGet has not returned %v after its ctx was done", grace)
	}
}
