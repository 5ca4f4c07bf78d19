package tokenstore

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

// ErrWrongKey is what a sealed store's Get returns, wrapped, for a record that none of its keys opens: it was sealed
// with another key, changed, or moved from another record's place. It wraps client.ErrRecordUnreadable, so
// that it is reported, and client.ErrTokenNotFound: the record is of no use, and the next Put replaces it.
var ErrWrongKey = fmt.Errorf("no key opens the record: %w: %w", client.ErrRecordUnreadable, client.ErrTokenNotFound)

// KeySize is the length of a key of Sealed, in bytes.
const KeySize = 32

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
		aead, err := newAEAD(key)
		if err != nil {
			return nil, fmt.Errorf("tokenstore: key %d: %w", i+1, err)
		}
		s.aeads = append(s.aeads, aead)
	}
	if locker, ok := store.(client.Locker); ok {
		return sealedLocker{s, locker}, nil
	}
	return s, nil
}

func newAEAD(key []byte) (cipher.AEAD, error) {
	if len(key) != KeySize {
		return nil, fmt.Errorf("%d bytes; want %d", len(key), KeySize)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

type sealed struct {
	client.TokenStore
	aeads []cipher.AEAD
}

type sealedLocker struct {
	sealed
	client.Locker
}

// sealedVersion is a sealed record's first byte. Nonce, ciphertext and tag follow.
const sealedVersion = 1

// Put implements client.TokenStore.
func (s sealed) Put(ctx context.Context, key string, record []byte, ttl time.Duration) error {
	box := s.aeads[0].Seal([]byte{sealedVersion}, nil, record, []byte(key))
	return s.TokenStore.Put(ctx, key, box, ttl)
}

// Get implements client.TokenStore.
func (s sealed) Get(ctx context.Context, key string) ([]byte, error) {
	box, err := s.TokenStore.Get(ctx, key)
	if err != nil {
		return nil, err
	}
	if len(box) > 0 && box[0] == sealedVersion {
		for _, aead := range s.aeads {
			if record, err := aead.Open(nil, nil, box[1:], []byte(key)); err == nil {
				return record, nil
			}
		}
	}
	return nil, fmt.Errorf("tokenstore: %w", ErrWrongKey)
}
