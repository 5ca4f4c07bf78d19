package redisstore

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/latchkey-go/latchkey/client"
)

// releaseLimit is how long the release of a lock may take. If it fails, the lease ends the lock.
const releaseLimit = 2 * time.Second

// takeScript sets the lock KEYS[1] to its owner ARGV[1] for ARGV[2] milliseconds, if the lock is free and the record
// KEYS[2] has the SHA-1 digest ARGV[3], or is gone, or ARGV[3] is *. It also succeeds if this owner has the lock already:
// a client whose connection broke sends the script again. The answer is 0 with the lock, -1 if the record is another, -2
// if it is longer than the ARGV[4] bytes of a record, and else the milliseconds that the lock still lasts, at least 1.
const takeScript = `
if ARGV[3] ~= "*" then
	local length = redis.call("STRLEN", KEYS[2])
	if length > tonumber(ARGV[4]) then
		return -2
	end
	if length > 0 and redis.sha1hex(redis.call("GET", KEYS[2])) ~= ARGV[3] then
		return -1
	end
end
if redis.call("SET", KEYS[1], ARGV[1], "NX", "PX", ARGV[2]) or redis.call("GETRANGE", KEYS[1], 0, -1) == ARGV[1] then
	return 0
end
local left = redis.call("PTTL", KEYS[1])
if left < 0 then
	return tonumber(ARGV[2]) -- it is somebody else's key, and never ends
end
return math.max(left, 1)`

// renewScript makes the lock KEYS[1] last for ARGV[2] milliseconds from now if ARGV[1] still owns it.
const renewScript = `
if redis.call("GETRANGE", KEYS[1], 0, -1) == ARGV[1] then
	return redis.call("PEXPIRE", KEYS[1], ARGV[2])
end
return 0`

// releaseScript deletes the lock KEYS[1] if ARGV[1] still owns it.
const releaseScript = `
if redis.call("GETRANGE", KEYS[1], 0, -1) == ARGV[1] then
	return redis.call("DEL", KEYS[1])
end
return 0`

const (
	anyRecord     = "*" // stands for the record's digest if the record does not matter
	recordIsOther = -1 * time.Millisecond
)

// take asks for the lock once, for a new owner. It returns the owner, and how long somebody else's lock lasts, 0 with
// the lock, or recordIsOther. If the answer is lost, the owner's lock is released as soon as Redis can have given it:
// so the next try needs another owner.
func (s *Store) take(ctx context.Context, key, digest string) (string, time.Duration, error) {
	owner := rand.Text() // no named result, which lost would see changed
	keys := []any{s.beside("lock", key), s.prefix + key}
	if digest == anyRecord {
		keys = keys[:1]
	}
	args := append([]any{"eval", takeScript, len(keys)}, keys...)
	lost := func() { s.release(ctx, key, owner) }
	n, err := number(ctx, s.rdb, lost, append(args, owner, s.lease.Milliseconds(), digest, maxRecord)...)
	switch {
	case err != nil && digest != anyRecord && redis.IsTryAgainError(err):
		return s.takeApart(ctx, key, digest)
	case err != nil:
		return "", 0, err
	case n < -1:
		return "", 0, fmt.Errorf("redisstore: more than %d bytes: %w", maxRecord, client.ErrRecordUnreadable)
	}
	return owner, time.Duration(min(n, s.lease.Milliseconds())) * time.Millisecond, nil
}

// takeApart is take while a Cluster moves the slot: record and lock may be at two servers, which no script can use.
func (s *Store) takeApart(ctx context.Context, key, digest string) (owner string, left time.Duration, err error) {
	owner, left, err = s.take(ctx, key, anyRecord)
	if err != nil {
		return "", 0, err
	}
	record, err := s.Get(ctx, key)
	switch {
	case err == nil && digestOf(record) != digest:
		left, err = recordIsOther, nil
	case err == nil, errors.Is(err, client.ErrTokenNotFound):
		return owner, left, nil
	}
	s.release(ctx, key, owner)
	return "", left, err
}

// takeInTime is take for somebody who has heard of Redis before: a server that is silent now may have a successor.
func (s *Store) takeInTime(ctx context.Context, key, digest string) (owner string, left time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, commandLimit)
	defer cancel()
	return s.take(ctx, key, digest)
}

// hold renews the lock until unlock is called.
func (s *Store) hold(ctx context.Context, key, owner string) (unlock func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(max(s.lease/3, time.Millisecond))
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
			case <-ctx.Done():
				return
			}
			renewed, err := number(ctx, s.rdb, nil, "eval", renewScript, 1, s.beside("lock", key), owner, s.lease.Milliseconds())
			if err == nil && renewed == 0 {
				return // it is lost
			}
		}
	}()
	return func() {
		cancel()
		<-ended
		s.release(context.Background(), key, owner)
	}
}

// release releases the lock, even if ctx is done.
func (s *Store) release(ctx context.Context, key, owner string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseLimit)
	defer cancel()
	released, err := number(ctx, s.rdb, nil, "eval", releaseScript, 1, s.beside("lock", key), owner)
	if err == nil && released > 0 {
		s.words.publish(ctx, s.beside("changed", key), lockFreed)
	}
}

// errNoLease is for a lease that no key of Redis can have.
func (s *Store) errNoLease() error {
	if s.lease < time.Millisecond {
		return fmt.Errorf("redisstore: WithLease: %s is no lease: it takes a millisecond at least", s.lease)
	}
	return nil
}

// beside returns the name of what belongs to a record. In a Cluster it lies at the same server as the record, as a
// script demands.
func (s *Store) beside(what, key string) string {
	if _, tag, found := strings.Cut(s.prefix, "{"); found && strings.Contains(tag, "}") {
		return s.prefix + what + ":" + key
	}
	return s.prefix + what + ":{" + s.prefix + key + "}"
}
