// Package redisstore keeps tokens in Redis or Valkey, where every machine finds them: one login for a fleet.
//
// It works through your own go-redis client, so that addresses, Cluster, Sentinel, TLS and passwords are yours to
// set, and closing it is yours too. The server's ACL has to allow GET, SET, DEL and EVAL on the keys below the
// prefix; a ClusterClient also needs CLUSTER SLOTS, and asks for COMMAND in vain where it may not. Every command and
// every script touches one key, as Redis Cluster wants it.
//
// Redis may forget: in a restart, a failover, or when its memory is full. That costs a login and nothing else. So
// does a read that comes from a lagging replica or a client-side cache, which go-redis offers and does not do
// unless told to.
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

// Store is a client.TokenStore and a client.Locker. It is safe for concurrent use by multiple goroutines.
//
// Its methods return as soon as ctx is done, also where the client's ContextTimeoutEnabled is off, as it is by
// default. The command then ends in the background, by the client's own timeouts, and a Put may still take effect.
// The client's pool bounds how many commands there can be. Retries are the client's as well.
type Store struct {
	rdb    redis.UniversalClient
	prefix string
	lease  time.Duration
}

// Option changes a default of New.
type Option func(*Store)

// WithPrefix puts prefix before every key. The default is "latchkey:".
func WithPrefix(prefix string) Option {
	return func(s *Store) { s.prefix = prefix }
}

// WithLease sets after how long Redis frees a lock whose holder has died. The default is 45 s. It must be longer
// than a login may take, which is 30 s, or a second one begins; in whole milliseconds, and at least one.
func WithLease(lease time.Duration) Option {
	return func(s *Store) { s.lease = lease }
}

// New returns a Store in rdb, which is a *redis.Client, *redis.ClusterClient or *redis.Ring. It does no I/O.
func New(rdb redis.UniversalClient, opts ...Option) *Store {
	s := &Store{rdb: rdb, prefix: "latchkey:", lease: 45 * time.Second}
	for _, opt := range opts {
		opt(s)
	}
	return s
}

// Get implements client.TokenStore. Like those of all methods, its errors wrap ctx's or go-redis's, but for a reply in
// which the server recites the command: its text alone is kept, without that.
func (s *Store) Get(ctx context.Context, key string) ([]byte, error) {
	record, err := within(ctx, func() ([]byte, error) {
		return s.rdb.Get(ctx, s.prefix+key).Bytes()
	})
	if errors.Is(err, redis.Nil) {
		return nil, fmt.Errorf("redisstore: %w", client.ErrTokenNotFound)
	}
	return record, err
}

// Put implements client.TokenStore.
func (s *Store) Put(ctx context.Context, key string, record []byte, ttl time.Duration) error {
	value := string(record) // a copy, for a command that outlives this call
	_, err := within(ctx, func() (string, error) {
		return s.rdb.Set(ctx, s.prefix+key, value, max(ttl, time.Millisecond)).Result()
	})
	return err
}

// Delete implements client.TokenStore.
func (s *Store) Delete(ctx context.Context, key string) error {
	_, err := within(ctx, func() (int64, error) {
		return s.rdb.Del(ctx, s.prefix+key).Result()
	})
	return err
}

// within runs command, and returns when it does or ctx is done. go-redis sees to that only until the command is
// sent: it waits for the answer as long as its own timeouts allow.
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

// failure names the store in err. Where a server does not know a command, it recites the arguments, and with them
// the record: they are cut off.
func failure(err error) error {
	if err == nil {
		return nil
	}
	if reply, _, recited := strings.Cut(err.Error(), ", with args beginning with"); recited {
		return fmt.Errorf("redisstore: %s", reply)
	}
	return fmt.Errorf("redisstore: %w", err)
}
