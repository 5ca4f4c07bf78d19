package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

func TestTokenOfUnknownExpiryIsStoredFor30Days(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := newMemoryStore()
		mustToken(t, fleet(t, srv, 1, store, "your-password")[0])
		for _, r := range store.records {
			if ttl := time.Until(r.until); ttl != 30*24*time.Hour {
				t.Errorf("stored for %s; want 30 days", ttl)
			}
		}
		if n := len(store.records); n != 1 {
			t.Errorf("%d records; want 1", n)
		}
	})
}

func TestStoreMayTakeTwoSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := newMemoryStore()
		mustToken(t, fleet(t, srv, 1, store, "your-password")[0])
		store.set(func(m *memoryStore) { m.latency = 2*time.Second - time.Millisecond })
		mustToken(t, fleet(t, srv, 1, store, "your-password")[0])
		wantLogins(t, srv, 1)
	})
}

func TestStoredTokenIsRenewedEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bleepayService.start(t, sandbox.Config{})
		c := bleepayService.client(t, srv, client.WithTokenStore(newMemoryStore()))
		first := mustToken(t, c)
		time.Sleep(57 * time.Minute)
		mustToken(t, c)
		synctest.Wait()
		if mustToken(t, c).Equal(first) {
			t.Error("the store brought back the token that was to be renewed")
		}
	})
}

// It expires for all at the same time; not later for who finds it later, nor at a time that was found not to hold.
func TestStoredTokenExpiresWhenItDoes(t *testing.T) {
	for name, grant := range map[string]func() client.TokenResponse{
		"known": func() client.TokenResponse { return client.TokenResponse{Value: "stored", ExpiresIn: time.Hour} },
		"unknown, since it had passed on arrival": func() client.TokenResponse {
			return client.TokenResponse{
				Value:     jwt(fmt.Sprintf(`{"exp":%d}`, time.Now().Add(time.Hour).Unix())),
				ExpiresAt: time.Now().Add(-time.Minute),
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := client.WithTokenStore(newMemoryStore())
				login := ownLogin(nil)
				login.login = func(context.Context, *http.Client, string) (client.Token, error) { return client.NewToken(grant()) }
				first := mustToken(t, newClient(t, login, store))
				time.Sleep(30 * time.Minute)
				found := mustToken(t, newClient(t, login, store))
				got, known := found.Expiry()
				want, wantKnown := first.Expiry()
				if !found.Equal(first) || known != wantKnown || !got.Equal(want) {
					t.Errorf("expires at %s (known: %t); want %s (%t)", got, known, want, wantKnown)
				}
			})
		})
	}
}

// The reader's clock is 2 h behind: how much of the token's life is left is unknown, so the store is asked again soon.
func TestStoredTokenOfUnknownAgeIsLookedUpAgain(t *testing.T) {
	records := map[string]memoryRecord{}
	for _, ahead := range []time.Duration{2 * time.Hour, 0} { // the writer, and then the reader
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(ahead)
			gets, fine := 0, func() {}
			store := wildStore{memoryStore: newMemoryStore(), get: func() { gets++ }, put: fine, lock: fine, unlock: fine}
			store.records = records
			login := ownLogin(nil)
			login.login = func(context.Context, *http.Client, string) (client.Token, error) {
				return client.NewToken(client.TokenResponse{Value: "stored", ExpiresIn: time.Hour})
			}
			c := newClient(t, login, client.WithTokenStore(store))
			mustToken(t, c)
			before := gets
			time.Sleep(6 * time.Minute)
			mustToken(t, c)
			synctest.Wait()
			if again := gets > before; again != (ahead == 0) {
				t.Errorf("with a clock %s ahead it is looked up again after 6 min: %t", ahead, again)
			}
		})
	}
}

// A service may answer a login with the token that a route rejected: then it is as good as another, also from the store.
func TestSameTokenAgainIsTakenFromTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := client.WithTokenStore(newMemoryStore())
		logins := 0
		login := ownLogin(nil)
		login.login = func(context.Context, *http.Client, string) (client.Token, error) {
			logins++
			return client.NewToken(client.TokenResponse{Value: "always-the-same", ExpiresIn: time.Hour})
		}
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

func TestRateLimitedRefreshLeavesTheTokenInTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bleepayService.start(t, sandbox.Config{})
		store := client.WithTokenStore(newMemoryStore())
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

func TestStoredRefusalKeepsItsKind(t *testing.T) {
	for _, kind := range []error{client.ErrInvalidCredentials, client.ErrInvalidInput} {
		t.Run(kind.Error(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := client.WithTokenStore(newMemoryStore())
				logins := 0
				login := ownLogin(nil)
				login.login = func(context.Context, *http.Client, string) (client.Token, error) {
					logins++
					return client.Token{}, &client.LoginError{Service: "own", Status: http.StatusUnprocessableEntity, Kind: kind}
				}
				for range 2 {
					_, err := newClient(t, login, store).Token(t.Context())
					wantErr(t, err, kind)
				}
				if logins != 1 {
					t.Errorf("%d logins; want 1", logins)
				}
			})
		})
	}
}

// However clients take turns in being the first after a pause.
func TestStoredPauseGrows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		two := fleet(t, srv, 2, newMemoryStore(), "wrong password")
		for i, pause := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute} {
			for j := range two {
				c := two[(i+j)%2]
				_, err := c.Token(t.Context())
				wantErr(t, err, client.ErrInvalidCredentials)
				if left := time.Until(c.Status().RefusedUntil); left != pause {
					t.Errorf("pause %d is %s; want %s", i+1, left, pause)
				}
			}
			time.Sleep(pause)
		}
		wantLogins(t, srv, 3)
	})
}

// Who has found a refusal once goes by it without the store.
func TestStoredRefusalIsRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := newMemoryStore()
		clients := fleet(t, srv, 2, store, "wrong password")
		for _, trouble := range []error{nil, errors.New("connection refused")} {
			store.set(func(m *memoryStore) { m.err = trouble })
			all(t, clients, func(_ client.Token, err error) { wantErr(t, err, client.ErrInvalidCredentials) })
		}
		wantLogins(t, srv, 1)
	})
}

// A unbound record could not tell which password was refused.
func TestUnboundRefusalIsNotStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := newMemoryStore()
		_, err := fleet(t, srv, 1, store, "wrong password", client.WithUnboundRecords())[0].Token(t.Context())
		wantErr(t, err, client.ErrInvalidCredentials)
		if n := len(store.records); n != 0 {
			t.Errorf("%d records; want none", n)
		}
		mustToken(t, fleet(t, srv, 1, store, "your-password", client.WithUnboundRecords())[0])
	})
}

func TestChangedSecretHasARecordOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := newMemoryStore()
		typed := newSecrets("your-password")
		c := bezalaService.clientWith(t, srv, typed.secret, client.WithTokenStore(store))
		c.Invalidate(mustToken(t, c))
		account := srv.Accounts()[0]
		account.Secret = "new-password"
		srv.SetAccounts([]sandbox.Account{account})
		typed.set("new-password")
		mustToken(t, c)
		if n := len(store.records); n != 2 {
			t.Errorf("%d records; want one for each secret", n)
		}
	})
}

func TestRecordThatCannotBeReadIsReported(t *testing.T) {
	for name, spoil := range map[string]func(*memoryStore){
		"damaged": func(m *memoryStore) {
			for _, r := range m.records {
				r.bytes[len(r.bytes)/2] ^= 1
			}
		},
		"of another version": func(m *memoryStore) {
			for _, r := range m.records {
				r.bytes[0]++
			}
		},
		"unreadable to the store": func(m *memoryStore) {
			m.err = fmt.Errorf("%w: %w", client.ErrRecordUnreadable, client.ErrTokenNotFound)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := bezalaService.start(t, sandbox.Config{})
				store := newMemoryStore()
				mustToken(t, fleet(t, srv, 1, store, "your-password")[0])
				store.set(spoil)
				var reports []error
				mustToken(t, fleet(t, srv, 1, store, "your-password",
					client.WithTokenStore(store), client.WithObserver(client.Observer{StoreTrouble: func(err error) { reports = append(reports, err) }}))[0])
				if len(reports) == 0 || !strings.HasPrefix(reports[0].Error(), "bezala: token store: reading a record: ") {
					t.Errorf("reports: %v; want to be told of the record", reports)
				}
				wantLogins(t, srv, 2)
			})
		})
	}
}
