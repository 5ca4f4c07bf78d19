package clienttest_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
)

func TestBrokenStoresAreCaught(t *testing.T) {
	t.Parallel()
	for _, broken := range brokenStores {
		t.Run(broken.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				shared := newStorage()
				err := clienttest.TestTokenStore(t.Context(), func() (client.TokenStore, error) {
					store := broken.store
					if broken.each != nil {
						store = broken.each()
					}
					store.memory = memory{shared}
					if broken.own {
						store.memory = memory{newStorage()}
					}
					return store, nil
				})
				time.Sleep(24 * time.Hour) // until what the store left behind has ended
				if err == nil {
					t.Fatal("no error")
				}
				if !strings.Contains(err.Error(), "clienttest: "+broken.want) {
					t.Errorf("error does not name %q:\n%v", broken.want, err)
				}
				t.Log(err)
			})
		})
	}
}

// keptSlices keeps and hands out slices as they are.
type keptSlices struct {
	memory
	slices map[string][]byte
	in     bool // keeps the caller's slice; otherwise hands out its own
}

func (s keptSlices) Put(ctx context.Context, key string, record []byte, ttl time.Duration) error {
	s.mu.Lock()
	s.slices[key] = record
	if !s.in {
		s.slices[key] = bytes.Clone(record)
	}
	s.mu.Unlock()
	return s.memory.Put(ctx, key, record, ttl)
}

func (s keptSlices) Get(ctx context.Context, key string) ([]byte, error) {
	if _, err := s.memory.Get(ctx, key); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.in {
		return bytes.Clone(s.slices[key]), nil
	}
	return s.slices[key], nil
}

func TestSharedSlicesAreCaught(t *testing.T) {
	for _, in := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			store := keptSlices{memory{newStorage()}, map[string][]byte{}, in}
			err := clienttest.TestTokenStore(t.Context(), func() (client.TokenStore, error) { return store, nil })
			if err == nil || !strings.Contains(err.Error(), "clienttest: copies") {
				t.Errorf("keeps the caller's: %t: %v; want an error that names copies", in, err)
			}
		})
	}
}

func TestHandlesThatDisagreeOnLocksAreCaught(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, first := newStorage(), true
		err := clienttest.TestTokenStore(t.Context(), func() (client.TokenStore, error) {
			if first {
				first = false
				return memory{s}, nil
			}
			return struct{ client.TokenStore }{memory{s}}, nil
		})
		if err == nil || !strings.Contains(err.Error(), "clienttest: lock on every handle") {
			t.Errorf("%v; want an error that names lock on every handle", err)
		}
	})
}

// TestHangingStoreIsLeft: a store that never comes back ends the run, not the program.
func TestHangingStoreIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		defer close(free)
		store := altered{memory: memory{newStorage()}, get: func(context.Context, memory, string) ([]byte, error) {
			<-free
			return nil, errors.New("at last")
		}}
		begin := time.Now()
		err := clienttest.TestTokenStore(t.Context(), func() (client.TokenStore, error) { return store, nil })
		if err == nil || !strings.Contains(err.Error(), "has not returned") {
			t.Errorf("%v; want an error that tells of the hang", err)
		}
		if took := time.Since(begin); took > time.Minute {
			t.Errorf("left after %v", took)
		}
	})
}
