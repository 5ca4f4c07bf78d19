package tokenstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gofrs/flock"

	"github.com/latchkey-go/latchkey/client"
)

// waitPoll is the pause between two looks at the lock and the record.
const waitPoll = 20 * time.Millisecond

// LockOrGet implements [client.LockOrGetter]. It looks every 20 ms.
func (f *Files) LockOrGet(ctx context.Context, key string, seen []byte) (unlock func(), record []byte, err error) {
	ticker := time.NewTicker(waitPoll)
	defer ticker.Stop()
	for {
		record, err := f.other(ctx, key, seen)
		if record != nil || err != nil {
			return nil, record, err
		}
		if unlock, err = f.tryLock(key); err != nil {
			return nil, nil, err
		}
		if unlock != nil {
			if record, err = f.other(ctx, key, seen); record != nil || err != nil {
				unlock() // it was written before the lock was free
				return nil, record, err
			}
			return unlock, nil, nil
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil, nil, fmt.Errorf("tokenstore: somebody else holds the lock: %w", ctx.Err())
		}
	}
}

// other returns the record if it is another than seen.
func (f *Files) other(ctx context.Context, key string, seen []byte) ([]byte, error) {
	record, err := f.Get(ctx, key)
	switch {
	case errors.Is(err, client.ErrTokenNotFound), errors.Is(err, client.ErrRecordUnreadable):
		return nil, nil
	case err != nil:
		return nil, err
	case bytes.Equal(record, seen):
		return nil, nil
	}
	return record, nil
}

// tryLock takes the lock if nobody holds it. unlock is nil if somebody does.
func (f *Files) tryLock(key string) (unlock func(), err error) {
	at, err := f.open(key, true)
	if err != nil {
		return nil, err
	}
	defer at.close()
	return at.take((*flock.Flock).TryLock)
}
