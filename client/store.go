package client

import (
	"context"
	"errors"
	"time"
)

// ErrTokenNotFound is what a TokenStore's Get returns, perhaps wrapped, where it has no record, or one whose time
// is up.
var ErrTokenNotFound = errors.New("token not found")

// ErrRecordUnreadable is what a TokenStore's Get returns, wrapped, where it has a record that it cannot make out,
// such as one that was sealed with another key. It is reported, and counts as no record: wrap ErrTokenNotFound too.
var ErrRecordUnreadable = errors.New("record unreadable")

// ErrLoginRequired is what a Client made with Stored returns, wrapped, where the TokenStore holds no token or gives
// none.
var ErrLoginRequired = errors.New("login required")

// TokenStore keeps records for longer than a process lives, or for several processes. A record is opaque bytes of
// ours, at most 64 KiB, which a store returns as it got them. A key is 1 to 128 characters of a-z, 0-9, - and _.
//
// Implementations must be safe for concurrent use by multiple goroutines, and by all processes that share what lies
// beneath. They return when ctx is done. clienttest.TestTokenStore checks all of it.
type TokenStore interface {
	// Get returns the record that was put last under the key, or an error that wraps ErrTokenNotFound.
	Get(ctx context.Context, key string) ([]byte, error)

	// Put replaces the record under the key, whole or not at all, and forgets it after ttl, which is more than
	// zero. A store may forget a record earlier.
	Put(ctx context.Context, key string, record []byte, ttl time.Duration) error

	// Delete removes the record under the key. It is no error if there is none.
	Delete(ctx context.Context, key string) error
}

// Locker is a second interface that a TokenStore may have: its users take turns, so that one of them logs in and the
// others find its token. Where a TokenStore is no Locker, each process logs in for itself when it finds no token.
type Locker interface {
	// Lock waits until nobody else holds the key's lock, or ctx is done. What it returns lets go of the lock, at
	// once and for ever: it never frees a lock that somebody else has taken since. A lock does not outlive its
	// holder's process, by more than the store's lease if it has one.
	Lock(ctx context.Context, key string) (unlock func(), err error)
}
