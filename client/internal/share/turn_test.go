package share_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/share"
)

var errNotFound = errors.New("not found")

// heldStore is a store whose lock somebody else holds.
type heldStore struct {
	done   chan struct{} // closed when LockOrGet has ended
	free   chan struct{} // closed when the lock is free; nil: LockOrGet obeys its ctx
	unlock func()
}

func (heldStore) Get(context.Context, string) ([]byte, error) { return []byte("no record"), nil }

func (heldStore) Put(context.Context, string, []byte, time.Duration) error { return nil }

func (heldStore) Delete(context.Context, string) error { return nil }

func (heldStore) Lock(context.Context, string) (func(), error) { return nil, errNotFound }

func (s heldStore) LockOrGet(ctx context.Context, _ string, seen []byte) (func(), []byte, error) {
	defer close(s.done)
	if s.free != nil {
		<-s.free
		return s.unlock, nil, nil
	}
	<-ctx.Done()
	return nil, seen, ctx.Err()
}

func visit(store share.Store) *share.Visit {
	s := share.New(store, "me", true)
	s.NotFound, s.Unreadable = errNotFound, errNotFound
	return s.Visit("")
}

// A wait that is left behind reads nothing that the visit changes meanwhile. The race detector tells.
func TestP9WaitThatIsLeftBehind(t *testing.T) {
	for range 20 {
		store := heldStore{done: make(chan struct{})}
		v := visit(store)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, ended := v.Turn(ctx, func() bool { return true }); ended {
			t.Fatal("there is another record")
		}
		v.Read()
		<-store.done
	}
}

// A lock that comes when nobody waits for it any more is released: the next one need not wait for its lease.
func TestP9LockThatComesTooLateIsReleased(t *testing.T) {
	free, released := make(chan struct{}), make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	v := visit(heldStore{make(chan struct{}), free, func() { close(released) }})
	v.Turn(ctx, func() bool { return true })
	close(free)
	<-released
}
