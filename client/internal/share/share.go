// Package share reads and writes the record of one account in a store that may be slow, down or a user's own: within
// limits of time, and with trouble told and not returned.
package share

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/await"
	"github.com/latchkey-go/latchkey/client/internal/digest"
	"github.com/latchkey-go/latchkey/client/internal/seal"
)

// Store is a client.TokenStore.
type Store interface {
	Get(ctx context.Context, key string) ([]byte, error)
	Put(ctx context.Context, key string, record []byte, ttl time.Duration) error
	Delete(ctx context.Context, key string) error
}

// Limit is how long one attempt of a login may spend on the store in all, apart from the wait for its lock.
const Limit = 2 * time.Second

// Share is an account's part in a store. nil means there is no store.
type Share struct {
	ID                   string // tells this client's notes from others'
	NotFound, Unreadable error  // errors of Store.Get: there is no record, and there is one that nobody can read

	// Trouble is told what failed, and why. It must return soon. nil: nobody is told.
	Trouble func(doing string, err error)

	store   Store
	keeper  seal.Keeper
	writing chan struct{} // full while the record is written or deleted
}

// New returns the Share of an account. unbound tells that its record needs no secret.
func New(store Store, account string, unbound bool) *Share {
	return &Share{
		ID: rand.Text(), store: store, keeper: seal.Keeper{Name: account, Unbound: unbound, Store: store},
		writing: make(chan struct{}, 1),
	}
}

// NeedsNoSecret reports whether the store can be looked into before the secret is known.
func (s *Share) NeedsNoSecret() bool { return s != nil && s.keeper.Unbound }

// Remove deletes the record of a secret, and that of the last login's if it is another one.
func (s *Share) Remove(ctx context.Context, secret string) error {
	before, last := s.keeper.Last()
	ctx, cancel := context.WithTimeout(ctx, Limit)
	defer cancel()
	err := inTime(ctx, func(ctx context.Context) error {
		keys, _, err := s.keeper.Keys(ctx, secret)
		if err != nil {
			return err
		}
		return s.change(ctx, func() error {
			err := s.store.Delete(ctx, keys.Place)
			if last != (digest.Digest{}) && before.Place != keys.Place {
				err = errors.Join(err, s.store.Delete(ctx, before.Place))
			}
			return err
		})
	})
	if err != nil {
		return fmt.Errorf("the token store did not delete the record: %w", err)
	}
	return nil
}

// change runs one change of the record at a time.
func (s *Share) change(ctx context.Context, operation func() error) error {
	select {
	case s.writing <- struct{}{}:
		defer func() { <-s.writing }()
		return operation()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// inTime runs an operation of a store, which may be a user's own, until ctx is done.
func inTime(ctx context.Context, operation func(context.Context) error) error {
	return await.Run(ctx, "it", func(ctx context.Context) error { return await.Tried(operation(ctx)) }, nil)
}
