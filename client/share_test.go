package client_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// memoryStore is a TokenStore and Locker that several clients share as processes would.
type memoryStore struct {
	mu      sync.Mutex
	records map[string]memoryRecord
	locks   map[string]chan struct{}
	latency time.Duration
	err     error
	puts    int
}

type memoryRecord struct {
	bytes []byte
	until time.Time
}

func newMemoryStore() *memoryStore {
	return &memoryStore{records: map[string]memoryRecord{}, locks: map[string]chan struct{}{}}
}

func (m *memoryStore) trouble(ctx context.Context) error {
	m.mu.Lock()
	latency, err := m.latency, m.err
	m.mu.Unlock()
	if latency > 0 {
		select {
		case <-time.After(latency):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return err
}

func (m *memoryStore) Get(ctx context.Context, key string) ([]byte, error) {
	if err := m.trouble(ctx); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.records[key]
	if !ok || !time.Now().Before(r.until) {
		return nil, client.ErrTokenNotFound
	}
	return bytes.Clone(r.bytes), nil
}

func (m *memoryStore) Put(ctx context.Context, key string, record []byte, ttl time.Duration) error {
	if err := m.trouble(ctx); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.puts++
	m.records[key] = memoryRecord{bytes.Clone(record), time.Now().Add(ttl)}
	return nil
}

func (m *memoryStore) Delete(ctx context.Context, key string) error {
	if err := m.trouble(ctx); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.records, key)
	return nil
}

func (m *memoryStore) Lock(ctx context.Context, key string) (func(), error) {
	if err := m.trouble(ctx); err != nil {
		return nil, err
	}
	m.mu.Lock()
	lock, ok := m.locks[key]
	if !ok {
		lock = make(chan struct{}, 1)
		m.locks[key] = lock
	}
	m.mu.Unlock()
	select {
	case lock <- struct{}{}:
		return sync.OnceFunc(func() {
			_ = m.trouble(context.Background())
			<-lock
		}), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (m *memoryStore) set(change func(*memoryStore)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change(m)
}

// few clients share a store here, since each derives its keys. In tokenstore's tests 16 processes do.
const few = 4

// fleet makes n clients of one account, which share nothing but a store.
func fleet(t *testing.T, srv *sandbox.Server, n int, store client.TokenStore, password string, opts ...client.Option) []*client.Client {
	t.Helper()
	clients := make([]*client.Client, n)
	for i := range clients {
		c, err := client.New(
			pooledLogin(srv, "user@example.com", client.Static(password)),
			append([]client.Option{client.WithTransport(srv.Transport()), client.WithTokenStore(store)}, opts...)...,
		)
		if err != nil {
			t.Fatal(err)
		}
		clients[i] = c
	}
	return clients
}

// all asks every client at once.
func all(t *testing.T, clients []*client.Client, check func(client.Token, error)) {
	t.Helper()
	var wg sync.WaitGroup
	var mu sync.Mutex
	for _, c := range clients {
		wg.Go(func() {
			token, err := c.Token(t.Context())
			mu.Lock()
			defer mu.Unlock()
			check(token, err)
		})
	}
	wg.Wait()
}

func TestStoreOneLoginForAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{Latency: 200 * time.Millisecond})
		clients := fleet(t, srv, few, newMemoryStore(), "your-password")
		values := map[string]bool{}
		all(t, clients, func(token client.Token, err error) {
			if err != nil {
				t.Error(err)
			}
			values[token.Value()] = true
		})
		wantLogins(t, srv, 1)
		if len(values) != 1 {
			t.Errorf("%d different tokens", len(values))
		}
	})
}

func TestStoreOneLoginPerLifetime(t *testing.T) {
	t.Parallel()
	const lifetime, rounds = time.Hour, 10
	synctest.Test(t, func(t *testing.T) {
		srv := becardService.start(t, sandbox.Config{TokenLifetime: lifetime, Latency: 100 * time.Millisecond})
		store := newMemoryStore()
		clients := make([]*client.Client, few)
		for i := range clients {
			clients[i] = becardService.client(t, srv, client.WithTokenStore(store))
		}
		for began := time.Now(); time.Since(began) < rounds*lifetime; time.Sleep(time.Minute) {
			all(t, clients, func(_ client.Token, err error) {
				if err != nil {
					t.Error(err)
				}
			})
		}
		// The window is 5 min with up to 10 % of jitter; calls come once a minute.
		if n := srv.Counts().Logins; n < rounds || n > rounds+2 {
			t.Errorf("%d logins in %d lifetimes; want one per lifetime, early refreshes included", n, rounds)
		}
	})
}

func TestStoreSharesRefusals(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{Latency: 200 * time.Millisecond})
		clients := fleet(t, srv, few, newMemoryStore(), "wrong password")
		ask := func() {
			all(t, clients, func(token client.Token, err error) {
				if !errors.Is(err, client.ErrInvalidCredentials) || !strings.Contains(err.Error(), "HTTP 401") {
					t.Errorf("%v, %v; want the refusal", token, err)
				}
			})
		}
		for range 29 {
			ask()
			time.Sleep(time.Second)
		}
		wantLogins(t, srv, 1)
		time.Sleep(5 * time.Second)
		ask()
		wantLogins(t, srv, 2)
	})
}

func TestStoreSharesRateLimits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{Latency: 200 * time.Millisecond})
		srv.SetOutage(limited(40*time.Second, 1))
		clients := fleet(t, srv, few, newMemoryStore(), "your-password")
		for range 9 { // up to 9 s, since a wait of 30 s is waited
			all(t, clients, func(token client.Token, err error) {
				if _, ok := errors.AsType[*client.RateLimitError](err); !ok {
					t.Errorf("%v, %v; want a *RateLimitError", token, err)
				}
			})
			time.Sleep(time.Second)
		}
		wantLogins(t, srv, 1)
		time.Sleep(35 * time.Second)
		all(t, clients, func(_ client.Token, err error) {
			if err != nil {
				t.Error(err)
			}
		})
		wantLogins(t, srv, 2)
	})
}

// A wait that the policy allows is waited, but not with the store's lock in hand.
func TestStoreRateLimitIsWaitedOutWithoutTheLock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{Latency: 200 * time.Millisecond})
		srv.SetOutage(limited(20*time.Second, 2))
		store := newMemoryStore()
		clients := fleet(t, srv, few, store, "your-password")
		time.AfterFunc(5*time.Second, func() {
			for _, lock := range store.locks {
				if len(lock) > 0 {
					t.Error("the lock is held during the wait")
				}
			}
		})
		began := time.Now()
		all(t, clients, func(_ client.Token, err error) {
			if err != nil {
				t.Error(err)
			}
		})
		wantLogins(t, srv, 3)
		if took := time.Since(began); took < 40*time.Second || took > 42*time.Second {
			t.Errorf("it took %s; want two waits of 20 s", took)
		}
	})
}

// A rate limit that a refresh met is known to others until its time is up, though the token has expired before.
func TestStoreSharesTheRateLimitOfARefresh(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := becardService.start(t, sandbox.Config{TokenLifetime: time.Hour})
		store := newMemoryStore()
		c := becardService.client(t, srv, client.WithTokenStore(store))
		mustToken(t, c)
		time.Sleep(time.Hour - 10*time.Second)
		srv.SetOutage(limited(40*time.Second, 1))
		mustToken(t, c)
		time.Sleep(35 * time.Second)
		late := becardService.client(t, srv, client.WithTokenStore(store), client.WithRetryPolicy(client.RetryPolicy{MaxWait: time.Second}))
		token, err := late.Token(t.Context())
		if _, ok := errors.AsType[*client.RateLimitError](err); !ok {
			t.Errorf("%v, %v; want a *RateLimitError", token, err)
		}
		wantLogins(t, srv, 2)
	})
}

func TestStoreIsBoundToTheCredential(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := newMemoryStore()
		right := fleet(t, srv, 1, store, "your-password")[0]
		token := mustToken(t, right)
		before := maps.Clone(store.records)

		for _, guess := range []string{"", "your-passwore", "your-password ", "YOUR-PASSWORD", "x"} {
			if guess == "" {
				continue
			}
			got, err := fleet(t, srv, 1, store, guess)[0].Token(t.Context())
			if !errors.Is(err, client.ErrInvalidCredentials) {
				t.Errorf("a wrong password got %v, %v", got, err)
			}
		}
		for place, r := range before {
			if !bytes.Equal(store.records[place].bytes, r.bytes) {
				t.Error("the right record was touched")
			}
			for _, secret := range []string{token.Value(), "your-password", "user@example.com", "bezala"} {
				if strings.Contains(place, secret) || bytes.Contains(r.bytes, []byte(secret)) {
					t.Errorf("the store holds %q in the clear", secret)
				}
			}
		}
		again := mustToken(t, fleet(t, srv, 1, store, "your-password")[0])
		if !again.Equal(token) {
			t.Error("the right password found another token")
		}
	})
}

func TestStoreDoesNotBringBackARejectedToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		clients := fleet(t, srv, 2, newMemoryStore(), "your-password")
		first := mustToken(t, clients[0])
		mustToken(t, clients[1])
		srv.RevokeAll()
		for _, c := range clients {
			if status := get(t, c, "/api/accounts"); status != 200 {
				t.Errorf("status %d", status)
			}
		}
		wantLogins(t, srv, 2) // the second client found the first one's new token
		if mustToken(t, clients[1]).Equal(first) {
			t.Error("the rejected token came back")
		}
	})
}

func TestUnboundRecords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := newMemoryStore()
		account, err := pooledLogin(srv, "user@example.com", nil).Account()
		if err != nil {
			t.Fatal(err)
		}
		stored := func() *client.Client {
			c, err := client.New(client.Stored(account), client.WithTransport(srv.Transport()),
				client.WithTokenStore(store), client.WithUnboundRecords())
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		if _, err := stored().Token(t.Context()); !errors.Is(err, client.ErrLoginRequired) || !strings.HasPrefix(err.Error(), "bezala: ") {
			t.Errorf("an empty store gave %v; want ErrLoginRequired", err)
		}
		// A bound record is not a unbound one.
		mustToken(t, fleet(t, srv, 1, store, "your-password")[0])
		if _, err := stored().Token(t.Context()); !errors.Is(err, client.ErrLoginRequired) {
			t.Errorf("a bound record served a client without the secret: %v", err)
		}
		token := mustToken(t, fleet(t, srv, 1, store, "your-password", client.WithUnboundRecords())[0])
		wantLogins(t, srv, 2)
		c := stored()
		if !mustToken(t, c).Equal(token) {
			t.Error("the stored token is another one")
		}
		// A store that is down is not one without a token.
		broken := errors.New("connection refused")
		store.set(func(m *memoryStore) { m.err = broken })
		if _, err := stored().Token(t.Context()); !errors.Is(err, client.ErrLoginRequired) || !errors.Is(err, broken) {
			t.Errorf("a store that is down gave %v; want ErrLoginRequired, and why", err)
		}
		store.set(func(m *memoryStore) { m.err = nil })
		if err := c.Logout(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Token(t.Context()); !errors.Is(err, client.ErrLoginRequired) {
			t.Errorf("after Logout: %v; want ErrLoginRequired", err)
		}
		wantLogins(t, srv, 2)
	})
}

// foreverStore ignores ttl: what a store would be whose own clock is right while a client's is not.
type foreverStore struct{ *memoryStore }

func (f foreverStore) Put(ctx context.Context, key string, record []byte, _ time.Duration) error {
	return f.memoryStore.Put(ctx, key, record, 100*365*24*time.Hour)
}

// One host's clock is 2 h off, either way: it uses the token that others have put there, and so do they use its.
func TestStoreWithAWrongClock(t *testing.T) {
	for name, wait := range map[string][2]time.Duration{
		"reader ahead":  {0, 2 * time.Hour},
		"reader behind": {2 * time.Hour, 0},
	} {
		for expiry, tt := range map[string]struct {
			grant client.TokenResponse
			opts  []client.Option
		}{
			"known":   {grant: client.TokenResponse{Value: "shared", ExpiresIn: time.Hour}},
			"unknown": {grant: client.TokenResponse{Value: "shared"}},
			"by age":  {grant: client.TokenResponse{Value: "shared"}, opts: []client.Option{client.WithMaxAge(time.Hour)}},
		} {
			t.Run(name+" expiry "+expiry, func(t *testing.T) {
				logins := 0
				records := map[string]memoryRecord{}
				for _, offset := range wait { // each bubble's clock starts at the same time
					synctest.Test(t, func(t *testing.T) {
						time.Sleep(offset)
						store := newMemoryStore()
						store.records = records
						login := ownLogin(nil)
						login.login = func(context.Context, *http.Client, string) (client.Token, error) {
							logins++
							return client.NewToken(tt.grant)
						}
						c := newClient(t, login, append(tt.opts, client.WithTokenStore(foreverStore{store}))...)
						for range 50 {
							mustToken(t, c)
							time.Sleep(time.Minute)
						}
						// Where the clocks disagree, the store is asked now and then.
						if n := c.Status().Refreshes; n > 50/6 {
							t.Errorf("%d refreshes in 50 minutes", n)
						}
					})
				}
				if logins != 1 {
					t.Errorf("%d logins; want 1", logins)
				}
			})
		}
	}
}

// A token's age counts from when it was received, by whoever did, and not from when it was found in the store.
func TestStoreAndMaxAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := newMemoryStore()
		aged := func() *client.Client {
			return fleet(t, srv, 1, store, "your-password", client.WithMaxAge(time.Hour))[0]
		}
		first := mustToken(t, fleet(t, srv, 1, store, "your-password")[0]) // may be kept for longer
		time.Sleep(50 * time.Minute)
		c := aged()
		if token := mustToken(t, c); !token.Equal(first) || !token.Received().Equal(first.Received()) {
			t.Errorf("issued at %s; want the first token, of %s", token.Received(), first.Received())
		}
		time.Sleep(10 * time.Minute)
		for _, c := range []*client.Client{c, aged()} {
			if mustToken(t, c).Equal(first) {
				t.Error("a token is used beyond its age")
			}
		}
		wantLogins(t, srv, 2)
		time.Sleep(time.Hour)
		if n := len(store.records); n != 1 || time.Now().Before(slices.Collect(maps.Values(store.records))[0].until) {
			t.Errorf("%d records, kept for longer than their age", n)
		}
	})
}
