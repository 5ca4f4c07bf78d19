package client_test

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/tokenstore"
)

// E3: the 401 of a closed route leads to a login that meets a 429. The token, which is alive, stays in the store.
func TestP9LiveTokenStaysBesideANote(t *testing.T) {
	for name, outage := range map[string]sandbox.Outage{
		"rate limit": limited(10*time.Minute, 1),
		"failure":    {Kind: sandbox.ErrorJSON, Scope: sandbox.Logins, Times: 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := bezalaService.start(t, sandbox.Config{})
				store := client.WithTokenStore(&clienttest.MemoryStore{})
				c := bezalaService.client(t, srv, store, client.WithTransport(forbidding(srv.Transport(), "/forbidden")))
				token := mustToken(t, c)
				srv.SetOutage(outage)
				if _, err := fetch(t.Context(), c.HTTPClient(), c.BaseURL()+"/forbidden"); err == nil {
					t.Error("the closed route's request has no error")
				}
				if !mustToken(t, c).Equal(token) {
					t.Error("the token does not serve any more")
				}
				newcomer := bezalaService.client(t, srv, store)
				if got, err := newcomer.Token(t.Context()); err != nil || !got.Equal(token) {
					t.Errorf("a newcomer gets %v, %v; want the live token", got, err)
				}
			})
		})
	}
}

// E4: a clock was years ahead when a note was written. The note ends within its own length, also for a new process.
func TestP9NoteFromTheFutureEndsWithinItsOwnLength(t *testing.T) {
	for name, failure := range map[string]error{
		"rate limit": &client.RateLimitError{Service: "own", RetryAfter: 40 * time.Second},
		"refusal":    &client.LoginError{Service: "own", Status: 401, Kind: client.ErrInvalidCredentials},
		"failure":    &client.LoginError{Service: "own", Status: 503, Kind: client.ErrUnavailable},
	} {
		for _, everyRunIsNew := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				files, err := tokenstore.NewFiles(t.TempDir() + "/records")
				if err != nil {
					t.Fatal(err)
				}
				login := ownLogin(nil)
				login.login = func(context.Context, *http.Client, string) (client.Token, error) { return client.Token{}, failure }
				// In real time, which is years after a bubble's.
				if _, err := newClient(t, login, client.WithTokenStore(files), client.WithUnboundRecords()).Token(t.Context()); err == nil {
					t.Fatal("no error")
				}
				synctest.Test(t, func(t *testing.T) {
					login.login = func(context.Context, *http.Client, string) (client.Token, error) {
						return client.NewToken(client.TokenResponse{Value: "token", ExpiresIn: time.Hour})
					}
					c := newClient(t, login, client.WithTokenStore(files), client.WithUnboundRecords())
					for range 3 {
						if everyRunIsNew {
							c = newClient(t, login, client.WithTokenStore(files), client.WithUnboundRecords())
						}
						if _, err = c.Token(t.Context()); err == nil {
							return
						}
						time.Sleep(time.Minute)
					}
					t.Errorf("after three minutes: %v", err)
				})
			})
		}
	}
}

// A note that is over is over, also if the store forgets nothing or somebody puts it back.
func TestP9PastNoteIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := foreverStore{&clienttest.MemoryStore{}}
		srv.SetOutage(limited(time.Minute, 1))
		_, err := fleet(t, srv, 1, store, "your-password")[0].Token(t.Context())
		wantRateLimit(t, err, time.Minute)
		time.Sleep(time.Minute)
		mustToken(t, fleet(t, srv, 1, store, "your-password")[0])
	})
}

// E5: whatever a user's own code does, the token comes.
func TestP9ObserverHarmsNobody(t *testing.T) {
	for name, observe := range map[string]func(c *client.Client){
		"blocks":             func(*client.Client) { time.Sleep(24 * time.Hour) },
		"panics":             func(*client.Client) { panic("observer") },
		"ends its goroutine": func(*client.Client) { runtime.Goexit() },
		"asks the Client": func(c *client.Client) {
			ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
			defer cancel()
			_, _ = c.Token(ctx)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := bezalaService.start(t, sandbox.Config{})
				store := &clienttest.MemoryStore{}
				store.SetTrouble(0, errors.New("down"))
				var c *client.Client
				c = bezalaService.client(t, srv, client.WithTokenStore(store),
					client.WithObserver(client.Observer{StoreTrouble: func(error) { observe(c) }}))
				for range 3 {
					token, took, err := within(t, c, time.Hour)
					if err != nil || took > 3*time.Second {
						t.Errorf("%v after %s; want a token", err, took)
					}
					c.Invalidate(token)
				}
				wantLogins(t, srv, 3)
				time.Sleep(48 * time.Hour)
			})
		})
	}
}

// nilTroubleError is an error whose nil pointer cannot be printed.
type nilTroubleError struct{ text string }

func (n *nilTroubleError) Error() string { return n.text }

// typedNilStore fails with nil pointers.
type typedNilStore struct{ client.TokenStore }

func (typedNilStore) Get(context.Context, string) ([]byte, error) {
	return nil, (*nilTroubleError)(nil)
}

func (typedNilStore) Put(context.Context, string, []byte, time.Duration) error {
	return (*nilTroubleError)(nil)
}

func (typedNilStore) Lock(context.Context, string) (func(), error) {
	return nil, (*nilTroubleError)(nil)
}

func TestP9StoreWhoseErrorIsATypedNil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		var troubles atomic.Int64
		c := bezalaService.client(t, srv, client.WithTokenStore(typedNilStore{}),
			client.WithObserver(client.Observer{StoreTrouble: func(err error) {
				troubles.Add(int64(len(err.Error())))
			}}))
		mustToken(t, c)
		if troubles.Load() == 0 {
			t.Error("nothing was told")
		}
	})
}

// E6: a token that Logout deletes while another call reads it is gone.
func TestP7LogoutBesideACallThatReadsTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := &clienttest.MemoryStore{}
		opts := []client.Option{client.WithTokenStore(store), client.WithUnboundRecords()}
		c := bezalaService.client(t, srv, opts...)
		mustToken(t, c)
		other := bezalaService.client(t, srv, opts...) // another process, which renews the token
		other.Invalidate(mustToken(t, other))
		renewed := mustToken(t, other)
		store.SetTrouble(100*time.Millisecond, nil)
		go func() {
			time.Sleep(time.Millisecond)
			if token, err := c.Token(t.Context()); err != nil || token.Equal(renewed) {
				t.Errorf("%v, %v; want a token of its own", token, err)
			}
		}()
		if err := c.Logout(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if mustToken(t, c).Equal(renewed) {
			t.Error("the deleted token serves")
		}
	})
}

// E10: the call that begins a login waits for the store, at most 2 s, and gets the token in any case. The others get it
// at once.
func TestP9OnlyTheFirstCallerWaitsForTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{Latency: time.Second})
		store := &clienttest.MemoryStore{}
		c := bezalaService.client(t, srv, client.WithTokenStore(store), client.WithUnboundRecords())
		time.AfterFunc(time.Second/2, func() { store.SetTrouble(500*time.Millisecond, nil) })
		atOnce(100, func(i int) {
			time.Sleep(time.Duration(min(i, 1)) * time.Millisecond) // number 0 begins
			began := time.Now()
			_, err := c.Token(t.Context())
			want := time.Second - time.Millisecond
			if i == 0 {
				want = 2*time.Second + 500*time.Millisecond // the read, the write and the release of the lock
			}
			if took := time.Since(began); err != nil || took > want {
				t.Errorf("caller %d: %v after %s; want a token after at most %s", i, err, took, want)
			}
			if i == 0 && len(store.Records()) != 1 {
				t.Error("the record is not written when the first caller returns")
			}
		})
	})
}

func TestP9StoreThatHangsCostsTheFirstCallerTwoSeconds(t *testing.T) {
	for patience, want := range map[time.Duration]time.Duration{
		time.Minute:             3 * time.Second, // the login, and 2 s
		1500 * time.Millisecond: 1500 * time.Millisecond,
	} {
		synctest.Test(t, func(t *testing.T) {
			srv := bezalaService.start(t, sandbox.Config{Latency: time.Second})
			store := &clienttest.MemoryStore{}
			c := bezalaService.client(t, srv, client.WithTokenStore(store), client.WithUnboundRecords())
			time.AfterFunc(time.Second/2, func() { store.SetTrouble(time.Hour, nil) })
			if _, took, err := within(t, c, patience); err != nil || took != want {
				t.Errorf("%v after %s; want a token after %s", err, took, want)
			}
			time.Sleep(2 * time.Hour)
		})
	}
}

// E11: a wrong password is latched, whatever lies in the store; and a latched Client finds a token there.
func TestP4LatchIsAboutTheSecretAndTheStoreAboutTheAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := &clienttest.MemoryStore{}
		wrong := fleet(t, srv, 1, store, "wrong-password", client.WithUnboundRecords())[0]
		right := fleet(t, srv, 1, store, "your-password", client.WithUnboundRecords())[0]
		_, err := wrong.Token(t.Context())
		wantErr(t, err, client.ErrInvalidCredentials)
		token := mustToken(t, right)
		if got, err := wrong.Token(t.Context()); err != nil || !got.Equal(token) {
			t.Errorf("the latched Client gets %v, %v; want the token in the store", got, err)
		}
		for range 20 {
			wrong.Invalidate(mustToken(t, wrong))
			if _, err := wrong.Token(t.Context()); err == nil {
				t.Fatal("a rejected token out of the store")
			}
			right.Invalidate(token)
			token = mustToken(t, right)
			time.Sleep(time.Second)
			mustToken(t, wrong)
		}
		if n := srv.Counts().Refused; n > 1 {
			t.Errorf("the wrong password was sent %d times in 20 s; want once", n)
		}
	})
}

// A12: after a 401 a Stored client has no token, and neither has the next run.
func TestP9RejectedRecordOfAStoredLoginGoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := &clienttest.MemoryStore{}
		opts := []client.Option{client.WithTokenStore(store), client.WithUnboundRecords(), client.WithTransport(srv.Transport())}
		c := bezalaService.client(t, srv, opts...)
		mustToken(t, c)
		srv.RevokeAll()
		for range 2 {
			again := newClient(t, client.Stored(c.Account()), opts...)
			_, err := fetch(t.Context(), again.HTTPClient(), c.BaseURL()+bezalaService.resource)
			wantErr(t, err, client.ErrLoginRequired)
			_, err = again.Token(t.Context())
			wantErr(t, err, client.ErrLoginRequired)
		}
		if n := len(store.Records()); n != 0 {
			t.Errorf("%d records are left; want none", n)
		}
		if _, err := newClient(t, client.Stored(c.Account()), opts...).Token(t.Context()); !errors.Is(err, client.ErrLoginRequired) {
			t.Errorf("the next run: %v", err)
		}
	})
}

// At a service that does not answer 401, a Stored client has the Rejecter of the Login that wrote the token.
func TestP9StoredLoginWithARejecter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &clienttest.MemoryStore{}
		opts := []client.Option{
			client.WithTokenStore(store), client.WithUnboundRecords(),
			client.WithTransport(roundTripper(func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: http.StatusForbidden, Header: http.Header{}, Body: http.NoBody}, nil
			})),
		}
		c := newClient(t, rejectingLogin{fakeLogin{
			account: client.Account{Service: "own", BaseURL: "https://own.example"}, secret: client.Static("secret"),
			login: func(context.Context, *http.Client, string) (client.Token, error) {
				return client.NewToken(client.TokenResponse{Value: "token"})
			},
		}}, opts...)
		mustToken(t, c)
		again := newClient(t, client.Stored(c.Account(), rejectingLogin{}), opts...)
		_, err := fetch(t.Context(), again.HTTPClient(), c.BaseURL())
		wantErr(t, err, client.ErrLoginRequired)
		if n := len(store.Records()); n != 0 {
			t.Errorf("%d records are left; want none", n)
		}
	})
}

type rejectingLogin struct{ fakeLogin }

func (rejectingLogin) Rejected(status int, _ http.Header) bool { return status == http.StatusForbidden }

// E12: a token that is found late in its life is renewed in the same window as by the Client that logged in.
func TestP3WindowIsTheSameForAFoundToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bleepayService.start(t, sandbox.Config{TokenLifetime: time.Hour})
		store := client.WithTokenStore(&clienttest.MemoryStore{})
		first := bleepayService.client(t, srv, store)
		mustToken(t, first)
		time.Sleep(50 * time.Minute)
		late := bleepayService.client(t, srv, store)
		mustToken(t, late)
		for name, c := range map[string]*client.Client{"the first": first, "the late one": late} {
			status := c.Status()
			if window := status.Expiry.Sub(status.NextRefresh); window < 270*time.Second || window > 330*time.Second {
				t.Errorf("%s renews it %s before its end; want 5 min ± 10 %%", name, window)
			}
		}
	})
}

// A10: if logins are slow, the window is wide enough, so that nobody waits.
func TestP3NobodyWaitsWhereLoginsAreSlow(t *testing.T) {
	for _, tt := range []struct{ login, life time.Duration }{
		{20 * time.Second, time.Minute},
		{200 * time.Millisecond, 1500 * time.Millisecond},
		{2 * time.Second, 10 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			var logins atomic.Int64
			c := newClient(t, fakeLogin{
				account: client.Account{Service: "own", BaseURL: "https://own.example"},
				secret:  client.Static("secret"),
				login: func(context.Context, *http.Client, string) (client.Token, error) {
					logins.Add(1)
					time.Sleep(tt.login)
					return client.NewToken(client.TokenResponse{Value: "token", ExpiresIn: tt.life})
				},
			})
			mustToken(t, c)
			stop := time.Now().Add(20 * tt.life)
			atOnce(100, func(i int) {
				for time.Now().Before(stop) {
					began := time.Now()
					_, err := c.Token(t.Context())
					if took := time.Since(began); err != nil || took != 0 {
						t.Errorf("login %s, life %s: %v after %s; want a token at once", tt.login, tt.life, err, took)
						return
					}
					time.Sleep(tt.life/50 + time.Duration(i)*time.Microsecond)
				}
			})
			if n := logins.Load(); n > 45 {
				t.Errorf("login %s, life %s: %d logins in 20 lifetimes", tt.login, tt.life, n)
			}
		})
	}
}

// A1: as many requests as connections are caught by a revocation: the login finds a connection.
func TestT3RevocationWithOneConnectionPerHost(t *testing.T) {
	srv := becardService.sandbox(sandbox.Config{})
	defer srv.Close()
	for _, conns := range []int{1, 4} {
		c := newClient(t, becardService.login(srv, client.Static(srv.Accounts()[0].Secret)),
			client.WithTransport(&http.Transport{MaxConnsPerHost: conns}))
		mustToken(t, c)
		srv.RevokeAll()
		began := time.Now()
		atOnce(conns, func(int) {
			resp, err := fetch(t.Context(), c.HTTPClient(), c.BaseURL()+becardService.resource)
			if err != nil || resp.StatusCode != http.StatusOK {
				t.Errorf("%d connections: %v", conns, err)
			}
		})
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%d connections: it took %s", conns, took)
		}
	}
}
