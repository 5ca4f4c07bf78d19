package keyringstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/zalando/go-keyring"

	"github.com/latchkey-go/latchkey/client"
)

// turn is taken while go-keyring is at work: it has one connection for the whole process. So records are put in the
// order of the calls, and a keyring that hangs holds one goroutine.
var turn = make(chan struct{}, 1)

// ask waits for its turn, runs f, and returns what f returns, or an error as soon as ctx is done. go-keyring has no
// ctx and no limit of its own.
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

// guard runs f where there is a keyring to reach, and makes an error of a panic: go-keyring takes the keyring's
// answers to be of the documented types, and to come before the connection ends.
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

// failure says what became of a call: there is no record, or no keyring.
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
