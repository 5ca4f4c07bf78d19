package keyringstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/zalando/go-keyring"

	"github.com/latchkey-go/latchkey/client"
)

// turn is full while go-keyring works, since it has one connection for the whole process. So records are put in the
// order of the calls, and a keyring that hangs holds one goroutine only.
var turn = make(chan struct{}, 1)

// ask waits for its turn, runs f, and returns its results. If ctx is done first, it returns an error at once.
// go-keyring itself takes no ctx and has no limit.
func ask[T any](ctx context.Context, f func() (T, error)) (T, error) {
	var zero T
	if ctx.Err() != nil {
		return zero, fmt.Errorf("keyringstore: %w", ctx.Err())
	}
	select {
	case turn <- struct{}{}:
	case <-ctx.Done():
		return zero, fmt.Errorf("keyringstore: %w: it is busy: %w", ErrUnavailable, ctx.Err())
	}
	type result struct {
		value T
		err   error
	}
	results := make(chan result, 1)
	go func() {
		defer func() { <-turn }()
		value, err := guard(ctx, f)
		results <- result{value, err}
	}()
	select {
	case r := <-results:
		if r.err == nil || ctx.Err() == nil {
			return r.value, failure(r.err)
		}
	case <-ctx.Done():
	}
	return zero, fmt.Errorf("keyringstore: %w: no answer: %w", ErrUnavailable, ctx.Err())
}

// guard runs f if there is a keyring, and turns a panic into an error. go-keyring panics if an answer of the keyring is
// not of the documented type, or if the connection ends before the answer.
func guard[T any](ctx context.Context, f func() (T, error)) (value T, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("its answer was not understood: %v", p)
		}
	}()
	if err := ready(ctx); err != nil {
		return value, err
	}
	return f()
}

// failure returns the error of a call: client.ErrTokenNotFound or ErrUnavailable, each with its cause.
func failure(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, keyring.ErrNotFound):
		return fmt.Errorf("keyringstore: %w", client.ErrTokenNotFound)
	case errors.Is(err, client.ErrTokenNotFound):
		return fmt.Errorf("keyringstore: %w", err)
	}
	return fmt.Errorf("keyringstore: %w: %w", ErrUnavailable, err)
}
