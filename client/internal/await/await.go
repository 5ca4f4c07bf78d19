// Package await calls code that may be a user's own, and comes back in time whatever that code does.
package await

import (
	"context"
	"fmt"
	"runtime"
)

// Do calls f in a goroutine of its own and returns its results. It returns ctx.Err() as soon as ctx is done: an f that
// does not obey its ctx is left behind, and if it succeeds after all, late gets the value. A nil late drops it.
//
// A panic of f is an error, and so is the end of f's goroutine. Their texts begin with name. A panic's value may hold a
// secret, so the text repeats only what the runtime says.
func Do[T any](ctx context.Context, name string, f func(context.Context) (T, error), late func(T)) (T, error) {
	type result struct {
		value T
		err   error
	}
	results := make(chan result, 1)
	go func() {
		r := result{err: fmt.Errorf("%s ended its goroutine", name)}
		defer func() { results <- r }()
		defer recovered(&r.err, name)
		r.value, r.err = f(ctx)
	}()
	select {
	case r := <-results:
		return r.value, r.err
	case <-ctx.Done():
	}
	select {
	case r := <-results: // both came at once
		return r.value, r.err
	default:
	}
	if late != nil {
		go func() {
			if r := <-results; r.err == nil {
				late(r.value)
			}
		}()
	}
	var none T
	return none, ctx.Err()
}

// recovered turns a panic into an error.
func recovered(err *error, name string) {
	switch v := recover().(type) {
	case nil:
	case runtime.Error:
		*err = fmt.Errorf("%s panicked: %w", name, v)
	default:
		*err = fmt.Errorf("%s panicked with a %T", name, v)
	}
}
