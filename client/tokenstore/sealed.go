package tokenstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/internal/seal"
)

// ErrWrongKey is in the error of a sealed store's Get if none of its keys opens the record: it was sealed with another
// key, it was changed, or it was moved from another place. It wraps [client.ErrRecordUnreadable], so that a Client
// reports it, and [client.ErrTokenNotFound], so that the next Put replaces the record.
var ErrWrongKey = fmt.Errorf("no key opens the record: %w: %w", client.ErrRecordUnreadable, client.ErrTokenNotFound)

// KeySize is the length of a key of Sealed, in bytes.
const KeySize = seal.KeySize

// Sealed returns a [client.TokenStore] that keeps its records in another store, encrypted with keys of the application:
// AES-256-GCM with a random nonce, bound to the record's key, so that no record can replace another one.
//
// The store beneath still sees the keys of the records, their sizes and times. It can forget a record, or bring back an
// older one of the same key. A record's key derives from account and secret, so a thief of the keys alone can still
// guess passwords offline. With [client.WithUnboundRecords] it derives from the account alone, so a thief can find out
// whose accounts are there.
//
// There must be at least one key, of [KeySize] random bytes each. The first one seals, and all of them open. To rotate,
// put the new key first, and remove the old one when the last record that it sealed has expired. One key must seal at
// most 2^32 records.
//
// A sealed record is 29 bytes longer than the record. The result is a [client.Locker] exactly if store is one, and as
// safe for concurrent use as store. The error says that there is no store, no key, or a key of another length.
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

// Put implements [client.TokenStore].
func (s sealed) Put(ctx context.Context, key string, record []byte, ttl time.Duration) error {
	return s.TokenStore.Put(ctx, key, s.boxes[0].Seal(record, key), ttl)
}

// Get implements [client.TokenStore].
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
