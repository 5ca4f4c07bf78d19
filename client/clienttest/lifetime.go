package clienttest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

const (
	short    = time.Second
	lateness = 1500 * time.Millisecond // most that a store may be late, since some count whole seconds
	interval = 20 * time.Millisecond
)

func (k *kit) ttl(ctx context.Context) error {
	begin := time.Now()
	var (
		plain     = k.key("short")
		shortened = k.key("shortened")
		shortest  = k.key("shortest")
		renewed   = k.key("renewed")
		longest   = k.key("longest")
	)
	record := []byte("record")
	for _, put := range []struct {
		key string
		ttl time.Duration
	}{
		{renewed, short}, {renewed, long},
		{longest, math.MaxInt64},
		{shortened, long}, {shortened, short},
		{shortest, 1},
		{plain, short},
	} {
		if err := k.a.Put(ctx, put.key, record, put.ttl); err != nil {
			return fmt.Errorf("calling Put with a ttl of %v: %w", put.ttl, err)
		}
	}
	if err := wantRecord(ctx, k.a, plain, record); err != nil && time.Since(begin) < short/2 {
		return fmt.Errorf("forgotten before its ttl of %v was up: %w", short, err)
	}
	if err := wait(ctx, short); err != nil {
		return err
	}
	deadline := time.Now().Add(lateness)
	for _, gone := range []struct{ key, what string }{
		{plain, "a record put with a ttl of 1 s"},
		{shortened, "a record put with a ttl of 1 s where there was one with a longer ttl"},
		{shortest, "a record put with a ttl of 1 ns"},
	} {
		if err := wantMissingBy(ctx, k.b, gone.key, deadline); err != nil {
			return fmt.Errorf("%s is not forgotten in time: %w", gone.what, err)
		}
	}
	if err := wantRecord(ctx, k.b, renewed, record); err != nil {
		return fmt.Errorf("forgotten when the ttl of the record before it was up: %w", err)
	}
	if err := wantRecord(ctx, k.b, longest, record); err != nil {
		return fmt.Errorf("put with the longest ttl that a time.Duration can hold: %w", err)
	}
	return nil
}

func wantMissingBy(ctx context.Context, store client.TokenStore, key string, deadline time.Time) error {
	for {
		err := wantMissing(ctx, store, key)
		if err == nil || time.Now().After(deadline) {
			return err
		}
		if err := wait(ctx, interval); err != nil {
			return err
		}
	}
}

func (k *kit) doneContext(ctx context.Context) error {
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	late, cancel := context.WithDeadline(ctx, time.Now().Add(-time.Second))
	defer cancel()

	kept, other := k.key("kept"), k.key("not-put")
	if err := k.a.Put(ctx, kept, []byte("kept"), long); err != nil {
		return fmt.Errorf("calling Put: %w", err)
	}
	for _, done := range []context.Context{cancelled, late} {
		_, err := k.a.Get(done, kept)
		if err := wantDone(done, "Get", err); err != nil {
			return err
		}
		err = k.a.Put(done, other, []byte("x"), long)
		if err := wantDone(done, "Put", err); err != nil {
			return err
		}
		if err := wantMissing(ctx, k.a, other); err != nil {
			return fmt.Errorf("after a Put that failed: %w", err)
		}
		err = k.a.Delete(done, kept)
		if err := wantDone(done, "Delete", err); err != nil {
			return err
		}
		if err := wantRecord(ctx, k.a, kept, []byte("kept")); err != nil {
			return fmt.Errorf("after a Delete that failed: %w", err)
		}
	}
	return nil
}

// wantDone returns an error unless err wraps the error of ctx, which is done.
func wantDone(ctx context.Context, call string, err error) error {
	if err == nil {
		return fmt.Errorf("%s succeeded although its ctx was done", call)
	}
	if !errors.Is(err, ctx.Err()) {
		return fmt.Errorf("%s, its ctx done (%s): the error does not wrap that of ctx: %w", call, ctx.Err().Error(), err)
	}
	return nil
}

// wait returns after a time, or when ctx is done.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
