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

// lockPoll is how often a held lock is tried again: the kernel's own wait could not be ended.
const lockPoll = 10 * time.Millisecond

// Lock implements client.Locker. The lock excludes other goroutines and Files as well as other processes, and ends
// with its holder's process, by whatever cause.
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

// isCurrent reports whether the locked file is the one that others would lock: the sweep removes lock files, under
// their locks, and whoever opened one before that locks a file that nobody else will find.
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
