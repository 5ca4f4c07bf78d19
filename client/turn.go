package client

import (
	"bytes"
	"context"
	"math/rand/v2"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/await"
)

const (
	// lockLimit is how long an attempt waits while others log in, and up to a third of it more, at random: those who give
	// up do not do so at the same time. It is longer than a dead holder's lease and two logins without an answer: when
	// the second one has failed, its note counts for all.
	lockLimit = 75 * time.Second
	// maxChanges is how often the record may change meanwhile. More often means that the store is out of order.
	maxChanges = 100
	// A store that is no LockOrGetter is read after these pauses, which double.
	firstRead, longestPause = 25 * time.Millisecond, time.Second
)

// turn waits until nobody else is logging in, if the store is a Locker. Each other record that it sees meanwhile becomes
// v.last, and ends the wait if enough says so. unlock is never nil.
func (v *visit) turn(ctx context.Context, enough func() bool) (unlock func(), ended bool) {
	unlock = func() {}
	if v == nil || v.down {
		return unlock, false
	}
	locker, ok := v.store.(Locker)
	if !ok {
		v.read()
		return unlock, false
	}
	ctx, cancel := context.WithTimeout(ctx, lockLimit+rand.N(lockLimit/3))
	defer cancel()
	for range maxChanges {
		turn, err := await.Do(ctx, "it", func(ctx context.Context) (turn, error) {
			t, err := v.lockOrGet(ctx, locker)
			return t, await.Tried(err)
		}, func(late turn) { _ = await.Unlock(storeLimit, late.unlock) })
		switch {
		case err != nil:
			v.tell("waiting for its lock", err)
			return unlock, false
		case turn.record == nil:
			return v.unlock(turn.unlock), false
		}
		v.open(turn.record)
		if enough() {
			return unlock, true
		}
	}
	return unlock, false
}

// turn is what was waited for: the lock, or another record.
type turn struct {
	unlock func()
	record []byte
}

// lockOrGet waits for either.
func (v *visit) lockOrGet(ctx context.Context, locker Locker) (t turn, err error) {
	if both, ok := locker.(LockOrGetter); ok {
		t.unlock, t.record, err = both.LockOrGet(ctx, v.keys.Place, v.seen)
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
		unlock, err := await.Lock(waiting, storeLimit, func(ctx context.Context) (func(), error) {
			return locker.Lock(ctx, v.keys.Place)
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
			if record := v.other(ctx); record != nil { // it was written before the lock was released
				_ = await.Unlock(storeLimit, r.unlock)
				return turn{record: record}, nil
			}
			return turn{unlock: r.unlock}, nil
		case <-timer.C:
			if record := v.other(ctx); record != nil {
				stop()
				if r := <-locked; r.err == nil {
					_ = await.Unlock(storeLimit, r.unlock)
				}
				return turn{record: record}, nil
			}
		}
	}
}

// other returns the record if it is another than the one that was seen.
func (v *visit) other(ctx context.Context) []byte {
	ctx, cancel := context.WithTimeout(ctx, storeLimit)
	defer cancel()
	record, err := await.Do(ctx, "it", func(ctx context.Context) ([]byte, error) {
		return v.store.Get(ctx, v.keys.Place)
	}, nil)
	if err != nil || bytes.Equal(record, v.seen) {
		return nil
	}
	return record
}

// unlock returns a function that releases a lock in the rest of the visit's time.
func (v *visit) unlock(release func()) func() {
	return func() {
		if err := await.Unlock(v.left, release); err != nil && !v.down {
			v.tell("releasing its lock", err)
		}
	}
}
