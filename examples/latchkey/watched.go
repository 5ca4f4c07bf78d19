package main

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

// watched is a client.TokenStore and a client.Locker that remembers what became of its last calls: a Client goes on
// without its store, and the command must not.
type watched struct {
	client.TokenStore

	mu   sync.Mutex
	key  string // of the account's record
	seen []byte // the record, as the Client knows it
	down error  // why it could not be read
	lost error  // why it could not be written
	put  func() // called after a Put
}

// Get implements client.TokenStore.
func (w *watched) Get(ctx context.Context, key string) ([]byte, error) {
	record, err := w.TokenStore.Get(ctx, key)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.key, w.seen, w.down = key, record, nil
	if err != nil && !errors.Is(err, client.ErrTokenNotFound) {
		w.down = err
	}
	return record, err
}

// Put implements client.TokenStore.
func (w *watched) Put(ctx context.Context, key string, record []byte, ttl time.Duration) error {
	err := w.TokenStore.Put(ctx, key, record, ttl)
	w.mu.Lock()
	w.key, w.lost = key, err
	w.mu.Unlock()
	w.put()
	return err
}

// Lock implements client.Locker.
func (w *watched) Lock(ctx context.Context, key string) (unlock func(), err error) {
	locker, ok := w.TokenStore.(client.Locker)
	if !ok {
		return func() {}, nil
	}
	return locker.Lock(ctx, key)
}

// changed reports whether another process has written the record since the Client read it.
func (w *watched) changed(ctx context.Context) bool {
	w.mu.Lock()
	key, seen := w.key, w.seen
	w.mu.Unlock()
	record, err := w.TokenStore.Get(ctx, key)
	return err == nil && !bytes.Equal(record, seen)
}

// faults returns why the record could not be read, and why it could not be written.
func (w *watched) faults() (down, lost error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.down, w.lost
}

// recordKey returns the key of the account's record, once it was read.
func (w *watched) recordKey() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.key
}
