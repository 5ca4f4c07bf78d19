package clienttest_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
)

func TestCorrectStorePasses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStorage()
		if err := clienttest.TestTokenStore(t.Context(), func() (client.TokenStore, error) { return memory{s}, nil }); err != nil {
			t.Error(err)
		}
		if len(s.records) > 0 {
			t.Errorf("%d records left behind", len(s.records))
		}
	})
}

func TestCorrectStoreWithoutLocksPasses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStorage()
		err := clienttest.TestTokenStore(t.Context(), func() (client.TokenStore, error) {
			return struct{ client.TokenStore }{memory{s}}, nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestCorrectStorePassesInFiveSeconds(t *testing.T) {
	t.Parallel()
	begin := time.Now()
	s := newStorage()
	if err := clienttest.TestTokenStore(t.Context(), func() (client.TokenStore, error) { return memory{s}, nil }); err != nil {
		t.Error(err)
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestStoreThatDoesNotOpen(t *testing.T) {
	broken := errors.New("no storage")
	err := clienttest.TestTokenStore(t.Context(), func() (client.TokenStore, error) { return nil, broken })
	if !errors.Is(err, broken) {
		t.Errorf("%v; want %v", err, broken)
	}
}

// TestTokenStore must not report a promise as kept if it was not checked.
func TestCancelledRunIsNoSuccess(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := newStorage()
	err := clienttest.TestTokenStore(ctx, func() (client.TokenStore, error) { return deaf{memory{s}}, nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v; want the error of ctx", err)
	}
}

func TestCancelledRunEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		s := newStorage()
		begin := time.Now()
		err := clienttest.TestTokenStore(ctx, func() (client.TokenStore, error) { return memory{s}, nil })
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v; want the error of ctx", err)
		}
		if took := time.Since(begin); took > time.Second {
			t.Errorf("ended after %v", took)
		}
		if len(s.records) > 0 {
			t.Errorf("%d records left behind", len(s.records))
		}
	})
}

// deaf is a store that ignores ctx.
type deaf struct{ memory }

func (d deaf) Get(ctx context.Context, key string) ([]byte, error) {
	return d.memory.Get(context.WithoutCancel(ctx), key)
}

func (d deaf) Put(ctx context.Context, key string, record []byte, ttl time.Duration) error {
	return d.memory.Put(context.WithoutCancel(ctx), key, record, ttl)
}

func (d deaf) Delete(ctx context.Context, key string) error {
	return d.memory.Delete(context.WithoutCancel(ctx), key)
}

func (d deaf) Lock(ctx context.Context, key string) (func(), error) {
	return d.memory.Lock(context.WithoutCancel(ctx), key)
}
