// Package redisstore keeps tokens in Redis or Valkey, where every machine finds them. So a whole fleet needs one login.
//
// It works through your own go-redis client: you set addresses, Cluster, Sentinel, TLS and passwords, and you close it.
// The server's ACL must allow GET, STRLEN, SET, PTTL, PEXPIRE, DEL and EVAL on the keys below the prefix, and should
// allow PUBLISH and SUBSCRIBE, in a Cluster SPUBLISH and SSUBSCRIBE, on the channels below it. A ClusterClient also needs
// CLUSTER SLOTS; it asks for COMMAND too, and works without it. The keys of a script lie in one slot, as Redis Cluster
// requires.
//
// Redis may forget: in a restart, in a failover, or when its memory is full. That costs one login and nothing else. A
// read from a lagging replica or from a client-side cache costs one login too; go-redis does such reads only if you ask
// for them.
package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/latchkey-go/latchkey/client"
)

// Store is a [client.TokenStore], a [client.Locker] and a [client.LockOrGetter]. It is safe for concurrent use by multiple goroutines. [New]
// makes one.
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
	s := &Store{rdb: rdb, prefix: "latchkey:", lease: 10 * time.Second}
	for _, opt := range opts {
		opt(s)
	}
	s.words = newWords(s)
	return s
}

// Get implements [client.TokenStore]. The error wraps [client.ErrTokenNotFound] if there is no record, and otherwise
// the error of ctx or of go-redis, as with all methods. If a server's reply repeats the command's arguments, the error
// has the rest of the text only.
func (s *Store) Get(ctx context.Context, key string) ([]byte, error) {
	record, err := within(ctx, func() ([]byte, error) {
		return s.rdb.Get(ctx, s.prefix+key).Bytes()
	})
	if errors.Is(err, redis.Nil) {
		return nil, fmt.Errorf("redisstore: %w", client.ErrTokenNotFound)
	}
	return record, err
}

// Put implements [client.TokenStore].
func (s *Store) Put(ctx context.Context, key string, record []byte, ttl time.Duration) error {
	value := string(record) // a copy, since the command may outlive this call
	_, err := within(ctx, func() (string, error) {
		return s.rdb.Set(ctx, s.prefix+key, value, max(ttl, time.Millisecond)).Result()
	})
	if err == nil {
		s.words.publish(ctx, key, recordChanged)
	}
	return err
}

// Delete implements [client.TokenStore].
func (s *Store) Delete(ctx context.Context, key string) error {
	_, err := within(ctx, func() (int64, error) {
		return s.rdb.Del(ctx, s.prefix+key).Result()
	})
	return err
}

// within runs command, and returns at once if ctx is done first. go-redis itself obeys ctx only until the command is
// sent, and then waits for the answer as long as its own timeouts allow.
func within[T any](ctx context.Context, command func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	results := make(chan result, 1)
	go func() {
		value, err := command()
		results <- result{value, err}
	}()
	select {
	case r := <-results:
		if r.err == nil || ctx.Err() == nil {
			return r.value, failure(r.err)
		}
	case <-ctx.Done():
	}
	var zero T
	return zero, fmt.Errorf("redisstore: no answer: %w", ctx.Err())
}

// failure names the store in err. A server that does not know a command repeats the arguments, with the record among
// them. failure cuts them off.
func failure(err error) error {
	if err == nil {
		return nil
	}
	if reply, _, recited := strings.Cut(err.Error(), ", with args beginning with"); recited {
		return fmt.Errorf("redisstore: %s", reply)
	}
	return fmt.Errorf("redisstore: %w", err)
}
