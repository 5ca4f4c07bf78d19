package redisstore_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
	"github.com/latchkey-go/latchkey/client/tokenstore/internal/redistest"
	"github.com/latchkey-go/latchkey/client/tokenstore/redisstore"
)

var (
	_ client.TokenStore   = (*redisstore.Store)(nil)
	_ client.LockOrGetter = (*redisstore.Store)(nil)
)

func TestConformance(t *testing.T) {
	t.Parallel()
	for name, newClient := range map[string]func(*testing.T) redis.UniversalClient{
		"one server": func(t *testing.T) redis.UniversalClient {
			return redistest.Client(t, &redis.Options{Addr: redistest.Start(t).Addr, ContextTimeoutEnabled: true})
		},
		"cluster": func(t *testing.T) redis.UniversalClient { return cluster(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rdb := newClient(t)
			err := clienttest.TestTokenStore(t.Context(), func() (client.TokenStore, error) {
				return redisstore.New(rdb), nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func put(t *testing.T, s *redisstore.Store, key, record string, ttl time.Duration) {
	t.Helper()
	if err := s.Put(t.Context(), key, []byte(record), ttl); err != nil {
		t.Fatal(err)
	}
}

func TestTTL(t *testing.T) {
	t.Parallel()
	rdb := redistest.Start(t).Client(t)
	s := redisstore.New(rdb)
	for _, ttl := range []time.Duration{24 * time.Hour, time.Second + 7*time.Millisecond, 30 * 24 * time.Hour, 10 * time.Second} {
		put(t, s, "key", "record", ttl)
		got, err := rdb.PTTL(t.Context(), "latchkey:key").Result()
		if err != nil || got > ttl || got < ttl-time.Second || got <= 0 {
			t.Errorf("after a Put with %v, PTTL is %v (%v)", ttl, got, err)
		}
	}
	for _, ttl := range []time.Duration{time.Nanosecond, 0} { // Redis would keep a ttl of 0 without end
		put(t, s, "key", "record", ttl)
		redistest.Eventually(t, "the record is forgotten", func() bool {
			_, err := s.Get(t.Context(), "key")
			return errors.Is(err, client.ErrTokenNotFound)
		})
	}
}

// Redis has one key per record and per lock, below the prefix, and the unchanged record.
func TestKeys(t *testing.T) {
	t.Parallel()
	rdb := redistest.Start(t).Client(t)
	record := "\x00\xff\r\nrecord"
	put(t, redisstore.New(rdb), "key", record, time.Minute)
	put(t, redisstore.New(rdb, redisstore.WithPrefix("{fleet}/")), "key", "other", time.Minute)
	unlock := lock(t, redisstore.New(rdb, redisstore.WithPrefix("{fleet}/")))
	want := map[string]string{"latchkey:key": record, "{fleet}/key": "other", "{fleet}/lock:key": "*"}
	keys, err := rdb.Keys(t.Context(), "*").Result()
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(keys)
	if !slices.Equal(keys, slices.Sorted(maps.Keys(want))) {
		t.Errorf("keys are %q", keys)
	}
	for key, value := range want {
		got, err := rdb.Get(t.Context(), key).Result()
		if err != nil || got != value && value != "*" {
			t.Errorf("%s is %q, want %q (%v)", key, got, value, err)
		}
	}
	unlock()
}

func TestTwoClients(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	first, second := redisstore.New(s.Client(t)), redisstore.New(s.Client(t))
	for _, record := range []string{"one", "two"} {
		put(t, first, "key", record, time.Minute)
		if got, err := second.Get(t.Context(), "key"); string(got) != record {
			t.Errorf("the second client reads %q, want %q (%v)", got, record, err)
		}
	}
	if err := second.Delete(t.Context(), "key"); err != nil {
		t.Fatal(err)
	}
	if _, err := first.Get(t.Context(), "key"); !errors.Is(err, client.ErrTokenNotFound) {
		t.Errorf("after Delete: %v", err)
	}
}

// A Put that was given up may reach Redis later, with the record as it was at the call, even if the slice has changed.
func TestPutGivenUp(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	rdb, late := s.Client(t), make(lateHook)
	rdb.AddHook(late)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	record := []byte("right")
	if err := redisstore.New(rdb).Put(ctx, "key", record, time.Minute); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("Put: %v", err)
	}
	copy(record, "wrong")
	close(late)
	var got []byte
	redistest.Eventually(t, "Redis has a record", func() bool {
		var err error
		got, err = redisstore.New(s.Client(t)).Get(t.Context(), "key")
		return err == nil
	})
	if string(got) != "right" {
		t.Errorf("the record is %q", got)
	}
}

// lateHook holds commands back until it is closed.
type lateHook chan struct{}

func (lateHook) DialHook(next redis.DialHook) redis.DialHook { return next }

func (lateHook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (h lateHook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		<-h
		return next(context.WithoutCancel(ctx), cmd)
	}
}

// A server that does not know a command repeats its arguments in the error, and an address can hold a password.
func TestErrorsHoldNoSecret(t *testing.T) {
	t.Parallel()
	const record, password = "the-record", "hunter2"
	deprived := redistest.Start(t, "--rename-command", "SET", "", "--rename-command", "EVAL", "")
	secured := redistest.Start(t, "--requirepass", "correct")
	wrong, err := redis.ParseURL("redis://me:" + password + "@" + secured.Addr + "/0")
	if err != nil {
		t.Fatal(err)
	}
	for name, rdb := range map[string]*redis.Client{
		"unknown commands": deprived.Client(t),
		"wrong password":   redistest.Client(t, wrong),
		"no password":      secured.Client(t),
		"nobody listens":   redistest.Client(t, &redis.Options{Addr: "127.0.0.1:" + redistest.FreePort(t), Password: password, MaxRetries: -1}),
	} {
		t.Run(name, func(t *testing.T) {
			store := redisstore.New(rdb)
			put := store.Put(t.Context(), "key", []byte(record), time.Minute)
			_, lock := store.Lock(t.Context(), "key")
			for _, err := range []error{put, lock} {
				text := fmt.Sprint(err)
				if strings.Contains(text, record) || strings.Contains(text, password) {
					t.Errorf("the error holds a secret: %s", text)
				}
				if !strings.HasPrefix(text, "redisstore: ") {
					t.Errorf("the error does not say where it comes from: %s", text)
				}
			}
		})
	}
}

// The rights that the package's documentation asks for are enough, and needed.
func TestACL(t *testing.T) {
	t.Parallel()
	// go-redis also asks a cluster for COMMAND, and works without it.
	for name, test := range map[string]struct {
		start     func(t testing.TB, args ...string) *redistest.Server
		right     string // right that is needed besides those to a record
		newClient func(o *redis.UniversalOptions) redis.UniversalClient
	}{
		"one server": {redistest.Start, "", func(o *redis.UniversalOptions) redis.UniversalClient {
			return redis.NewClient(o.Simple())
		}},
		"cluster": {startCluster, "+cluster|slots", func(o *redis.UniversalOptions) redis.UniversalClient {
			return redis.NewClusterClient(o.Cluster())
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := []string{"--user", "stranger", "on", ">pw", "~latchkey:*"}
			for user, rights := range map[string]string{"fleet": "+getrange +set +del +eval " + test.right, "reader": "+getrange " + test.right} {
				args = append(args, "--user", user, "on", ">pw", "~latchkey:*")
				args = append(args, strings.Fields(rights)...)
			}
			s := test.start(t, args...)
			as := func(user string) *redisstore.Store {
				rdb := test.newClient(&redis.UniversalOptions{Addrs: []string{s.Addr}, Username: user, Password: "pw"})
				t.Cleanup(func() { _ = rdb.Close() })
				return redisstore.New(rdb)
			}
			fleet, reader := as("fleet"), as("reader")
			put(t, fleet, "key", "record", time.Minute)
			lock(t, fleet)()
			if got, err := reader.Get(t.Context(), "key"); string(got) != "record" {
				t.Errorf("reader reads %q (%v)", got, err)
			}
			if err := fleet.Delete(t.Context(), "key"); err != nil {
				t.Error(err)
			}
			if _, err := reader.Get(t.Context(), "key"); !errors.Is(err, client.ErrTokenNotFound) {
				t.Errorf("after Delete: %v", err)
			}
			if _, err := reader.Lock(t.Context(), "key"); err == nil || !strings.Contains(err.Error(), "NOPERM") {
				t.Errorf("a lock without the right to it: %v", err)
			}
			var reply redis.Error
			if err := reader.Put(t.Context(), "key", nil, time.Minute); !errors.As(err, &reply) {
				t.Errorf("a Put without the right to it: %v", err)
			}
			refused := "'getrange'"
			if test.right != "" {
				refused = "'" + strings.TrimPrefix(test.right, "+") + "'"
			}
			if _, err := as("stranger").Get(t.Context(), "key"); err == nil || !strings.Contains(err.Error(), refused) {
				t.Errorf("a Get without any rights: %v; want it to say that %s is refused", err, refused)
			}
		})
	}
}

// startCluster starts a Redis Cluster of one node.
func startCluster(t testing.TB, args ...string) *redistest.Server {
	t.Helper()
	s := redistest.Start(t, append([]string{"--cluster-enabled", "yes"}, args...)...)
	node := s.Client(t)
	if err := node.ClusterAddSlotsRange(t.Context(), 0, 16383).Err(); err != nil {
		t.Fatal(err)
	}
	redistest.Eventually(t, "the cluster is up", func() bool {
		info, err := node.ClusterInfo(t.Context()).Result()
		return err == nil && strings.Contains(info, "cluster_state:ok")
	})
	return s
}

// cluster returns a client of a cluster of one node: a command or script with keys of two slots fails there.
func cluster(t *testing.T) *redis.ClusterClient {
	rdb := redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{startCluster(t).Addr}})
	t.Cleanup(func() { _ = rdb.Close() })
	if err := rdb.MGet(t.Context(), "a", "b").Err(); err == nil {
		t.Fatal("two slots in one command are fine: this is no cluster")
	}
	return rdb
}
