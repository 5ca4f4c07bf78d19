package tokenstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/internal/seal"
)

// ErrWrongKey is what a sealed store's Get returns, wrapped, for a record that none of its keys opens: it was sealed
// with another key, changed, or moved from another record's place. It wraps client.ErrRecordUnreadable, so
// that it is reported, and client.ErrTokenNotFound: the record is of no use, and the next Put replaces it.
var ErrWrongKey = fmt.Errorf("no key opens the record: %w: %w", client.ErrRecordUnreadable, client.ErrTokenNotFound)

// KeySize is the length of a key of Sealed, in bytes.
const KeySize = seal.KeySize

// Sealed returns a TokenStore that keeps its records in another one, encrypted with keys of the application's:
// AES-256-GCM with a random nonce, bound to the record's key, so that no record can stand in for another. What the
// store beneath can still see and do: record keys, sizes and times; forget a record, or bring back an older one of
// the same key.
//
// Keys are KeySize random bytes each, at least one. The first one seals, all of them open: to rotate, put the new
// key in front and take the old one away when the last record it sealed has expired. One key must seal no more than
// 2^32 records.
//
// A sealed record is 29 bytes longer than what it holds. The result is a client.Locker exactly if store is one, and
// as safe for concurrent use as store.
func Sealed(store client.TokenStore, keys ...[]byte) (client.TokenStore, error) {
	if store == nil {
		return nil, errors.New("tokenstore: no store to seal")
	}
	if len(keys) == 0 {
		return nil, errors.New("tokenstore: no key to seal with")
	}
	s := sealed{TokenStore: store}
	for i, key := range keys {
		box, err := seal.NewBox(key)
		if err != nil {
			return nil, fmt.Errorf("tokenstore: key %d: %w", i+1, err)
		}
		s.boxes = append(s.boxes, box)
	}
	if locker, ok := store.(client.Locker); ok {
		return sealedLocker{s, locker}, nil
	}
	return s, nil
}

type sealed struct {
	client.TokenStore
	boxes []seal.Box
}

type sealedLocker struct {
	sealed
	client.Locker
}

// Put implements client.TokenStore.
func (s sealed) Put(ctx context.Context, key string, record []byte, ttl time.Duration) error {
	return s.TokenStore.Put(ctx, key, s.boxes[0].Seal(record, key), ttl)
}

// Get implements client.TokenStore.
func (s sealed) Get(ctx context.Context, key string) ([]byte, error) {
	sealed, err := s.TokenStore.Get(ctx, key)
	if err != nil {
		return nil, err
	}
	for _, box := range s.boxes {
		if record, err := box.Open(sealed, key); err == nil {
			return record, nil
		}
	}
	return nil, fmt.Errorf("tokenstore: %w", ErrWrongKey)
}
