package sandbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

func TestOutages(t *testing.T) {
	for name, c := range map[string]struct {
		outage      sandbox.Outage
		status      int
		contentType string
		body        func(*world) string // prefix
		location    string
	}{
		"json": {
			sandbox.Outage{Kind: sandbox.ErrorJSON}, 503, asJSON,
			func(w *world) string { return w.bodies[503] }, "",
		},
		"json 500": {
			sandbox.Outage{Kind: sandbox.ErrorJSON, Status: 500}, 500, asJSON,
			func(w *world) string { return w.bodies[503][:5] }, "",
		},
		"html": {
			sandbox.Outage{Kind: sandbox.ErrorHTML}, 503, "text/html; charset=utf-8",
			func(*world) string { return "<!doctype html>\n<html><head><title>Service Unavailable" }, "",
		},
		"firewall": {
			sandbox.Outage{Kind: sandbox.ErrorHTML, Status: 403}, 403, "text/html; charset=utf-8",
			func(*world) string { return "<!doctype html>\n<html><head><title>Forbidden" }, "",
		},
		"portal": {
			sandbox.Outage{Kind: sandbox.ErrorHTML, Status: 200}, 200, "text/html; charset=utf-8",
			func(*world) string { return "<!doctype html>" }, "",
		},
		"redirect": {
			sandbox.Outage{Kind: sandbox.Redirect}, 302, "text/html; charset=utf-8",
			func(*world) string { return "<!doctype html>" }, "https://elsewhere.example/",
		},
		"redirect 307": {
			sandbox.Outage{Kind: sandbox.Redirect, Status: 307, Location: "http://127.0.0.1:1/x"}, 307,
			"text/html; charset=utf-8", func(*world) string { return "<!doctype html>" }, "http://127.0.0.1:1/x",
		},
		"429": {
			sandbox.Outage{Kind: sandbox.TooManyRequests, Dialect: sandbox.Nginx}, 429,
			"text/html; charset=utf-8", func(*world) string { return "<!doctype html>" }, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			everywhere(t, sandbox.Config{}, func(t *testing.T, w *world) {
				token := w.mustLogin()
				w.SetOutage(c.outage)
				for _, got := range []result{w.login(w.Accounts()[0]), w.resourceWith(token), w.resourceWith("")} {
					if got.status != c.status || got.header.Get("Content-Type") != c.contentType ||
						!strings.HasPrefix(got.body, c.body(w)) || got.header.Get("Location") != c.location {
						t.Errorf("%d %v %s", got.status, got.header, got.body)
					}
				}
				w.SetOutage(sandbox.Outage{})
				w.wantAlive(token)
				if c := w.Counts(); c.Logins != 1 || c.LoginRequests != 2 || c.Refused != 0 {
					t.Errorf("%+v", c)
				}
			})
		})
	}
}

func TestGarbageIsNoJSON(t *testing.T) {
	w := newWorld(t, service(t, "bezala"), sandbox.Config{})
	w.client.Transport = w.client.Transport.(*checked).next // it breaks the spec, as it must
	w.SetOutage(sandbox.Outage{Kind: sandbox.GarbageJSON})
	got := w.login(w.Accounts()[0])
	if got.status != 200 || got.header.Get("Content-Type") != asJSON || json.Valid([]byte(got.body)) {
		t.Errorf("%d %v %s", got.status, got.header, got.body)
	}
}

func TestOutageScopeAndTimes(t *testing.T) {
	everywhere(t, sandbox.Config{}, func(t *testing.T, w *world) {
		token := w.mustLogin()
		statuses := func(want ...int) {
			t.Helper()
			for _, status := range want {
				if got := w.login(w.Accounts()[0]); got.status != status {
					t.Errorf("login: %d, want %d", got.status, status)
				}
			}
		}
		w.SetOutage(sandbox.Outage{Kind: sandbox.ErrorHTML, Status: 502, Scope: sandbox.Logins, Times: 2})
		w.wantAlive(token)
		statuses(502, 502, 200)

		w.SetOutage(sandbox.Outage{Kind: sandbox.ErrorJSON, Status: 401, Scope: sandbox.Protected})
		statuses(200)
		if got := w.resourceWith(token); got.status != 401 {
			t.Errorf("resource: %d", got.status)
		}

		w.SetOutage(sandbox.Outage{Kind: sandbox.TooManyRequests, Wait: 7 * time.Second, Times: 1})
		if got := w.resourceWith(token); got.status != 429 || got.header.Get("Retry-After") != "7" {
			t.Errorf("resource: %d %v", got.status, got.header)
		}
		w.wantAlive(token)
		w.wantCounts(sandbox.Counts{
			Requests: 9, LoginRequests: 5, Logins: 3, RateLimited: 1, Protected: 2, Unauthorized: 1,
		})
	})
}

func TestViolationsAreSeenDuringAnOutage(t *testing.T) {
	w := newWorld(t, service(t, "becard"), sandbox.Config{})
	w.SetOutage(sandbox.Outage{Kind: sandbox.ErrorHTML})
	w.do(w.request("POST", "/v1/auth/login", asJSON, "{}"))
	if len(w.Violations()) != 1 {
		t.Error(w.Violations())
	}
}

func TestReset(t *testing.T) {
	everywhere(t, sandbox.Config{}, func(t *testing.T, w *world) {
		w.SetOutage(sandbox.Outage{Kind: sandbox.Reset, Scope: sandbox.Logins})
		if err := failure(w.client.Transport, w.loginRequest(w.Accounts()[0])); !errors.Is(err, syscall.ECONNRESET) {
			t.Error(err)
		}
		if got := w.resourceWith(""); got.status != 401 {
			t.Error(got.status)
		}
	})
}

func TestHang(t *testing.T) {
	everywhere(t, sandbox.Config{}, func(t *testing.T, w *world) {
		w.SetOutage(sandbox.Outage{Kind: sandbox.Hang}) // however long the request is on its way
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		req := w.loginRequest(w.Accounts()[0]).WithContext(ctx)
		if err := failure(w.client.Transport, req); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		w.SetOutage(sandbox.Outage{})
		w.mustLogin()
	})
}

func TestCloseEndsWhatHangs(t *testing.T) {
	for _, hang := range []func(*world){
		func(w *world) { w.SetOutage(sandbox.Outage{Kind: sandbox.Hang}) },
		func(w *world) { w.SetLatency(time.Hour) },
	} {
		everywhere(t, sandbox.Config{}, func(t *testing.T, w *world) {
			hang(w)
			failed := make(chan error)
			req := w.loginRequest(w.Accounts()[0])
			go func() { failed <- failure(w.client.Transport, req) }()
			for w.Counts().LoginRequests == 0 {
				runtime.Gosched()
			}
			w.Close()
			w.Close()
			if err := <-failed; err == nil {
				t.Error("an answer")
			}
			if failure(w.client.Transport, w.loginRequest(w.Accounts()[0])) == nil {
				t.Error("an answer after Close")
			}
		})
	}
}
