package tokenstore

import (
	"bytes"
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"slices"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/internal/seal"
)

// ErrWrongKey is in the error of a sealed store's Get if the record was changed, or was moved from another place. It
// wraps [client.ErrRecordUnreadable], so that a Client reports it, and [client.ErrTokenNotFound], so that the next Put
// replaces the record.
var ErrWrongKey = fmt.Errorf("no key opens the record: %w: %w", client.ErrRecordUnreadable, client.ErrTokenNotFound)

// KeySize is the length of a key of Sealed, in bytes.
const KeySize = seal.KeySize

// Sealed returns a [client.TokenStore] that keeps its records in another store, under other names and encrypted, by
// keys of the application. The name is an HMAC of the record's key. The record is sealed by AES-256-GCM with a random
// nonce, and bound to its key, so that no record can replace another one. The store beneath sees the sizes of the
// records, and when they are used. It can forget a record, or bring back an older one of the same key.
//
// There must be at least one key, of [KeySize] random bytes each. The first one seals, and all of them find and open.
// To rotate, add the new key behind the old one, then put it first, and then remove the old one, when the last record
// that it sealed has expired. Between these steps all processes should have the same keys. With n keys a Get of a
// record that the first one sealed is one Get of the store beneath. Every other call, and a Get that finds none, is up
// to n calls there. One key must seal at most 2^32 records.
//
// A sealed record is 29 bytes longer than the record. The result is a [client.Locker] exactly if store is one, a
// [client.LockOrGetter] if store is one and there is one key, and as safe for concurrent use as store. The error says
// that there is no store, no key, or a key of another length.
func Sealed(store client.TokenStore, keys ...[]byte) (client.TokenStore, error) {
	if store == nil {
		return nil, errors.New("tokenstore: no store to seal")
	}
	if len(keys) == 0 {
		return nil, errors.New("tokenstore: no key to seal with")
	}
	s := sealed{store: store}
	for i, key := range keys {
		k, err := newSealer(key)
		if err != nil {
			return nil, fmt.Errorf("tokenstore: key %d: %w", i+1, err)
		}
		s.keys = append(s.keys, k)
	}
	locker, ok := store.(client.Locker)
	if !ok {
		return s, nil
	}
	if both, ok := store.(client.LockOrGetter); ok && len(keys) == 1 {
		return sealedWaiter{sealedLocker{s, locker}, both}, nil
	}
	return sealedLocker{s, locker}, nil
}

// sealer seals and names by one key. Like its Box, it has no key in a field, where package fmt would print it.
type sealer struct {
	seal.Box
	naming func() hash.Hash // a new HMAC
}

func newSealer(key []byte) (sealer, error) {
	box, err := seal.NewBox(key)
	if err != nil {
		return sealer{}, err
	}
	naming, err := hkdf.Key(sha256.New, key, nil, "latchkey sealed names", sha256.Size)
	return sealer{box, func() hash.Hash { return hmac.New(sha256.New, naming) }}, err
}

// name returns the name of a record's key in the store beneath: 40 characters of 0-9 and a-f.
func (s sealer) name(key string) string {
	mac := s.naming()
	mac.Write([]byte(key))
	return hex.EncodeToString(mac.Sum(nil)[:20])
}

type sealed struct {
	store client.TokenStore
	keys  []sealer
}

// Get implements [client.TokenStore].
func (s sealed) Get(ctx context.Context, key string) ([]byte, error) {
	var missing error
	for _, k := range s.keys {
		box, err := s.store.Get(ctx, k.name(key))
		switch {
		case err == nil:
			return k.open(box, key)
		case !errors.Is(err, client.ErrTokenNotFound):
			return nil, err
		case missing == nil: // it may say more than the others
			missing = err
		}
	}
	return nil, missing
}

func (s sealer) open(box []byte, key string) ([]byte, error) {
	record, err := s.Open(box, key)
	if err != nil {
		return nil, fmt.Errorf("tokenstore: %w", ErrWrongKey)
	}
	return record, nil
}

// Put implements [client.TokenStore].
func (s sealed) Put(ctx context.Context, key string, record []byte, ttl time.Duration) error {
	first := s.keys[0]
	if err := s.store.Put(ctx, first.name(key), first.Seal(record, key), ttl); err != nil {
		return err
	}
	return s.remove(ctx, key, s.keys[1:]) // it must not come back when the new one has expired
}

// Delete implements [client.TokenStore].
func (s sealed) Delete(ctx context.Context, key string) error { return s.remove(ctx, key, s.keys) }

// remove deletes what is there under the names that some keys give.
func (s sealed) remove(ctx context.Context, key string, keys []sealer) error {
	var errs []error
	for _, k := range keys {
		errs = append(errs, s.store.Delete(ctx, k.name(key)))
	}
	return errors.Join(errs...)
}

type sealedLocker struct {
	sealed
	locker client.Locker
}

// Lock implements [client.Locker]. It takes the locks under all names, so that processes in different steps of a
// rotation exclude each other, and in an order that is the same for all of them.
func (s sealedLocker) Lock(ctx context.Context, key string) (unlock func(), err error) {
	var names []string
	for _, k := range s.keys {
		names = append(names, k.name(key))
	}
	slices.Sort(names)
	var held []func()
	unlock = func() {
		for _, unlock := range held {
			unlock()
		}
	}
	for _, name := range slices.Compact(names) {
		one, err := s.locker.Lock(ctx, name)
		if err != nil {
			unlock()
			return nil, err
		}
		held = append(held, one)
	}
	return unlock, nil
}

// maxChanges is how often a record may change, during one wait, into one that tells nothing new. More often means that
// the store lies or is out of order.
const maxChanges = 100

type sealedWaiter struct {
	sealedLocker
	both client.LockOrGetter
}

// LockOrGet implements [client.LockOrGetter].
func (s sealedWaiter) LockOrGet(ctx context.Context, key string, seen []byte) (unlock func(), record []byte, err error) {
	k := s.keys[0]
	other := func(box []byte) []byte {
		record, err := k.open(box, key)
		if err != nil || bytes.Equal(record, seen) {
			return nil // it is sealed anew, or none of ours
		}
		return record
	}
	box, err := s.store.Get(ctx, k.name(key))
	switch {
	case errors.Is(err, client.ErrTokenNotFound):
		box = nil
	case err != nil:
		return nil, nil, err
	}
	for range maxChanges {
		if record := other(box); record != nil {
			return nil, record, nil
		}
		unlock, box, err = s.both.LockOrGet(ctx, k.name(key), box)
		if err != nil || box == nil {
			return unlock, nil, err
		}
	}
	return nil, nil, fmt.Errorf("tokenstore: the record changes again and again: %w", ErrWrongKey)
}
