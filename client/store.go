package client

import (
	"context"
	"errors"
	"time"
)

// ErrTokenNotFound is in the error of [TokenStore].Get if there is no record, or if its time is over.
var ErrTokenNotFound = errors.New("token not found")

// ErrRecordUnreadable is in the error of [TokenStore].Get if a record cannot be read, such as one that was sealed with
// another key. It is reported, and counts as no record: wrap ErrTokenNotFound too.
var ErrRecordUnreadable = errors.New("record unreadable")

// ErrLoginRequired is in the errors of a Client made with [Stored] if the TokenStore gives no token.
var ErrLoginRequired = errors.New("login required")

// TokenStore keeps records after a process has ended, or for several processes. A record is at most 64 KiB of bytes,
// which a store returns unchanged. A key has 1 to 128 characters: a-z, 0-9, - and _. Stores must be safe for concurrent
// use by multiple goroutines, and by all processes that share the storage. They return when ctx is done. Function
// TestTokenStore of package clienttest checks all of it.
type TokenStore interface {
	// Get returns the record that was put last under the key. The error wraps ErrTokenNotFound if there is none.
	Get(ctx context.Context, key string) ([]byte, error)

	// Put replaces the record under the key, whole or not at all, and forgets it after ttl, which is more than
	// zero. A store may forget a record earlier.
	Put(ctx context.Context, key string, record []byte, ttl time.Duration) error

	// Delete removes the record under the key. It is no error if there is none.
	Delete(ctx context.Context, key string) error
}

// Locker may be implemented by a TokenStore, too. Then one process logs in, and the others find its token. Otherwise
// each process logs in for itself if it finds none.
type Locker interface {
	// Lock waits until nobody else holds the key's lock, or ctx is done. unlock releases the lock. Calling it again
	// has no effect, also if somebody else holds the lock by then. The lock of a process that has died is free at
	// once, or after the store's lease.
	Lock(ctx context.Context, key string) (unlock func(), err error)
}

// LockOrGetter may be implemented by a Locker, too. Then those who wait for another's login have its token as soon as
// the record lies in the store. Otherwise they read the record now and then.
type LockOrGetter interface {
	// LockOrGet waits until the record under the key is another than seen, and returns it and a nil unlock; or until
	// nobody else holds the key's lock, and returns as Lock does, with a nil record. A nil seen means that there was
	// no record. That a record is gone is no change. If the record is another already, the lock is not taken.
	LockOrGet(ctx context.Context, key string, seen []byte) (unlock func(), record []byte, err error)
}
