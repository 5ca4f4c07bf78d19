package clienttest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

// lock calls Lock, and waits for it until a grace after ctx is done. It releases a lock that comes later.
func lock(ctx context.Context, store client.TokenStore, key string) (unlock func(), err error) {
	locker, ok := store.(client.Locker)
	if !ok {
		return nil, fmt.Errorf("%T is no client.Locker", store)
	}
	type result struct {
		unlock func()
		err    error
	}
	results := make(chan result, 1)
	go func() {
		unlock, err := locker.Lock(ctx, key)
		if err == nil && unlock == nil {
			err = errors.New("neither an error nor a function to unlock came from Lock")
		}
		results <- result{unlock, err}
	}()
	select {
	case r := <-results:
		return r.unlock, r.err
	case <-ctx.Done():
	}
	select {
	case r := <-results:
		return r.unlock, r.err
	case <-time.After(grace):
	}
	go func() {
		if r := <-results; r.err == nil {
			r.unlock()
		}
	}()
	return nil, errLate
}

var errLate = fmt.Errorf("a call of Lock has not returned %v after its ctx was done", grace)

func lockWithin(ctx context.Context, store client.TokenStore, key string, d time.Duration) (func(), error) {
	within, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	unlock, err := lock(within, store, key)
	if err != nil {
		return nil, fmt.Errorf("waiting %[2]v for the lock of %[1]q: %[3]w", key, d, err)
	}
	return unlock, nil
}

// take takes a lock that must be free.
func take(ctx context.Context, store client.TokenStore, key string) (unlock func(), err error) {
	unlock, err = lockWithin(ctx, store, key, soon)
	if err != nil {
		return nil, fmt.Errorf("nobody holds the lock, and still: %w", err)
	}
	return unlock, nil
}

// wantFree returns an error if the lock cannot be taken.
func wantFree(ctx context.Context, store client.TokenStore, key string) error {
	unlock, err := take(ctx, store, key)
	if err == nil {
		unlock()
	}
	return err
}

// wantHeld returns an error if the lock can be taken although somebody holds it.
func wantHeld(ctx context.Context, store client.TokenStore, key string) error {
	within, cancel := context.WithTimeout(ctx, moment)
	defer cancel()
	return wantContextError(within, store, key)
}

// wantContextError returns an error unless the wait for a held lock ends with ctx and the error of ctx.
func wantContextError(ctx context.Context, store client.TokenStore, key string) error {
	unlock, err := lock(ctx, store, key)
	switch {
	case err == nil:
		unlock()
		return fmt.Errorf("the lock of %q was given to a second holder", key)
	case errors.Is(err, errLate):
		return err
	case ctx.Err() == nil:
		return fmt.Errorf("before its ctx was done, Lock gave up: %w", err)
	default:
		return wantDone(ctx, "Lock", err)
	}
}
