package wire_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/retryafter"
	"github.com/latchkey-go/latchkey/client/internal/wire"
)

// What follows a login's 429: another attempt, and the wait before it. The wait is told in any case.
func TestP5WhatFollowsALoginsTooMany(t *testing.T) {
	const unnamed, maxWait = 5 * time.Second, 30 * time.Second // a login's first wait without a hint; the longest
	for name, tt := range map[string]struct {
		header   http.Header
		tries    func(*wire.Tries)
		attempts int
		left     time.Duration // until the context's deadline; 0: it has none
		again    bool
		wait     time.Duration
		named    bool
	}{
		"a wait":                           {header("Retry-After", "7"), nil, 4, 0, true, 7 * time.Second, true},
		"as long as is allowed":            {header("Retry-After", "30"), nil, 4, 0, true, 30 * time.Second, true},
		"a longer one":                     {header("Retry-After", "31"), nil, 4, 0, false, 31 * time.Second, true},
		"before the deadline":              {header("Retry-After", "7"), nil, 4, 8 * time.Second, true, 7 * time.Second, true},
		"at the deadline":                  {header("Retry-After", "7"), nil, 4, 7 * time.Second, false, 7 * time.Second, true},
		"one attempt only":                 {header("Retry-After", "7"), nil, 1, 0, false, 7 * time.Second, true},
		"two attempts":                     {header("Retry-After", "7"), nil, 2, 0, true, 7 * time.Second, true},
		"none, and a quota is known":       {nil, func(tries *wire.Tries) { tries.Hint = 20 * time.Second }, 4, 0, true, 20 * time.Second, false},
		"none, and the shortest quota":     {nil, func(tries *wire.Tries) { tries.Hint = retryafter.Shortest }, 4, 0, true, retryafter.Shortest, false},
		"none, and a shorter one than any": {nil, func(tries *wire.Tries) { tries.Hint = retryafter.Shortest - 1 }, 4, 0, true, unnamed, false},
		"none":                             {nil, nil, 4, 0, true, unnamed, false},
		"none, the third in a row":         {nil, func(tries *wire.Tries) { tries.InARow = 2 }, 4, 0, true, 4 * unnamed, false},
		"none, many in a row":              {nil, func(tries *wire.Tries) { tries.InARow = 99 }, 4, 0, false, 8 * unnamed, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if tt.left > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, tt.left)
					defer cancel()
				}
				tries := wire.LoginTries()
				if tt.tries != nil {
					tt.tries(&tries)
				}
				row := tries.InARow
				again, wait, named := wire.NewPolicy(tt.attempts, maxWait, false).Again(ctx, &tries, tt.header)
				if again != tt.again || named != tt.named || tries.InARow != row+1 {
					t.Errorf("again %t, named %t, %d in a row; want %t, %t, %d", again, named, tries.InARow, tt.again, tt.named, row+1)
				}
				least := tt.wait // a wait that nobody names is up to a fifth less
				if !tt.named && tries.Hint != tt.wait {
					least = tt.wait * 4 / 5
				}
				if wait < least || wait > tt.wait {
					t.Errorf("a wait of %s; want %s to %s", wait, least, tt.wait)
				}
			})
		})
	}
}

// Without a hint a request waits 1 s, then twice as long each time, up to the longest wait.
func TestT4WaitThatNobodyNamesGrows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{answers: []answer{{status: http.StatusTooManyRequests}}}
		resp, err := wire.NewRetry(s, wire.NewPolicy(6, 5*time.Second, false)).RoundTrip(newRequest(t, http.MethodGet, "https://own.example/a", ""))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		for i, want := range []time.Duration{1, 2, 4, 5, 5} {
			want *= time.Second
			if wait := s.at[i+1].Sub(s.at[i]); wait < want*4/5 || wait > want {
				t.Errorf("wait %d is %s; want %s, or up to a fifth less", i+1, wait, want)
			}
		}
	})
}

// A user's own Backoff is told how many attempts there were, and a CheckRetry that fails allows none.
func TestP5UsersOwnPolicyDecidesAboutLogins(t *testing.T) {
	var attempts []int
	policy := wire.NewPolicy(4, time.Minute, false)
	policy.Backoff = func(least, most time.Duration, attempt int, resp *http.Response) time.Duration {
		attempts = append(attempts, attempt)
		if least != 0 || most != time.Minute || resp.StatusCode != http.StatusTooManyRequests {
			t.Errorf("it is told %s, %s and %d", least, most, resp.StatusCode)
		}
		return time.Second
	}
	tries := wire.LoginTries()
	for range 2 {
		if again, wait, _ := policy.Again(t.Context(), &tries, nil); !again || wait != time.Second {
			t.Errorf("again %t, after %s; want true after 1 s", again, wait)
		}
	}
	if len(attempts) != 2 || attempts[0] != 0 || attempts[1] != 1 {
		t.Errorf("it is told of %v attempts before; want 0 and 1", attempts)
	}
	policy.CheckRetry = func(_ context.Context, _ *http.Response, _ error) (bool, error) { return true, context.Canceled }
	if again, _, _ := policy.Again(t.Context(), &tries, nil); again {
		t.Error("another attempt, though CheckRetry has failed")
	}
}
