package tokenstore

import (
	"context"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/internal/seal"
)

// SealedFast is [Sealed] for a program that logs in for many accounts: a Client that has the result for its store
// derives where a bound record lies, and what opens it, from the key, the account and the secret by HMAC and HKDF, in
// microseconds, instead of by argon2id, in 20 ms. Without the secret, and without the key, a record can still be
// neither found, read nor changed. But a thief of the store and the key can guess passwords thousands of times faster,
// and about a million times with graphics cards. The records are others than those of Sealed.
//
// The result must be the Client's store itself: a wrapper of yours around it has argon2id again.
func SealedFast(store client.TokenStore, keys ...[]byte) (client.TokenStore, error) {
	s, err := Sealed(store, keys...)
	if err != nil {
		return nil, err
	}
	switch locker := s.(type) {
	case sealedWaiter:
		return fastWaiter{fast{s}, locker, locker}, nil
	case sealedLocker:
		return fastLocker{fast{s}, locker}, nil
	}
	return fast{s}, nil
}

type fast struct{ client.TokenStore }

type fastLocker struct {
	fast
	client.Locker
}

type fastWaiter struct {
	fast
	client.Locker
	client.LockOrGetter
}

// BoundKeys implements [seal.Deriver]. The sealed store keys places and records once more, with its own key.
func (fast) BoundKeys(_ context.Context, name, secret string) (seal.Keys, error) {
	return seal.Fast(name, secret)
}
