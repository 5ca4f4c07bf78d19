// Package await calls code that may be a user's own, and returns in time whatever that code does.
package await

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
)

// Do calls f in a goroutine of its own and returns its results. If ctx is done first, Do returns ctx.Err() at once and
// leaves f behind. If f then succeeds, late gets its value. A nil late drops the value.
//
// If f panics or ends its goroutine, Do returns an error whose text begins with name. A panic's value may hold a
// secret, so the text repeats only panics of the runtime.
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
	case r := <-results: // f was done at the same time
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

// Run is Do for an f that has no value. A nil late is not called.
func Run(ctx context.Context, name string, f func(context.Context) error, late func()) error {
	then := func(struct{}) { late() }
	if late == nil {
		then = nil
	}
	_, err := Do(ctx, name, func(ctx context.Context) (struct{}, error) { return struct{}{}, f(ctx) }, then)
	return err
}

// Tried returns err. If printing or unwrapping it panics, that happens here: call it where a panic is caught.
func Tried(err error) error {
	if err != nil {
		_, _ = err.Error(), errors.Is(err, errNowhere)
	}
	return err
}

var errNowhere = errors.New("an error that is in no other")

// IsNil reports whether v is nil, or a nil pointer, map or function in an interface.
func IsNil(v any) bool {
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan:
		return r.IsNil()
	default:
		return false
	}
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
