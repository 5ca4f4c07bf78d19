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
type heldStore struct{ done chan struct{} } // closed when LockOrGet has ended

func (heldStore) Get(context.Context, string) ([]byte, error) { return []byte("no record"), nil }

func (heldStore) Put(context.Context, string, []byte, time.Duration) error { return nil }

func (heldStore) Delete(context.Context, string) error { return nil }

func (heldStore) Lock(context.Context, string) (func(), error) { return nil, errNotFound }

func (s heldStore) LockOrGet(ctx context.Context, _ string, seen []byte) (func(), []byte, error) {
	defer close(s.done)
	<-ctx.Done()
	return nil, seen, ctx.Err()
}

// A wait that is left behind reads nothing that the visit changes meanwhile. The race detector tells.
func TestP9WaitThatIsLeftBehind(t *testing.T) {
	for range 20 {
		store := heldStore{make(chan struct{})}
		s := share.New(store, "me", true)
		s.NotFound, s.Unreadable = errNotFound, errNotFound
		v := s.Visit("")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, ended := v.Turn(ctx, func() bool { return true }); ended {
			t.Fatal("there is another record")
		}
		v.Read()
		<-store.done
	}
}
