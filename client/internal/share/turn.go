package share

import (
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
)

// Turn waits until nobody else is logging in, if the store is a Locker. Each other record that it sees meanwhile
// becomes Last, and ends the wait if enough says so. unlock is never nil.
func (v *Visit) Turn(ctx context.Context, enough func() bool) (unlock func(), ended bool) {
	unlock = func() {}
	if v == nil || v.down {
		return unlock, false
	}
	locker, ok := v.store.(locker)
	if !ok {
		v.Read()
		return unlock, false
	}
	ctx, cancel := context.WithTimeout(ctx, lockLimit+rand.N(lockLimit/3))
	defer cancel()
	for range maxChanges {
		seen := v.seen
		turn, err := await.Do(ctx, "it", func(ctx context.Context) (turn, error) {
			t, err := v.lockOrGet(ctx, locker, seen)
			return t, await.Tried(err)
		}, func(late turn) { _ = await.Unlock(Limit, late.unlock) })
		if err != nil {
			v.tell("waiting for its lock", err)
			return unlock, false
		}
		if turn.record == nil {
			return v.unlock(turn.unlock), false
		}
		v.open(turn.record)
		if enough() {
			return unlock, true
		}
	}
	return unlock, false
}

// unlock returns a function that releases a lock in the rest of the visit's time.
func (v *Visit) unlock(release func()) func() {
	return func() {
		if err := await.Unlock(v.left, release); err != nil && !v.down {
			v.tell("releasing its lock", err)
		}
	}
}
