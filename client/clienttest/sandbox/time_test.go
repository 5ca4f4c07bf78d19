package sandbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

func (w *world) wantAlive(token string) {
	w.t.Helper()
	if got := w.resourceWith(token); got.status != 200 {
		w.t.Errorf("live token: %d %s", got.status, got.body)
	}
}

func (w *world) wantDead(token string) {
	w.t.Helper()
	if got := w.resourceWith(token); got.status != 401 || got.body != w.bodies[401] {
		w.t.Errorf("dead token: %d %s", got.status, got.body)
	}
}

func TestTokensDieTheInstantTheyExpire(t *testing.T) {
	test := func(lifetime time.Duration) func(*testing.T, *world) {
		return func(_ *testing.T, w *world) {
			token := w.mustLogin()
			time.Sleep(lifetime - time.Nanosecond)
			w.wantAlive(token)
			time.Sleep(time.Nanosecond)
			w.wantDead(token)
			if len(w.Violations()) > 0 {
				w.t.Error(w.Violations()) // an expired token breaks no spec
			}
			w.wantCounts(sandbox.Counts{Requests: 3, LoginRequests: 1, Logins: 1, Protected: 1, Unauthorized: 1})
		}
	}
	onFakeClock(t, sandbox.Config{TokenLifetime: 10 * time.Minute}, test(10*time.Minute))
	onFakeClock(t, sandbox.Config{TokenLifetime: time.Hour, ClockOffset: -90 * time.Second}, test(time.Hour))
	for name, lifetime := range map[string]time.Duration{"becard": 24 * time.Hour, "bleepay": time.Hour} {
		t.Run(name+" as usual", func(t *testing.T) {
			onFakeClockOnly(t, service(t, name), sandbox.Config{}, test(lifetime))
		})
	}
	for _, name := range []string{"bezala", "formlogin"} {
		t.Run(name+" as usual", func(t *testing.T) {
			onFakeClockOnly(t, service(t, name), sandbox.Config{}, func(_ *testing.T, w *world) {
				token := w.mustLogin()
				time.Sleep(50 * 365 * 24 * time.Hour)
				w.wantAlive(token)
			})
		})
	}
}

func TestAnnouncedExpiryIsOnTheServicesClock(t *testing.T) {
	for _, offset := range []time.Duration{0, 90 * time.Second, -48 * time.Hour} {
		cfg := sandbox.Config{ClockOffset: offset, TokenLifetime: 30 * time.Minute}
		onFakeClock(t, cfg, func(t *testing.T, w *world) {
			now := time.Now().Add(offset)
			got := w.login(w.Accounts()[0])
			if date, err := http.ParseTime(got.header.Get("Date")); err != nil || !date.Equal(now) {
				t.Errorf("Date %q, want %v", got.header.Get("Date"), now)
			}
			var answer struct {
				ExpiresAt time.Time `json:"expires_at"`
				ExpiresIn int64     `json:"expires_in"`
			}
			if err := json.Unmarshal([]byte(got.body), &answer); err != nil {
				t.Fatal(err)
			}
			switch w.name {
			case "becard":
				if !answer.ExpiresAt.Equal(now.Add(30 * time.Minute)) {
					t.Errorf("expires_at %v at %v", answer.ExpiresAt, now)
				}
			case "bleepay":
				claims := claimsOf(t, w.token(t, got.body))
				if claims["iat"] != float64(now.Unix()) || claims["exp"] != float64(now.Unix()+1800) {
					t.Errorf("claims %v at %d", claims, now.Unix())
				}
			case "formlogin":
				if answer.ExpiresIn != 1800 {
					t.Errorf("expires_in %d", answer.ExpiresIn)
				}
			}
		})
	}
}

// becard enforces the end that it announces, to the microsecond, which is all that the document's format can show.
func TestBecardExpiresAtIsExact(t *testing.T) {
	cfg := sandbox.Config{TokenLifetime: time.Minute + 1234567*time.Nanosecond}
	onFakeClockOnly(t, service(t, "becard"), cfg, func(t *testing.T, w *world) {
		got := w.login(w.Accounts()[0])
		var answer struct {
			ExpiresAt time.Time `json:"expires_at"`
		}
		if err := json.Unmarshal([]byte(got.body), &answer); err != nil {
			t.Fatal(err)
		}
		if lifetime := time.Until(answer.ExpiresAt); lifetime != time.Minute+1234*time.Microsecond {
			t.Errorf("announced %v", lifetime)
		}
		time.Sleep(time.Until(answer.ExpiresAt) - time.Nanosecond)
		w.wantAlive(w.token(t, got.body))
		time.Sleep(time.Nanosecond)
		w.wantDead(w.token(t, got.body))
	})
}

func TestSetTokenLifetimeIsForTokensToCome(t *testing.T) {
	onFakeClock(t, sandbox.Config{TokenLifetime: time.Hour}, func(_ *testing.T, w *world) {
		long := w.mustLogin()
		w.SetTokenLifetime(time.Minute)
		short := w.mustLogin()
		w.SetTokenLifetime(-time.Second)
		stillborn := w.mustLogin()
		w.wantDead(stillborn)
		time.Sleep(time.Minute)
		w.wantDead(short)
		w.wantAlive(long)
	})
}

func TestSetClockOffsetMovesEveryExpiry(t *testing.T) {
	onFakeClock(t, sandbox.Config{TokenLifetime: time.Hour}, func(_ *testing.T, w *world) {
		token := w.mustLogin()
		w.SetClockOffset(time.Hour - time.Nanosecond)
		w.wantAlive(token)
		w.SetClockOffset(time.Hour)
		w.wantDead(token)
		w.SetClockOffset(0)
		w.wantAlive(token)
	})
}

func TestRevoke(t *testing.T) {
	everywhere(t, sandbox.Config{}, func(_ *testing.T, w *world) {
		first, second := w.mustLogin(), w.mustLogin()
		w.Revoke(first)
		w.wantDead(first)
		w.wantAlive(second)
		w.RevokeAll()
		w.wantDead(second)
		w.wantAlive(w.mustLogin())
	})
}

func TestTokensThatAreNone(t *testing.T) {
	everywhere(t, sandbox.Config{}, func(_ *testing.T, w *world) {
		token := w.mustLogin()
		for _, header := range [][]string{
			nil, {""}, {"Bearer"}, {"Bearer "}, {"Bearer x"}, {"Bearer " + token + "x"}, {"Bearer  " + token},
			{token}, {"bearer " + token}, {"Token " + token}, {"Bearer " + token, "Bearer " + token},
		} {
			req := w.request("GET", w.resource, "", "")
			req.Header["Authorization"] = header
			if got := w.do(req); got.status != 401 || got.body != w.bodies[401] {
				w.t.Errorf("%d %s", got.status, got.body)
			}
		}
		if len(w.Violations()) > 0 {
			w.t.Error(w.Violations())
		}
	})
}

func TestBezalaTakesTheTokenParameterToo(t *testing.T) {
	w := newWorld(t, service(t, "bezala"), sandbox.Config{})
	token := w.mustLogin()
	for query, status := range map[string]int{
		"?token=" + token: 200, "?token=x": 401, "?token=": 401, "?token=" + token + "&token=" + token: 401,
	} {
		if got := w.do(w.request("GET", "/api/accounts"+query, "", "")); got.status != status {
			t.Errorf("%d %s, want %d", got.status, got.body, status)
		}
	}
}

// Bezala's tokens die when the user is removed or the password changes. Those of the others live on.
func TestSetAccounts(t *testing.T) {
	everywhere(t, sandbox.Config{}, func(t *testing.T, w *world) {
		old := w.Accounts()[0]
		token := w.mustLogin()
		changed := old
		changed.Secret = other(old.Secret)

		w.SetAccounts([]sandbox.Account{old, {Method: old.Method, Name: "other@example.com", Secret: "12345678"}})
		w.wantAlive(token)
		w.SetAccounts([]sandbox.Account{changed})
		if w.name == "bezala" {
			w.wantDead(token)
		} else {
			w.wantAlive(token)
		}
		if got := w.login(old); got.status != w.status {
			t.Errorf("old secret: %d", got.status)
		}
		if got := w.login(changed); got.status != 200 {
			t.Errorf("new secret: %d", got.status)
		}
		w.SetAccounts([]sandbox.Account{})
		if got := w.login(changed); got.status != w.status {
			t.Errorf("no accounts: %d", got.status)
		}
		w.SetAccounts(nil)
		w.wantAlive(w.mustLogin())
	})
}

// A Google token changes every hour. That is no change of the user's password.
func TestBezalaTokensOutliveTheProvidersToken(t *testing.T) {
	w := newWorld(t, service(t, "bezala"), sandbox.Config{})
	google := w.Accounts()[1]
	token := w.token(t, w.login(google).body)
	google.Secret = "next"
	w.SetAccounts([]sandbox.Account{google})
	w.wantAlive(token)
	w.SetAccounts([]sandbox.Account{})
	w.wantDead(token)
}

func TestLatency(t *testing.T) {
	onFakeClock(t, sandbox.Config{Latency: 700 * time.Millisecond}, func(t *testing.T, w *world) {
		start := time.Now()
		token := w.mustLogin()
		if passed := time.Since(start); passed != 700*time.Millisecond {
			t.Errorf("login took %v", passed)
		}
		w.SetLatency(2 * time.Second)
		start = time.Now()
		w.wantAlive(token)
		if passed := time.Since(start); passed != 2*time.Second {
			t.Errorf("call took %v", passed)
		}

		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		start = time.Now()
		err := failure(w.Transport(), w.loginRequest(w.Accounts()[0]).WithContext(ctx))
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 50*time.Millisecond {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		// The server has seen the login and has not answered it: no login happened.
		w.wantCounts(sandbox.Counts{Requests: 3, LoginRequests: 2, Logins: 1, Protected: 1})
	})
}

func TestLatencyOverASocketEndsWithTheCaller(t *testing.T) {
	for _, f := range fixtures {
		w := newWorld(t, f, sandbox.Config{Latency: time.Hour})
		ctx, cancel := context.WithCancel(t.Context())
		req := w.loginRequest(w.Accounts()[0]).WithContext(ctx)
		done := make(chan error)
		go func() { done <- failure(w.client.Transport, req) }()
		for w.Counts().LoginRequests == 0 {
			runtime.Gosched()
		}
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		w.Close() // returns although an hour is not over
	}
}

func TestLatencyIsSharedByConcurrentRequests(t *testing.T) {
	onFakeClock(t, sandbox.Config{Latency: time.Second}, func(t *testing.T, w *world) {
		start := time.Now()
		for range 50 {
			go w.login(w.Accounts()[0])
		}
		synctest.Wait()
		if got := w.Counts(); got.LoginRequests != 50 || got.Logins != 0 {
			t.Errorf("on arrival: %+v", got)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if got := w.Counts(); got.Logins != 50 || time.Since(start) != time.Second {
			t.Errorf("after %v: %+v", time.Since(start), got)
		}
	})
}
