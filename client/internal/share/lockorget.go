package share

import (
	"bytes"
	"context"
	"math/rand/v2"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/await"
)

// locker is a client.Locker.
type locker interface {
	Lock(ctx context.Context, key string) (unlock func(), err error)
}

// lockOrGetter is a client.LockOrGetter.
type lockOrGetter interface {
	LockOrGet(ctx context.Context, key string, seen []byte) (unlock func(), record []byte, err error)
}

// A store that is no lockOrGetter is read after these pauses, which double.
const firstRead, longestPause = 25 * time.Millisecond, time.Second

// turn is what was waited for: the lock, or another record.
type turn struct {
	unlock func()
	record []byte
}

// lockOrGet waits for either. It may be left behind, so it reads nothing of the visit that changes.
func (v *Visit) lockOrGet(ctx context.Context, store locker, seen []byte) (t turn, err error) {
	if both, ok := store.(lockOrGetter); ok {
		t.unlock, t.record, err = both.LockOrGet(ctx, v.keys.Place, seen)
		return t, err
	}
	waiting, stop := context.WithCancel(ctx)
	defer stop()
	type result struct {
		unlock func()
		err    error
	}
	locked := make(chan result, 1)
	go func() {
		unlock, err := await.Lock(waiting, Limit, func(ctx context.Context) (func(), error) {
			return store.Lock(ctx, v.keys.Place)
		})
		locked <- result{unlock, err}
	}()
	for pause := firstRead; ; pause = min(2*pause, longestPause) {
		timer := time.NewTimer(pause/2 + rand.N(pause/2))
		select {
		case r := <-locked:
			timer.Stop()
			if r.err != nil {
				return turn{}, r.err
			}
			if record := v.other(ctx, seen); record != nil { // it was written before the lock was released
				_ = await.Unlock(Limit, r.unlock)
				return turn{record: record}, nil
			}
			return turn{unlock: r.unlock}, nil
		case <-timer.C:
			if record := v.other(ctx, seen); record != nil {
				stop()
				if r := <-locked; r.err == nil {
					_ = await.Unlock(Limit, r.unlock)
				}
				return turn{record: record}, nil
			}
		}
	}
}

// other returns the record if it is another than the one that was seen.
func (v *Visit) other(ctx context.Context, seen []byte) []byte {
	ctx, cancel := context.WithTimeout(ctx, Limit)
	defer cancel()
	record, err := await.Do(ctx, "it", func(ctx context.Context) ([]byte, error) {
		return v.store.Get(ctx, v.keys.Place)
	}, nil)
	if err != nil || bytes.Equal(record, seen) {
		return nil
	}
	return record
}
