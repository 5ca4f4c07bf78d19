package tokenstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// lockPoll is the pause between two tries to take a lock. The kernel's own wait cannot be ended by a context.
const lockPoll = 10 * time.Millisecond

// Lock implements [client.Locker]. The lock excludes other goroutines, other Files and other processes. It ends when
// its holder's process ends, whatever the cause. The error wraps [ErrUnsafeDir] if something else lies in the lock's
// place.
func (f *Files) Lock(ctx context.Context, key string) (unlock func(), err error) {
	for unlock == nil {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		at, err := f.open(key, true)
		if err != nil {
			return nil, err
		}
		unlock, err = at.take(func(lock *flock.Flock) (bool, error) { return lock.TryLockContext(ctx, lockPoll) })
		at.close()
		if err != nil {
			return nil, err
		}
	}
	return unlock, nil
}

// take takes the lock at a place by try. unlock is nil if try took none, or one that others do not see.
func (p place) take(try func(*flock.Flock) (bool, error)) (unlock func(), err error) {
	info, err := p.folder.Lstat(p.lock())
	if err == nil {
		err = p.fit(p.lock(), info)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	lock := flock.New(filepath.Join(p.path, p.lock()), lockOptions...)
	if ok, err := try(lock); !ok || err != nil {
		if err != nil {
			err = fmt.Errorf("tokenstore: %w", err)
		}
		return nil, err
	}
	current, err := p.isCurrent(lock)
	if !current {
		_ = lock.Unlock()
		return nil, err
	}
	return func() { _ = lock.Unlock() }, nil
}

// isCurrent reports whether the locked file is the one that others would lock. The sweep removes lock files, so this
// one may have been removed after it was opened: then others lock another file.
func (p place) isCurrent(lock *flock.Flock) (bool, error) {
	held, err := lock.Stat()
	if err != nil {
		return false, fmt.Errorf("tokenstore: %w", err)
	}
	found, err := p.folder.Lstat(p.lock())
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("tokenstore: %w", err)
	}
	if err := p.fit(p.lock(), found); err != nil {
		return false, err
	}
	return os.SameFile(held, found), nil
}
