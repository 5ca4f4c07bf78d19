package redisstore

import (
	"context"
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"
	"time"
)

// While somebody else holds a lock, Lock asks for it again after these pauses. They double. Up to half of each is left
// out at random, so that the members of a fleet ask at different times.
const (
	firstPause   = 25 * time.Millisecond
	longestPause = 250 * time.Millisecond
)

// releaseLimit is how long the release of a lock may take. If it fails, the lease ends the lock.
const releaseLimit = 2 * time.Second

// takeScript sets the lock KEYS[1] to its owner ARGV[1] for ARGV[2] milliseconds, if the lock is free. It also succeeds
// if this owner has the lock already: a client whose connection broke sends the script again.
const takeScript = `
if redis.call("SET", KEYS[1], ARGV[1], "NX", "PX", ARGV[2]) then
	return 1
end
return redis.call("GETRANGE", KEYS[1], 0, -1) == ARGV[1] and 1 or 0`

// releaseScript deletes the lock KEYS[1] if ARGV[1] still owns it.
const releaseScript = `
if redis.call("GETRANGE", KEYS[1], 0, -1) == ARGV[1] then
	return redis.call("DEL", KEYS[1])
end
return 0`

// Lock implements [client.Locker]. The lock is the key prefix + "lock:" + key, and lasts at most for the lease. If
// Redis fails, Lock fails at once. unlock takes at most 2 s, and works after ctx is done.
//
// The lock saves logins and guards nothing else. If Redis forgets it, or if its lease ends too early, there is one
// login more than needed.
func (s *Store) Lock(ctx context.Context, key string) (func(), error) {
	if s.lease < time.Millisecond {
		return nil, fmt.Errorf("redisstore: WithLease: %s is no lease: it takes a millisecond at least", s.lease)
	}
	name, owner := s.prefix+"lock:"+key, rand.Text()
	unlock := func() { s.release(ctx, name, owner) }
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		// If the answer is lost, Redis may have given the lock all the same, and it must be free before its lease ends.
		taken, err := s.number(ctx, unlock, "eval", takeScript, 1, name, owner, s.lease.Milliseconds())
		if err != nil {
			return nil, err
		}
		if taken == 1 {
			return unlock, nil
		}
		select {
		case <-time.After(pause/2 + mathrand.N(pause/2)):
		case <-ctx.Done():
			return nil, fmt.Errorf("redisstore: somebody else holds the lock: %w", ctx.Err())
		}
	}
}

// release releases the lock, even if ctx is done.
func (s *Store) release(ctx context.Context, name, owner string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseLimit)
	defer cancel()
	_, _ = s.number(ctx, nil, "eval", releaseScript, 1, name, owner)
}
