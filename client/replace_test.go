package client_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// A program that carries the token itself, and finds it dead, gets another one at once, however many find it so.
func TestP8ReplaceOfADeadToken(t *testing.T) {
	withAndWithoutAStore(t, func(t *testing.T, opts ...client.Option) {
		srv := bezalaService.start(t, sandbox.Config{Latency: 100 * time.Millisecond})
		c := bezalaService.client(t, srv, opts...)
		dead := mustToken(t, c)
		for day := range 3 {
			srv.RevokeAll()
			var served atomic.Int64
			atOnce(1000, func(int) {
				next, err := c.Replace(t.Context(), dead)
				if err == nil && srv.Valid(next.Value()) {
					served.Add(1)
				}
			})
			if served.Load() != 1000 {
				t.Errorf("day %d: %d of 1000 got a live token", day, served.Load())
			}
			wantLogins(t, srv, day+2)
			dead = mustToken(t, c)
			time.Sleep(24 * time.Hour)
		}
	})
}

// A route that is closed to the account rejects each token. A program that says so each time costs few logins, and all
// other calls go on with the token.
func TestP8ReplaceForAClosedRoute(t *testing.T) {
	for name, every := range map[string]time.Duration{
		"under load": 50 * time.Millisecond, "now and then": 7 * time.Second, "rarely": 2 * time.Minute,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := bezalaService.start(t, sandbox.Config{Latency: 10 * time.Millisecond})
				c := bezalaService.client(t, srv)
				began, early, calls := time.Now(), 0, 0
				for time.Since(began) < time.Hour {
					token := mustToken(t, c)
					next, err := c.Replace(t.Context(), token)
					if err != nil || !srv.Valid(next.Value()) {
						t.Fatalf("%v, %v", next, err)
					}
					if time.Since(began) < 5*time.Minute {
						early = srv.Counts().Logins
					}
					calls++
					time.Sleep(every)
				}
				if logins := srv.Counts().Logins; early > 11 || logins > 31 || logins < 3 {
					t.Errorf("%d logins in 5 min and %d in an hour for %d calls; want at most 10 and 30, and the first one",
						early, logins, calls)
				}
			})
		})
	}
}

// If no other token comes, the rejected one goes on serving: only the service knows whether it is dead.
func TestP8ReplaceKeepsTheTokenUntilThereIsAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{Latency: time.Second})
		c := bezalaService.client(t, srv)
		token := mustToken(t, c)
		srv.SetOutage(sandbox.Outage{Kind: sandbox.ErrorJSON, Scope: sandbox.Logins})
		for range 20 {
			_, err := c.Replace(t.Context(), token)
			wantErr(t, err, client.ErrUnavailable)
			if !mustToken(t, c).Equal(token) {
				t.Error("the token was dropped")
			}
		}
		wantLogins(t, srv, 2) // the others meet the pause after a failure
		srv.SetOutage(sandbox.Outage{})
		time.Sleep(2 * time.Second)
		go func() {
			_, _ = c.Replace(t.Context(), token) // what comes of it is seen below
		}()
		synctest.Wait()
		if !mustToken(t, c).Equal(token) {
			t.Error("other calls wait for the login")
		}
		time.Sleep(2 * time.Second)
		if mustToken(t, c).Equal(token) {
			t.Error("there is no other token")
		}
	})
}

// Who comes with a token that is held no more gets the one that is, without a login.
func TestP8ReplaceOfAnotherToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		c := bezalaService.client(t, srv)
		first, err := c.Replace(t.Context(), client.Token{})
		if err != nil {
			t.Fatal(err)
		}
		second, err := c.Replace(t.Context(), first)
		if err != nil || second.Equal(first) {
			t.Fatalf("%v, %v", second, err)
		}
		for range 10 {
			time.Sleep(time.Minute)
			if again, err := c.Replace(t.Context(), first); err != nil || !again.Equal(second) {
				t.Errorf("%v, %v", again, err)
			}
		}
		wantLogins(t, srv, 2)
	})
}

// A token that has expired is not handed out, whatever the pause says.
func TestP6ReplaceHandsOutNoExpiredToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := becardService.start(t, sandbox.Config{TokenLifetime: time.Minute})
		c := becardService.client(t, srv)
		token := mustToken(t, c)
		for range 7 {
			next, err := c.Replace(t.Context(), token)
			if err != nil || !srv.Valid(next.Value()) {
				t.Errorf("%v, %v", next, err)
			}
			token = next
		}
		time.Sleep(time.Hour)
		if next, err := c.Replace(t.Context(), token); err != nil || !srv.Valid(next.Value()) {
			t.Errorf("%v, %v", next, err)
		}
	})
}

// Of several clients with a store, one logs in for all.
func TestP9ReplaceSharesOneLogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{Latency: 100 * time.Millisecond})
		clients := fleet(t, srv, few, &clienttest.MemoryStore{}, "your-password")
		dead := mustToken(t, clients[0])
		all(t, clients, func(client.Token, error) {})
		srv.RevokeAll()
		atOnce(few, func(i int) {
			if next, err := clients[i].Replace(t.Context(), dead); err != nil || !srv.Valid(next.Value()) {
				t.Errorf("%v, %v", next, err)
			}
		})
		wantLogins(t, srv, 2)
	})
}
