package await

import (
	"context"
	"time"
)

// Lock waits for a lock that may be a user's own, until ctx is done. A lock that comes too late is released at once,
// within limit. The results are those of Do.
func Lock(ctx context.Context, limit time.Duration, lock func(context.Context) (unlock func(), err error)) (func(), error) {
	return Do(ctx, "it", func(ctx context.Context) (func(), error) {
		unlock, err := lock(ctx)
		return unlock, Tried(err)
	}, func(late func()) { _ = Unlock(limit, late) })
}

// Unlock releases a lock, and waits until that is done or the limit is over. A nil unlock is none.
func Unlock(limit time.Duration, unlock func()) error {
	if unlock == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	return Run(ctx, "it", func(context.Context) error { unlock(); return nil }, nil)
}
