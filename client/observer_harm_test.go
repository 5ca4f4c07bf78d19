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
)

// wild is an Observer all of whose functions do the same, and whose LoginBegun then returns a context of the test's.
func wild(act func(), begun func(context.Context) context.Context) client.Observer {
	each := func(context.Context, client.Event) { act() }
	return client.Observer{
		LoginBegun:   func(ctx context.Context, _ client.Event) context.Context { act(); return begun(ctx) },
		StoreTrouble: func(error) { act() },
		LoginEnded:   each, WaitShared: each, KeptOff: each, RateLimited: each, Replayed: each, SecretFailed: each,
	}
}

// Whatever the functions of an Observer do, each call gets what it would get without them, a little later.
func TestP2ObserverHarmsNobody(t *testing.T) {
	t.Parallel()
	same := func(ctx context.Context) context.Context { return ctx }
	done, cancel := context.WithCancel(context.Background())
	cancel()
	for name, tt := range map[string]struct {
		act   func(c *client.Client)
		begun func(context.Context) context.Context
	}{
		"blocks":              {func(*client.Client) { time.Sleep(24 * time.Hour) }, same},
		"blocks, then panics": {func(*client.Client) { time.Sleep(2 * time.Second); panic("observer") }, same},
		"panics":              {func(*client.Client) { panic("observer") }, same},
		"ends its goroutine":  {func(*client.Client) { runtime.Goexit() }, same},
		"asks the Client":     {func(c *client.Client) { _, _ = c.Token(context.Background()); c.Status() }, same},
		"no context":          {func(*client.Client) {}, func(context.Context) context.Context { return nil }},
		"a context that is nil": {func(*client.Client) {}, func(context.Context) context.Context {
			return struct{ context.Context }{}
		}},
		"another's context":      {func(*client.Client) {}, func(context.Context) context.Context { return context.Background() }},
		"a context that is done": {func(*client.Client) {}, func(context.Context) context.Context { return done }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := bezalaService.start(t, sandbox.Config{})
				store := &clienttest.MemoryStore{}
				store.SetTrouble(0, errors.New("down"))
				var c *client.Client
				secret := newSecrets("your-password")
				c = bezalaService.clientWith(t, srv, secret.secret, client.WithTokenStore(store),
					client.WithObserver(wild(func() { tt.act(c) }, tt.begun)))
				began := time.Now()
				call := func(want error) {
					t.Helper()
					token, _, err := within(t, c, time.Minute)
					if !errors.Is(err, want) {
						t.Errorf("%v; want %v", err, want)
					}
					c.Invalidate(token)
				}
				call(nil)
				atOnce(5, func(int) { call(nil) })
				srv.SetOutage(limited(time.Second, 1))
				call(nil)
				get(t, c, "/api/accounts")
				srv.RevokeAll()
				if status := get(t, c, "/api/accounts"); status != http.StatusOK {
					t.Errorf("status %d after a revocation", status)
				}
				c.Invalidate(mustToken(t, c))
				secret.set("wrong")
				for range 3 {
					call(client.ErrInvalidCredentials)
				}
				if took := time.Since(began); took > 30*time.Second {
					t.Errorf("all of it took %s", took)
				}
				time.Sleep(48 * time.Hour)
				synctest.Wait()
			})
		})
	}
}

// What blocks is left behind after 1 s, and then nothing more is told until it has returned.
func TestP2BlockedObserverIsToldNothingMore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		told, open := atomic.Int64{}, make(chan struct{})
		observer := wild(func() { told.Add(1); <-open }, func(ctx context.Context) context.Context { return ctx })
		c := bezalaService.client(t, srv, client.WithObserver(observer))
		began := time.Now()
		for range 100 {
			c.Invalidate(mustToken(t, c))
		}
		if took := time.Since(began); took != time.Second || told.Load() != 1 {
			t.Errorf("%d events in %s; want one that is waited for, 1 s", told.Load(), took)
		}
		close(open)
		synctest.Wait()
		c.Invalidate(mustToken(t, c))
		if n := told.Load(); n != 3 {
			t.Errorf("%d events; want 2 more", n)
		}
	})
}

// The context that LoginBegun returns goes through the login, and each event has the values of its own call's.
func TestP2ObserverAndLoginShareValues(t *testing.T) {
	t.Parallel()
	type key string
	synctest.Test(t, func(t *testing.T) {
		seen := func(what string, ctx context.Context, want any) {
			t.Helper()
			if got := ctx.Value(key("span")); got != want || ctx.Value(key("call")) == nil {
				t.Errorf("%s sees the span %v, and of the call %v; want %v", what, got, ctx.Value(key("call")), want)
			}
		}
		logins := 0
		login := ownLogin(func(ctx context.Context, _ *http.Client, _ string) (client.Token, error) {
			seen("Login", ctx, "login's")
			if logins++; logins == 1 {
				time.Sleep(time.Second)
				return client.Token{}, &client.RateLimitError{Service: "own", RetryAfter: 5 * time.Second}
			}
			return client.NewToken(client.TokenResponse{Value: "token"})
		})
		login.secret = func(ctx context.Context) (string, error) { seen("Secret", ctx, "login's"); return "secret", nil }
		ended := 0
		c := newClient(t, login, client.WithObserver(client.Observer{
			LoginBegun: func(ctx context.Context, _ client.Event) context.Context {
				seen("LoginBegun", ctx, "caller's")
				return context.WithValue(ctx, key("span"), "login's")
			},
			RateLimited: func(ctx context.Context, _ client.Event) { seen("RateLimited", ctx, "login's") },
			LoginEnded: func(ctx context.Context, _ client.Event) {
				ended++
				seen("LoginEnded", ctx, "login's")
				if ctx.Err() != nil {
					t.Error("the context of LoginEnded is done")
				}
			},
			WaitShared: func(ctx context.Context, _ client.Event) {
				seen("WaitShared", ctx, "caller's")
				if ctx.Err() != nil {
					t.Error("the context of WaitShared is done")
				}
			},
		}))
		ctx := context.WithValue(context.WithValue(t.Context(), key("call"), "its"), key("span"), "caller's")
		atOnce(2, func(i int) {
			ctx, cancel := context.WithTimeout(ctx, time.Duration(10-9*i+i*5)*time.Second) // the second one leaves earlier
			defer cancel()
			_, err := c.Token(ctx)
			if i == 0 && err != nil {
				t.Error(err)
			}
		})
		if ended != 1 {
			t.Errorf("%d logins ended; want 1", ended)
		}
	})
}
