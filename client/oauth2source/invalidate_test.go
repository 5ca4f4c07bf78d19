package oauth2source_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/oauth2"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/oauth2source"
)

// A thousand calls that find the token dead get another one, by one login.
func TestP8InvalidateOfADeadToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, c := newBezala(t, "your-password")
		server.SetLatency(100 * time.Millisecond)
		source := oauth2source.New(t.Context(), c)
		dead, err := source.Token()
		if err != nil {
			t.Fatal(err)
		}
		server.RevokeAll()
		var calls sync.WaitGroup
		var served atomic.Int64
		for range 1000 {
			calls.Go(func() {
				replaced, err := source.Invalidate(t.Context(), dead)
				if next, again := source.Token(); replaced && err == nil && again == nil && server.Valid(next.AccessToken) {
					served.Add(1)
				}
			})
		}
		calls.Wait()
		if n := server.Counts().Logins; served.Load() != 1000 || n != 2 {
			t.Errorf("%d of 1000 were served, by %d logins; want all, by 1 more", served.Load(), n)
		}
	})
}

// A program that invalidates at each 401 of a route that is closed to it logs in a few times, also if it makes a source
// for each call. Its other calls always have a token.
func TestP8InvalidateForAClosedRoute(t *testing.T) {
	for _, each := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			server, c := newBezala(t, "your-password")
			source := oauth2source.New(t.Context(), c)
			began, early, calls, replacements := time.Now(), 0, 0, 0
			for time.Since(began) < time.Hour {
				if each {
					source = oauth2source.New(t.Context(), c)
				}
				token, err := source.Token()
				if err != nil || !server.Valid(token.AccessToken) {
					t.Fatalf("no live token: %v", err)
				}
				replaced, err := source.Invalidate(t.Context(), token)
				if err != nil {
					t.Fatal(err)
				}
				if replaced {
					replacements++
				}
				if time.Since(began) < 5*time.Minute {
					early = replacements
				}
				calls++
				time.Sleep(100 * time.Millisecond)
			}
			logins := server.Counts().Logins - 1
			if early > 10 || logins > 30 || logins != replacements || logins == 0 {
				t.Errorf("%d 401s made %d replacements, %d in the first 5 min, and %d logins; want at most 10 and 30", calls, replacements, early, logins)
			}
			t.Logf("%d 401s: %d logins in 5 min, %d in an hour", calls, early, logins)
		})
	}
}

// What is no token of the source's, or none any more, makes no login.
func TestInvalidateOfAnotherToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, c := newBezala(t, "your-password")
		source := oauth2source.New(t.Context(), c)
		if _, err := source.Token(); err != nil {
			t.Fatal(err)
		}
		for name, tt := range map[string]struct {
			token    *oauth2.Token
			replaced bool
		}{
			"nil":     {nil, false},
			"another": {&oauth2.Token{AccessToken: "an old one"}, true},
		} {
			if replaced, err := source.Invalidate(t.Context(), tt.token); err != nil || replaced != tt.replaced {
				t.Errorf("%s: %t, %v; want %t", name, replaced, err, tt.replaced)
			}
		}
		if n := server.Counts().Logins; n != 1 {
			t.Errorf("%d logins; want 1", n)
		}
	})
}

// The wait for another token ends with the call's context, and a failed login keeps the old token.
func TestInvalidateFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, c := newBezala(t, "your-password")
		source := oauth2source.New(t.Context(), c)
		token, err := source.Token()
		if err != nil {
			t.Fatal(err)
		}
		server.SetOutage(sandbox.Outage{Kind: sandbox.Hang, Scope: sandbox.Logins})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if replaced, err := source.Invalidate(ctx, token); replaced || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%t, %v; want a deadline", replaced, err)
		}
		server.SetOutage(sandbox.Outage{Kind: sandbox.ErrorJSON, Scope: sandbox.Logins})
		time.Sleep(time.Minute)
		if replaced, err := source.Invalidate(t.Context(), token); replaced || !errors.Is(err, client.ErrUnavailable) {
			t.Errorf("%t, %v; want ErrUnavailable", replaced, err)
		}
		if held, err := source.Token(); err != nil || held.AccessToken != token.AccessToken {
			t.Errorf("the old token is gone: %v", err)
		}
	})
}
