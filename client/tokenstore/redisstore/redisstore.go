// Package redisstore keeps tokens in Redis or Valkey, where every machine finds them. So a whole fleet needs one login.
//
// It works through your own go-redis client: you set addresses, Cluster, Sentinel, TLS and passwords, and you close it.
// The server's ACL must allow GETRANGE, STRLEN, GET, SET, PTTL, PEXPIRE, DEL and EVAL on the keys below the prefix. A
// record of the key k is at <prefix>k, its lock at <prefix>lock:{<prefix>k}, so that both lie in one slot, as scripts
// need it in a Redis Cluster; a prefix with a hash tag of its own has <prefix>lock:k. A ClusterClient also needs
// CLUSTER SLOTS; it asks for COMMAND too, and works without it.
//
// The ACL should allow PUBLISH and SUBSCRIBE, in a Cluster SPUBLISH and SSUBSCRIBE, on the channels below the prefix:
// <prefix>changed:{<prefix>k}, and the same with :trial at its end, where one message finds out what is allowed. By
// them processes that wait for another's login have its token about 30 ms after it lies in the store. Without them
// they ask for it every 25 to 250 ms.
//
// The server must be trusted, and reached by TLS: go-redis believes what it says. A server can make it use up the
// process's memory, or send it to another host with its password. SECURITY.md says more.
//
// Redis may forget: in a restart, in a failover, or when its memory is full. That costs one login and nothing else. A
// read from a lagging replica or from a client-side cache costs one login too; go-redis does such reads only if you ask
// for them.
package redisstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/latchkey-go/latchkey/client"
)

// Store is a [client.TokenStore], a [client.Locker] and a [client.LockOrGetter]. It is safe for concurrent use by multiple
// goroutines. [New] makes one. A record has at most 128 KiB.
//
// Its methods return as soon as ctx is done, even if the client's ContextTimeoutEnabled is off, as it is by default.
// The command then ends in the background, by the client's own timeouts, and a Put may still take effect. The client's
// pool bounds how many commands run at a time. Retries are the client's.
type Store struct {
	rdb    redis.UniversalClient
	prefix string
	lease  time.Duration
	words  *words
}

// Option changes a default of [New].
type Option func(*Store)

// WithPrefix puts prefix before every key. The default is "latchkey:".
func WithPrefix(prefix string) Option {
	return func(s *Store) { s.prefix = prefix }
}

// WithLease sets the time after which Redis frees a lock whose holder has died, in whole milliseconds. The default is
// 10 s. A holder that lives renews its lock in time. With a lease below 1 ms every Lock fails.
func WithLease(lease time.Duration) Option {
	return func(s *Store) { s.lease = lease }
}

// New returns a Store in rdb, which is a [*redis.Client], [*redis.ClusterClient] or [*redis.Ring]. It does no I/O.
func New(rdb redis.UniversalClient, opts ...Option) *Store {
	s := &Store{rdb: rdb, prefix: "latchkey:", lease: 10 * time.Second, words: wordsOf(rdb)}
	for _, opt := range opts {
		opt(s)
	}
	return s
}

// maxRecord is the longest record, twice what a TokenStore must take, so that a wrapper can add to it.
const maxRecord = 128 << 10

// Get implements [client.TokenStore]. The error wraps [client.ErrTokenNotFound] if there is no record. It wraps that
// and [client.ErrRecordUnreadable] if what is there is longer than a record, which is not read further. Otherwise it
// wraps the error of ctx or of go-redis, as with all methods. If a server's reply repeats the command's arguments, the
// error has the rest of the text only.
func (s *Store) Get(ctx context.Context, key string) ([]byte, error) {
	return get(ctx, s.rdb, s.prefix+key)
}

func get(ctx context.Context, rdb redis.UniversalClient, name string) ([]byte, error) {
	record, err := do(ctx, rdb, maxRecord+1, nil, "getrange", name, 0, maxRecord)
	switch {
	case errors.Is(err, redis.Nil) || err == nil && len(record) == 0:
		return nil, fmt.Errorf("redisstore: %w", client.ErrTokenNotFound)
	case len(record) > maxRecord:
		return nil, fmt.Errorf("redisstore: more than %d bytes: %w: %w",
			maxRecord, client.ErrRecordUnreadable, client.ErrTokenNotFound)
	}
	return bytes.Clone(record), err // without the rest of the buffer
}

// Put implements [client.TokenStore]. An empty record is as good as none.
func (s *Store) Put(ctx context.Context, key string, record []byte, ttl time.Duration) error {
	if len(record) > maxRecord {
		return fmt.Errorf("redisstore: a record of %d bytes: at most %d fit", len(record), maxRecord)
	}
	value := string(record) // a copy, since the command may outlive this call
	answer, err := do(ctx, s.rdb, maxAnswer, nil,
		"set", s.prefix+key, value, "px", max(ttl, time.Millisecond).Milliseconds())
	if err == nil && string(answer) != "OK" {
		return errors.New("redisstore: SET was not answered with OK")
	}
	if err == nil {
		s.words.publish(ctx, s.beside("changed", key), recordChanged)
	}
	return err
}

// Delete implements [client.TokenStore].
func (s *Store) Delete(ctx context.Context, key string) error {
	_, err := number(ctx, s.rdb, nil, "del", s.prefix+key)
	return err
}
