package tokenstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/gofrs/flock"
)

// lockPoll is the pause between two tries to take a lock. The kernel's own wait cannot be ended by a context.
const lockPoll = 10 * time.Millisecond

// Lock implements [client.Locker]. The lock excludes other goroutines, other Files and other processes. It ends when
// its holder's process ends, whatever the cause.
func (f *Files) Lock(ctx context.Context, key string) (unlock func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	at := f.place(key)
	if err := at.makeFolder(); err != nil {
		return nil, fmt.Errorf("tokenstore: %w", err)
	}
	for {
		lock := flock.New(at.lock())
		if _, err := lock.TryLockContext(ctx, lockPoll); err != nil {
			return nil, fmt.Errorf("tokenstore: %w", err)
		}
		current, err := isCurrent(lock)
		if current {
			return func() { _ = lock.Unlock() }, nil
		}
		_ = lock.Unlock()
		if err != nil {
			return nil, fmt.Errorf("tokenstore: %w", err)
		}
	}
}

// tryLock takes the lock at a place if nobody holds it.
func tryLock(at place) (unlock func(), ok bool) {
	lock := flock.New(at.lock())
	if ok, err := lock.TryLock(); !ok || err != nil {
		return nil, false
	}
	if current, _ := isCurrent(lock); !current {
		_ = lock.Unlock()
		return nil, false
	}
	return func() { _ = lock.Unlock() }, true
}

// isCurrent reports whether the locked file is the one that others would lock. The sweep removes lock files, so this
// one may have been removed after it was opened: then others lock another file.
func isCurrent(lock *flock.Flock) (bool, error) {
	held, err := lock.Stat()
	if err != nil {
		return false, err
	}
	found, err := os.Stat(lock.Path())
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && os.SameFile(held, found), err
}
