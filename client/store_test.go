package client_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

func TestP9OneLoginForAllWhoShareAStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{Latency: 200 * time.Millisecond})
		clients := fleet(t, srv, few, &clienttest.MemoryStore{}, "your-password")
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

func TestP9OneLoginPerLifetimeForAllWhoShareAStore(t *testing.T) {
	t.Parallel()
	const lifetime, rounds = time.Hour, 10
	synctest.Test(t, func(t *testing.T) {
		srv := becardService.start(t, sandbox.Config{TokenLifetime: lifetime, Latency: 100 * time.Millisecond})
		store := &clienttest.MemoryStore{}
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

func TestP9StoreSharesRefusals(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{Latency: 200 * time.Millisecond})
		clients := fleet(t, srv, few, &clienttest.MemoryStore{}, "wrong password")
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

func TestP9StoreSharesRateLimits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{Latency: 200 * time.Millisecond})
		srv.SetOutage(limited(40*time.Second, 1))
		clients := fleet(t, srv, few, &clienttest.MemoryStore{}, "your-password")
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

// A wait that the policy allows is waited, but not while the store's lock is held.
func TestP9RateLimitIsWaitedOutWithoutTheLock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{Latency: 200 * time.Millisecond})
		srv.SetOutage(limited(20*time.Second, 2))
		store := &clienttest.MemoryStore{}
		clients := fleet(t, srv, few, store, "your-password")
		time.AfterFunc(5*time.Second, func() {
			records := store.Records()
			if len(records) != 1 {
				t.Errorf("%d records during the wait; want the one that tells of it", len(records))
			}
			for key := range records {
				ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
				defer cancel()
				unlock, err := store.Lock(ctx, key)
				if err != nil {
					t.Error("the lock is held during the wait")
					return
				}
				unlock()
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

// A rate limit that a refresh met is known to others until its time is up, even if the token expires before.
func TestP9StoreSharesTheRateLimitOfARefresh(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := becardService.start(t, sandbox.Config{TokenLifetime: time.Hour})
		store := &clienttest.MemoryStore{}
		c := becardService.client(t, srv, client.WithTokenStore(store))
		mustToken(t, c)
		time.Sleep(time.Hour - 10*time.Second)
		srv.SetOutage(limited(40*time.Second, 1))
		mustToken(t, c)
		time.Sleep(35 * time.Second)
		late := becardService.client(t, srv, client.WithTokenStore(store),
			client.WithRetryPolicy(client.RetryPolicy{MaxWait: time.Second}))
		token, err := late.Token(t.Context())
		if _, ok := errors.AsType[*client.RateLimitError](err); !ok {
			t.Errorf("%v, %v; want a *RateLimitError", token, err)
		}
		wantLogins(t, srv, 2)
	})
}

func TestP9RateLimitedRefreshLeavesTheTokenInTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bleepayService.start(t, sandbox.Config{})
		store := client.WithTokenStore(&clienttest.MemoryStore{})
		c := bleepayService.client(t, srv, store)
		first := mustToken(t, c)
		time.Sleep(56 * time.Minute)
		srv.SetOutage(limited(10*time.Minute, 0))
		mustToken(t, c)
		synctest.Wait()
		wantLogins(t, srv, 2)
		if token, err := bleepayService.client(t, srv, store).Token(t.Context()); err != nil || !token.Equal(first) {
			t.Errorf("%v, %v; want the token that still serves", token, err)
		}
	})
}

// Without locks, a login that fails does not replace the token that another one got meanwhile.
func TestP9FailedLoginLeavesAnothersToken(t *testing.T) {
	for name, failure := range map[string]error{
		"rate limited": &client.RateLimitError{Service: "own", RetryAfter: 5 * time.Minute},
		"refused":      &client.LoginError{Service: "own", Status: 401, Kind: client.ErrInvalidCredentials},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := struct{ client.TokenStore }{&clienttest.MemoryStore{}} // hides the locks
				var logins atomic.Int32
				run := func() (client.Token, error) {
					login := ownLogin(func(context.Context, *http.Client, string) (client.Token, error) {
						if logins.Add(1) == 1 {
							time.Sleep(100 * time.Millisecond)
							return client.NewToken(client.TokenResponse{Value: "shared", ExpiresIn: time.Hour})
						}
						time.Sleep(200 * time.Millisecond)
						return client.Token{}, failure
					})
					return newClient(t, login, client.WithTokenStore(store)).Token(t.Context())
				}
				var runs sync.WaitGroup
				for range 2 {
					runs.Go(func() { _, _ = run() })
				}
				runs.Wait()
				if _, err := run(); err != nil || logins.Load() != 2 {
					t.Errorf("%v after %d logins; want the token of the first of two", err, logins.Load())
				}
			})
		})
	}
}

func TestP9StoredTokenIsRenewedEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bleepayService.start(t, sandbox.Config{})
		c := bleepayService.client(t, srv, client.WithTokenStore(&clienttest.MemoryStore{}))
		first := mustToken(t, c)
		time.Sleep(57 * time.Minute)
		mustToken(t, c)
		synctest.Wait()
		if mustToken(t, c).Equal(first) {
			t.Error("the store brought back the token that was to be renewed")
		}
	})
}

func TestP9StoreDoesNotBringBackARejectedToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		clients := fleet(t, srv, 2, &clienttest.MemoryStore{}, "your-password")
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

func TestP9StoreBringsBackNoneOfTheRejectedTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		var put error
		store := wildStore{MemoryStore: &clienttest.MemoryStore{}, put: func() error { return put }}
		c := fleet(t, srv, 1, store, "your-password")[0]
		first := mustToken(t, c)
		put = errors.New("read-only")
		for token := first; srv.Counts().Logins < 8; token = mustToken(t, c) {
			c.Invalidate(token)
			if mustToken(t, c).Equal(first) {
				t.Fatal("the store brought back a token that was rejected")
			}
		}
	})
}

// A service may answer a login with the token that a route rejected: then it is as good as any, also from the store.
func TestP9SameTokenAgainIsTakenFromTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := client.WithTokenStore(&clienttest.MemoryStore{})
		logins := 0
		login := ownLogin(func(context.Context, *http.Client, string) (client.Token, error) {
			logins++
			return client.NewToken(client.TokenResponse{Value: "always-the-same", ExpiresIn: time.Hour})
		})
		c := newClient(t, login, store)
		c.Invalidate(mustToken(t, c))
		mustToken(t, c)
		time.Sleep(time.Hour)
		mustToken(t, newClient(t, login, store)) // another one logs in
		mustToken(t, c)
		if logins != 3 {
			t.Errorf("%d logins; want 3, since the last token was in the store", logins)
		}
	})
}
