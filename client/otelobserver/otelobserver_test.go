package otelobserver_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/otelobserver"
)

// A revocation, 429s and a refusal: each login, wait and replay is there once, and no secret and no name of an account.
func TestTelemetryOfARevocationA429AndARefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.get(t, "cold")
		want(t, "spans", w.tree(),
			"cold 2s Unset",
			"cold/latchkey.login method=password service=bezala source=network trigger=cold 1s Unset",
			"cold/latchkey.login/HTTP POST http.response.status_code=200 1s Unset",
			"cold/HTTP GET http.response.status_code=200 1s Unset",
		)

		w.RevokeAll()
		var requests sync.WaitGroup
		for i := range 3 {
			requests.Go(func() {
				time.Sleep(time.Duration(i) * time.Millisecond) // the first one begins the login
				if status := w.get(t, "revoked"); status != http.StatusOK {
					t.Errorf("status %d", status)
				}
			})
		}
		requests.Wait()
		want(t, "spans", w.tree(), slices.Concat(
			slices.Repeat([]string{"revoked/HTTP GET error.type=401 http.response.status_code=401 1s Error"}, 3),
			slices.Repeat([]string{"revoked/HTTP GET http.request.resend_count=1 http.response.status_code=200 1s Unset"}, 3),
			[]string{
				"revoked 3s Unset", "revoked 2.999s Unset", "revoked 2.998s Unset",
				"revoked/latchkey.login method=password service=bezala source=network trigger=rejected 1s Unset",
				"revoked/latchkey.login/HTTP POST http.response.status_code=200 1s Unset",
			})...)

		w.SetOutage(sandbox.Outage{Kind: sandbox.TooManyRequests, Scope: sandbox.Protected, Wait: 5 * time.Second, Times: 2})
		w.get(t, "limited")
		want(t, "spans", w.tree(),
			"limited 13s Unset",
			"limited/HTTP GET error.type=429 http.response.status_code=429 1s Error",
			"limited/HTTP GET error.type=429 http.request.resend_count=1 http.response.status_code=429 1s Error",
			"limited/HTTP GET http.request.resend_count=2 http.response.status_code=200 1s Unset",
		)
		w.SetOutage(sandbox.Outage{Kind: sandbox.TooManyRequests, Scope: sandbox.Logins, Wait: 7 * time.Second, Times: 1})
		if err := w.client.LogIn(t.Context()); err != nil {
			t.Error(err)
		}
		want(t, "spans", w.tree(),
			"latchkey.login method=password service=bezala source=network trigger=asked 9s Unset",
			"latchkey.login/HTTP POST error.type=429 http.response.status_code=429 1s Error",
			"latchkey.login/HTTP POST http.response.status_code=200 1s Unset",
		)

		time.Sleep(10 * time.Minute)
		w.RevokeAll()
		w.password = "wrong-password"
		w.get(t, "refused")
		want(t, "spans", w.tree(),
			"refused 2s Unset",
			"refused/HTTP GET error.type=401 http.response.status_code=401 1s Error",
			"refused/latchkey.login error.type=invalid_credentials http.response.status_code=401 method=password service=bezala source=network trigger=rejected 1s Error",
			"refused/latchkey.login/HTTP POST error.type=401 http.response.status_code=401 1s Error",
		)
		w.get(t, "refused")
		w.get(t, "refused")

		want(t, "metrics", w.numbers(t),
			"latchkey.login.duration [s] method=password service=bezala source=network trigger=asked 1 in 9",
			"latchkey.login.duration [s] method=password service=bezala source=network trigger=cold 1 in 1",
			"latchkey.login.duration [s] method=password service=bezala source=network trigger=rejected 1 in 1",
			"latchkey.login.duration [s] error.type=invalid_credentials method=password service=bezala source=network trigger=rejected 1 in 1",
			"latchkey.login.duration [s] error.type=invalid_credentials method=password service=bezala trigger=rejected 1 in 0",
			"latchkey.login.kept_off [{call}] error.type=invalid_credentials method=password service=bezala 1",
			"latchkey.login.waits [{call}] method=password service=bezala 2",
			"latchkey.rate_limits [{answer}] limited=login method=password service=bezala 1",
			"latchkey.rate_limits [{answer}] limited=request method=password service=bezala 2",
			"latchkey.request.replays [{request}] method=password service=bezala 3",
		)
		text := w.everything(t)
		for _, hidden := range []string{w.Accounts()[0].Name, w.Accounts()[0].Secret, w.password} {
			if strings.Contains(text, hidden) {
				t.Errorf("%q is in\n%s", hidden, text)
			}
		}
	})
}

// A request that was answered 429, and then 401, and is sent again once more.
func TestResendCountGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.get(t, "cold")
		w.tree()
		w.SetOutage(sandbox.Outage{Kind: sandbox.TooManyRequests, Scope: sandbox.Protected, Wait: 5 * time.Second, Times: 1})
		time.AfterFunc(3*time.Second, w.RevokeAll)
		w.get(t, "x")
		want(t, "spans", w.tree(),
			"x 9s Unset",
			"x/HTTP GET error.type=429 http.response.status_code=429 1s Error",
			"x/HTTP GET error.type=401 http.request.resend_count=1 http.response.status_code=401 1s Error",
			"x/latchkey.login method=password service=bezala source=network trigger=rejected 1s Unset",
			"x/latchkey.login/HTTP POST http.response.status_code=200 1s Unset",
			"x/HTTP GET http.request.resend_count=2 http.response.status_code=200 1s Unset",
		)
	})
}

func TestResendCountWithoutABase(t *testing.T) {
	server := sandbox.NewBezala(sandbox.Config{})
	defer server.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := otelobserver.ResendCount(nil).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Error(err)
	}
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
}

// The gauges tell the shortest time and how many accounts are kept off, and nothing when they are stopped.
func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		token := func(expiresIn time.Duration) *client.Client {
			c, err := client.New(tokenLogin{expiresIn})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.Token(t.Context()); err != nil {
				t.Fatal(err)
			}
			return c
		}
		clients := []*client.Client{w.client, token(time.Hour), token(10 * time.Minute), token(0)}
		stop, err := otelobserver.Watch(w.Providers, slices.Values(clients))
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(4 * time.Minute)
		w.password = "wrong-password"
		w.get(t, "refused")
		want(t, "metrics", slices.DeleteFunc(w.numbers(t), func(line string) bool { return strings.Contains(line, "duration") }),
			"latchkey.token.remaining [s] method=given service=own 359",
			"latchkey.login.paused [{account}] method=given reason=refused service=own 0",
			"latchkey.login.paused [{account}] method=given reason=failing service=own 0",
			"latchkey.login.paused [{account}] method=given reason=rate_limited service=own 0",
			"latchkey.login.paused [{account}] method=password reason=refused service=bezala 1",
			"latchkey.login.paused [{account}] method=password reason=failing service=bezala 0",
			"latchkey.login.paused [{account}] method=password reason=rate_limited service=bezala 0",
		)
		if err := stop(); err != nil {
			t.Error(err)
		}
		if lines := w.numbers(t); slices.ContainsFunc(lines, func(line string) bool { return strings.Contains(line, "paused") }) {
			t.Errorf("they are read after stop: %q", lines)
		}
	})
}
