package client_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
)

// withAndWithoutAStore runs a test in a bubble, with a token store and without one.
func withAndWithoutAStore(t *testing.T, test func(t *testing.T, opts ...client.Option)) {
	for name, opts := range map[string][]client.Option{
		"memory": nil,
		"store":  {client.WithTokenStore(&clienttest.MemoryStore{})},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(t, opts...) })
		})
	}
}

// lockOnly hides the LockOrGet of what is embedded beside it.
type lockOnly struct{} //nolint:unused // its method is there to be ambiguous

func (lockOnly) LockOrGet() {} //nolint:unused // as above

// wildStore is a MemoryStore that calls functions of the test's first. An error is then the operation's.
type wildStore struct {
	*clienttest.MemoryStore
	lockOnly         //nolint:unused // as above
	get, put, remove func() error
	lock             func() (unlock func()) // in place of the MemoryStore's own
}

func (w wildStore) Get(ctx context.Context, key string) ([]byte, error) {
	if err := w.first(w.get); err != nil {
		return nil, err
	}
	return w.MemoryStore.Get(ctx, key)
}

func (w wildStore) Put(ctx context.Context, key string, record []byte, ttl time.Duration) error {
	if err := w.first(w.put); err != nil {
		return err
	}
	return w.MemoryStore.Put(ctx, key, record, ttl)
}

func (w wildStore) Delete(ctx context.Context, key string) error {
	if err := w.first(w.remove); err != nil {
		return err
	}
	return w.MemoryStore.Delete(ctx, key)
}

func (w wildStore) Lock(ctx context.Context, key string) (func(), error) {
	if w.lock == nil {
		return w.MemoryStore.Lock(ctx, key)
	}
	return w.lock(), nil
}

func (wildStore) first(f func() error) error {
	if f == nil {
		return nil
	}
	return f()
}

// foreverStore ignores ttl: what a store would be whose own clock is right while a client's is not.
type foreverStore struct{ *clienttest.MemoryStore }

func (f foreverStore) Put(ctx context.Context, key string, record []byte, _ time.Duration) error {
	return f.MemoryStore.Put(ctx, key, record, 100*365*24*time.Hour)
}

// putAll puts records, such as those of another bubble, into a store.
func putAll(t *testing.T, store client.TokenStore, records map[string][]byte) {
	t.Helper()
	for key, record := range records {
		if err := store.Put(t.Context(), key, record, 24*time.Hour); err != nil {
			t.Fatal(err)
		}
	}
}

// errUnreadable is the error of a store whose record cannot be made out.
var errUnreadable = fmt.Errorf("%w: %w", client.ErrRecordUnreadable, client.ErrTokenNotFound)

// reportTo is an Option that adds what is reported of a store to a list.
func reportTo(reports *[]error) client.Option {
	return client.WithObserver(client.Observer{StoreTrouble: func(err error) { *reports = append(*reports, err) }})
}
