package redisstore

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // Redis scripts know no other digest, and nothing hostile is told apart by it
	"encoding/hex"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

const (
	// While somebody else holds a lock, it is asked for again after these pauses, which grow. Up to half of each is left
	// out at random, so that the members of a fleet ask at different times. Who is told by Redis asks seldom.
	firstPause, longestPause             = 25 * time.Millisecond, 250 * time.Millisecond
	firstPauseOfTold, longestPauseOfTold = 500 * time.Millisecond, 5 * time.Second

	// releaseLimit is how long the release of a lock may take. If it fails, the lease ends the lock.
	releaseLimit = 2 * time.Second

	// anyRecord stands for the record's digest if the record does not matter.
	anyRecord = "*"
)

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

// Lock implements [client.Locker]. The lock is a key of its own, and lasts for the lease, which its holder renews three
// times in it. If Redis fails, Lock fails at once. unlock takes at most 2 s, and works after ctx is done.
//
// The lock saves logins and guards nothing else. If Redis forgets it, there is one login more than needed.
func (s *Store) Lock(ctx context.Context, key string) (func(), error) {
	unlock, _, err := s.wait(ctx, key, nil, anyRecord)
	return unlock, err
}

// LockOrGet implements [client.LockOrGetter]. Redis tells those who wait of each change: by PUBLISH and SUBSCRIBE, and in
// a Cluster by SPUBLISH and SSUBSCRIBE. A process has one subscription per server, and only while it waits. If the
// server's ACL forbids it, and with a [redis.Ring], the record is read every 25 to 250 ms instead.
func (s *Store) LockOrGet(ctx context.Context, key string, seen []byte) (func(), []byte, error) {
	digest := ""
	if seen != nil {
		sum := sha1.Sum(seen) //nolint:gosec // as above
		digest = hex.EncodeToString(sum[:])
	}
	return s.wait(ctx, key, seen, digest)
}

func (s *Store) wait(ctx context.Context, key string, seen []byte, digest string) (func(), []byte, error) {
	if s.lease < time.Millisecond {
		return nil, nil, fmt.Errorf("redisstore: WithLease: %s is no lease: it takes a millisecond at least", s.lease)
	}
	owner := rand.Text()
	var listener *listener // of no channel, until somebody else is seen to hold the lock
	for pause := firstPause; ; {
		left, err := s.take(ctx, key, owner, digest)
		switch {
		case err != nil:
			return nil, nil, err
		case left == 0:
			return s.hold(ctx, key, owner), nil, nil
		case left == recordIsOther:
			record, err := s.Get(ctx, key)
			if err == nil || !errors.Is(err, client.ErrTokenNotFound) {
				return nil, record, err
			}
			continue // it is gone again
		case listener == nil:
			var leave func()
			listener, leave = s.words.listen(key)
			defer leave()
		}
		told := listener.told()
		if told {
			pause = max(pause, firstPauseOfTold)
		} else {
			pause = min(pause, longestPause)
		}
		timer := time.NewTimer(min(pause/2+mathrand.N(pause/2), left+mathrand.N(firstPause)))
		select {
		case record := <-listener.records:
			if digest != anyRecord && !bytes.Equal(record, seen) {
				timer.Stop()
				return nil, record, nil
			}
		case <-listener.changes:
		case <-timer.C:
			pause = longer(pause, told)
		case <-ctx.Done():
			timer.Stop()
			return nil, nil, fmt.Errorf("redisstore: somebody else holds the lock: %w", ctx.Err())
		}
		timer.Stop()
	}
}

func longer(pause time.Duration, told bool) time.Duration {
	if told {
		return min(3*pause, longestPauseOfTold)
	}
	return min(2*pause, longestPause)
}

const recordIsOther = -1 * time.Millisecond

// take asks for the lock once. It returns how long somebody else's lock lasts, 0 with the lock, or recordIsOther. If the
// answer is lost, the lock is released as soon as Redis can have given it.
func (s *Store) take(ctx context.Context, key, owner, digest string) (time.Duration, error) {
	lost := func() { s.release(ctx, key, owner) }
	n, err := s.number(ctx, lost, "eval", takeScript, 2, s.lockName(key), s.prefix+key,
		owner, s.lease.Milliseconds(), digest, maxRecord)
	switch {
	case err != nil:
		return 0, err
	case n < -1:
		return 0, fmt.Errorf("redisstore: more than %d bytes: %w", maxRecord, client.ErrRecordUnreadable)
	}
	return time.Duration(min(n, s.lease.Milliseconds())) * time.Millisecond, nil
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
			renewed, err := s.number(ctx, nil, "eval", renewScript, 1, s.lockName(key), owner, s.lease.Milliseconds())
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
	released, err := s.number(ctx, nil, "eval", releaseScript, 1, s.lockName(key), owner)
	if err == nil && released > 0 {
		s.words.publish(ctx, key, lockFreed)
	}
}

// lockName returns the name of a lock. In a Cluster it lies at the same server as the record, as a script demands.
func (s *Store) lockName(key string) string {
	if _, tag, found := strings.Cut(s.prefix, "{"); found && strings.Index(tag, "}") > 0 {
		return s.prefix + "lock:" + key
	}
	return s.prefix + "lock:{" + s.prefix + key + "}"
}
