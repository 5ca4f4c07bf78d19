package client_test

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// A11: LogIn replaces what is held and stored, and only if it succeeds.
func TestLogInReplacesTheTokenOnSuccessOnly(t *testing.T) {
	for _, unbound := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			srv := bezalaService.start(t, sandbox.Config{})
			opts := []client.Option{client.WithTokenStore(&clienttest.MemoryStore{})}
			if unbound {
				opts = append(opts, client.WithUnboundRecords())
			}
			password := "your-password"
			c := bezalaService.clientWith(t, srv, func(context.Context) (string, error) { return password, nil }, opts...)
			first := mustToken(t, c)

			if err := c.LogIn(t.Context()); err != nil {
				t.Fatal(err)
			}
			second := mustToken(t, c)
			if second.Equal(first) {
				t.Error("LogIn kept the old token")
			}
			next := bezalaService.client(t, srv, opts...) // the next run
			if !mustToken(t, next).Equal(second) {
				t.Error("the new token is not in the store")
			}

			password = "wrong-password"
			wantErr(t, c.LogIn(t.Context()), client.ErrInvalidCredentials)
			if !mustToken(t, c).Equal(second) {
				t.Error("a failed LogIn has ended the session")
			}
			if !mustToken(t, bezalaService.client(t, srv, opts...)).Equal(second) {
				t.Error("a failed LogIn has ended the session in the store")
			}
			wantLogins(t, srv, 3)

			// The latch holds: the same password is not sent again.
			wantErr(t, c.LogIn(t.Context()), client.ErrInvalidCredentials)
			wantLogins(t, srv, 3)
		})
	}
}

func TestLogInIsOneLoginForAllWhoCallIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{Latency: time.Second})
		c := bezalaService.client(t, srv)
		mustToken(t, c)
		atOnce(100, func(int) {
			if err := c.LogIn(t.Context()); err != nil {
				t.Error(err)
			}
		})
		wantLogins(t, srv, 2)
	})
}

func TestLogInWithoutASecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		account := client.Account{Service: "own", BaseURL: "https://own.example", Name: "me"}
		c := newClient(t, client.Stored(account), client.WithTokenStore(&clienttest.MemoryStore{}), client.WithUnboundRecords())
		wantErr(t, c.LogIn(t.Context()), client.ErrLoginRequired)
	})
}

// A login under way when LogIn is called is one anew, but a look into the store is none.
func TestLogInTakesNoTokenFromTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := &clienttest.MemoryStore{}
		opts := []client.Option{client.WithTokenStore(store), client.WithUnboundRecords()}
		stored := mustToken(t, bezalaService.client(t, srv, opts...))
		store.SetTrouble(100*time.Millisecond, nil)
		c := bezalaService.client(t, srv, opts...)
		go func() { _, _ = c.Token(t.Context()) }()
		time.Sleep(50 * time.Millisecond) // it looks into the store
		if err := c.LogIn(t.Context()); err != nil {
			t.Fatal(err)
		}
		if mustToken(t, c).Equal(stored) {
			t.Error("LogIn took the token of the store")
		}
	})
}

type contextKey struct{}

// A7: Secret and Login see the values of the call that began the login, and not its end.
func TestP2SecretAndLoginSeeTheCallersValues(t *testing.T) {
	withAndWithoutAStore(t, func(t *testing.T, opts ...client.Option) {
		var secrets, logins atomic.Int64
		c := newClient(t, fakeLogin{
			account: client.Account{Service: "own", BaseURL: "https://own.example"},
			secret: func(ctx context.Context) (string, error) {
				if ctx.Value(contextKey{}) == "tenant" {
					secrets.Add(1)
				}
				return "secret", nil
			},
			login: func(ctx context.Context, _ *http.Client, _ string) (client.Token, error) {
				if ctx.Value(contextKey{}) == "tenant" {
					logins.Add(1)
				}
				time.Sleep(time.Second)
				return client.NewToken(client.TokenResponse{Value: "token", ExpiresIn: time.Minute})
			},
		}, opts...)
		ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), contextKey{}, "tenant"), time.Millisecond)
		defer cancel()
		if _, err := c.Token(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v; want the caller's deadline", err)
		}
		time.Sleep(57 * time.Second) // in the token's last tenth
		synctest.Wait()
		if _, err := c.Token(context.WithValue(t.Context(), contextKey{}, "tenant")); err != nil { // begins a refresh
			t.Error(err)
		}
		time.Sleep(time.Second)
		if secrets.Load() != 2 || logins.Load() != 2 {
			t.Errorf("%d secrets and %d logins saw the value; want 2 and 2", secrets.Load(), logins.Load())
		}
	})
}

// A3: a caller that joins a refresh which began long before does not inherit its end.
func TestP2CallerOfAnOldRefreshGetsALoginOfItsOwn(t *testing.T) {
	withAndWithoutAStore(t, func(t *testing.T, opts ...client.Option) {
		srv := formLoginService.start(t, sandbox.Config{TokenLifetime: 10 * time.Second})
		var dead atomic.Bool
		rt := roundTripper(func(req *http.Request) (*http.Response, error) {
			if dead.Load() {
				return slow(srv.Transport(), req.URL.Path, time.Hour).RoundTrip(req)
			}
			return srv.Transport().RoundTrip(req)
		})
		c := formLoginService.client(t, srv, append(opts, client.WithTransport(rt))...)
		mustToken(t, c)
		time.Sleep(9500 * time.Millisecond)
		dead.Store(true)
		mustToken(t, c) // a refresh begins; nobody waits for it
		time.Sleep(29900 * time.Millisecond)
		dead.Store(false)
		before := srv.Counts().LoginRequests
		atOnce(100, func(int) {
			if _, took, err := within(t, c, 20*time.Second); err != nil || took > time.Second {
				t.Errorf("%v after %s; want a token", err, took)
			}
		})
		if n := srv.Counts().LoginRequests - before; n != 1 {
			t.Errorf("%d logins; want one for those who joined", n)
		}
	})
}

// The same holds for a Secret that hangs in a refresh.
func TestP2CallerOfAnOldPromptGetsOneOfItsOwn(t *testing.T) {
	withAndWithoutAStore(t, func(t *testing.T, opts ...client.Option) {
		srv := formLoginService.start(t, sandbox.Config{TokenLifetime: 10 * time.Second})
		var asked atomic.Int64
		c := formLoginService.clientWith(t, srv, func(ctx context.Context) (string, error) {
			if asked.Add(1) == 2 {
				<-ctx.Done()
			}
			return srv.Accounts()[0].Secret, ctx.Err()
		}, opts...)
		mustToken(t, c)
		time.Sleep(9500 * time.Millisecond)
		mustToken(t, c) // a refresh begins
		time.Sleep(time.Second)
		atOnce(2, func(i int) {
			time.Sleep(time.Duration(i) * (4*time.Minute + 58*time.Second))
			if _, took, err := within(t, c, time.Hour); err != nil || took > 5*time.Minute {
				t.Errorf("%v after %s; want a token", err, took)
			}
		})
		if n := asked.Load(); n != 3 {
			t.Errorf("the Secret was asked %d times; want 3", n)
		}
	})
}

// A caller of Token who joins a LogIn tries once more at most if that fails, however many others log in.
func TestP2TokenDoesNotStarveBesideLogIns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{Latency: time.Second})
		srv.SetOutage(sandbox.Outage{Kind: sandbox.ErrorJSON, Scope: sandbox.Logins})
		c := bezalaService.client(t, srv)
		end := time.Now().Add(10 * time.Minute)
		atOnce(8, func(i int) {
			if i == 0 {
				time.Sleep(100 * time.Millisecond)
				_, took, err := within(t, c, time.Hour)
				wantErr(t, err, client.ErrUnavailable)
				if took > 3*time.Second {
					t.Errorf("it took %s", took)
				}
				return
			}
			for time.Now().Before(end) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*300*time.Millisecond)
				_ = c.LogIn(ctx)
				cancel()
			}
		})
	})
}
