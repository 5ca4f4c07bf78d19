package redisstore

import (
	"bytes"
	"context"
	"crypto/sha1" //nolint:gosec // Redis scripts know no other digest, and nothing hostile is told apart by it
	"encoding/hex"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/latchkey-go/latchkey/client"
)

const (
	// While somebody else holds a lock, it is asked for again after these pauses, which grow. Up to half of each is left
	// out at random, so that the members of a fleet ask at different times. Who is told by Redis asks seldom.
	firstPause, longestPause             = 25 * time.Millisecond, 250 * time.Millisecond
	firstPauseOfTold, longestPauseOfTold = 500 * time.Millisecond, 5 * time.Second

	// outageLimit is how long Redis may fail while somebody waits, and up to half of it more, at random. A failover takes
	// less: without that all who wait would log in at once. Most callers wait for longer.
	outageLimit = 20 * time.Second

	// commandLimit is how long a command may take while somebody waits.
	commandLimit = 2 * time.Second
)

// Lock implements [client.Locker]. The lock is a key of its own, and lasts for the lease, which its holder renews three
// times in it. If Redis fails before it has said that somebody else holds the lock, Lock fails at once; later it fails
// if Redis does for 20 to 30 s. unlock takes at most 2 s, and works after ctx is done.
//
// The lock saves logins and guards nothing else. If Redis forgets it, there is one login more than needed.
func (s *Store) Lock(ctx context.Context, key string) (func(), error) {
	l, leave := s.words.listen(s, key, false)
	defer leave()
	unlock, _, err := s.ask(ctx, key, nil, l)
	return unlock, err
}

// LockOrGet implements [client.LockOrGetter]. Redis tells those who wait of each change: by PUBLISH and SUBSCRIBE, and in
// a Cluster by SPUBLISH and SSUBSCRIBE. A go-redis client has one subscription per server, and only while somebody
// waits. If the server's ACL forbids it, and with a [redis.Ring], Redis is asked every 25 to 250 ms instead. However
// many wait for a key in one process, one of them asks for all. Failures are those of Lock.
func (s *Store) LockOrGet(ctx context.Context, key string, seen []byte) (func(), []byte, error) {
	l, leave := s.words.listen(s, key, true)
	defer leave()
	for {
		select {
		case l.topic.asking <- struct{}{}:
			defer func() { <-l.topic.asking }()
			if record := l.given(); record != nil && !bytes.Equal(record, seen) {
				return nil, record, nil
			}
			return s.ask(ctx, key, seen, l)
		case record := <-l.records:
			if !bytes.Equal(record, seen) {
				return nil, record, nil
			}
		case <-ctx.Done():
			return nil, nil, gaveUp(ctx)
		}
	}
}

func gaveUp(ctx context.Context) error {
	return fmt.Errorf("redisstore: somebody else holds the lock: %w", ctx.Err())
}

// ask asks Redis for the lock, now and then and after each change. It returns with the lock, or with a record other than
// seen if the listener is one for records.
func (s *Store) ask(ctx context.Context, key string, seen []byte, l *listener) (func(), []byte, error) {
	if err := s.errNoLease(); err != nil {
		return nil, nil, err
	}
	digest := l.digest(seen)
	outage := outageLimit + mathrand.N(outageLimit/2)
	take := s.take
	if l.knows() {
		take = s.takeInTime
	}
	for pause := firstPause; ; take = s.takeInTime {
		owner, left, err := take(ctx, key, digest)
		switch {
		case err == nil && left == 0:
			return s.hold(ctx, key, owner), nil, nil
		case left == recordIsOther:
			var record []byte
			record, err = l.get(ctx)
			switch {
			case err == nil && !bytes.Equal(record, seen):
				return nil, record, nil
			case err == nil, errors.Is(err, client.ErrTokenNotFound):
				err = nil // it has changed again, or this was a replica that lags behind
			}
		}
		if !s.words.goesOn(l.topic, err, outage) {
			return nil, nil, err
		}
		told := err == nil && left > 0 && l.told()
		if told {
			pause = max(pause, firstPauseOfTold)
		} else {
			pause = min(pause, longestPause)
		}
		next := pause/2 + mathrand.N(pause/2)
		if err == nil && left > 0 {
			next = min(next, left+mathrand.N(firstPause))
		}
		timer := time.NewTimer(next)
		select {
		case record := <-l.records:
			if !bytes.Equal(record, seen) {
				timer.Stop()
				return nil, record, nil
			}
		case <-l.changes:
		case <-timer.C:
			pause = longer(pause, told)
		case <-ctx.Done():
			timer.Stop()
			return nil, nil, gaveUp(ctx)
		}
		timer.Stop()
	}
}

// digest returns what takeScript is told of the record.
func (l *listener) digest(seen []byte) string {
	switch {
	case l.records == nil:
		return anyRecord
	case seen == nil:
		return ""
	}
	return digestOf(seen)
}

func digestOf(record []byte) string {
	sum := sha1.Sum(record) //nolint:gosec // as above
	return hex.EncodeToString(sum[:])
}

func longer(pause time.Duration, told bool) time.Duration {
	if told {
		return min(3*pause, longestPauseOfTold)
	}
	return min(2*pause, longestPause)
}

// goesOn takes note of Redis's answer, whose error is err or nil, and reports whether to go on waiting.
func (w *words) goesOn(t *topic, err error, outage time.Duration) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case err == nil:
		t.held, t.failing = true, time.Time{}
		w.want(t)
		return true
	case !t.held, errors.Is(err, redis.ErrClosed), errors.Is(err, client.ErrRecordUnreadable):
		return false
	case t.failing.IsZero():
		t.failing = time.Now()
	}
	return time.Since(t.failing) < outage
}
