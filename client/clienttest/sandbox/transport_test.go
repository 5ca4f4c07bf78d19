package sandbox_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// body counts how often it is closed.
type body struct {
	io.Reader
	closed atomic.Int32
}

func (b *body) Close() error {
	b.closed.Add(1)
	return nil
}

func inProcess(t *testing.T, name string) *world {
	t.Helper()
	return newWorld(t, service(t, name), sandbox.Config{InProcess: true})
}

func TestTransportClosesTheBody(t *testing.T) {
	w := inProcess(t, "becard")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, prepare := range map[string]func(*http.Request) *http.Request{
		"answered":     func(r *http.Request) *http.Request { return r },
		"other host":   func(r *http.Request) *http.Request { r.URL.Host = "elsewhere.example"; return r },
		"ctx is over":  func(r *http.Request) *http.Request { return r.WithContext(ended) },
		"wrong length": func(r *http.Request) *http.Request { r.ContentLength = 99; return r },
		"no URL":       func(r *http.Request) *http.Request { r.URL = nil; return r },
	} {
		b := &body{Reader: strings.NewReader(`{"email":"a","password":"b"}`)}
		req := w.request("POST", "/v1/auth/login", asJSON, "")
		req.Body, req.ContentLength = b, -1
		err := failure(w.Transport(), prepare(req))
		if (err == nil) != (name == "answered") {
			t.Errorf("%s: %v", name, err)
		}
		if name != "ctx is over" && b.closed.Load() != 1 {
			t.Errorf("%s: closed %d times", name, b.closed.Load())
		}
	}
	synctest.Test(t, func(t *testing.T) { // a goroutine of the context closes it, and the bubble waits for that
		b := &body{Reader: strings.NewReader("x")}
		w := inProcess(t, "becard")
		req := w.request("POST", "/v1/auth/login", asJSON, "").WithContext(ended)
		req.Body = b
		if err := failure(w.Transport(), req); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		synctest.Wait()
		if b.closed.Load() != 1 {
			t.Errorf("closed %d times", b.closed.Load())
		}
	})
}

func TestTransportReachesItsOwnOriginAlone(t *testing.T) {
	w := inProcess(t, "bezala")
	if w.URL != "https://bezala.sandbox.example" {
		t.Error(w.URL)
	}
	for _, url := range []string{
		"http://bezala.sandbox.example/api/accounts", "https://becard.sandbox.example/api/accounts",
		"https://bezala.sandbox.example:8443/api/accounts", "https://app.bezala.com/api/accounts?token=" + marker,
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		err = failure(w.Transport(), req)
		if err == nil || strings.Contains(err.Error(), marker) {
			t.Errorf("%s: %v", url, err)
		}
	}
	w.wantCounts(sandbox.Counts{})
}

// A server with a listener has a transport too.
func TestTransportOfAListeningServer(t *testing.T) {
	w := newWorld(t, service(t, "becard"), sandbox.Config{})
	w.client.Transport = w.Transport()
	w.wantAlive(w.mustLogin())
}

func TestTransportEndsABodyThatNobodyWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := inProcess(t, "becard")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		pipe, _ := io.Pipe()
		req := w.request("POST", "/v1/auth/login", asJSON, "").WithContext(ctx)
		req.Body, req.ContentLength = pipe, -1
		if err := failure(w.Transport(), req); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		w.wantCounts(sandbox.Counts{})
	})
}

func TestTransportLeavesTheRequestAlone(t *testing.T) {
	w := inProcess(t, "formlogin")
	req := w.loginRequest(w.Accounts()[0])
	before := req.Clone(t.Context())
	resp, err := w.Transport().RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if req.URL.String() != before.URL.String() || req.Host != before.Host || req.RequestURI != "" || len(req.Header) != len(before.Header) {
		t.Errorf("%+v", req)
	}
	if resp.Request != req || resp.Status != "200 OK" || resp.ProtoMajor != 1 {
		t.Errorf("%+v", resp)
	}
}

func TestTransportTakesHeadersAsAWireDoes(t *testing.T) {
	w := inProcess(t, "formlogin")
	token := w.mustLogin()
	req := w.request("GET", "/users/me", "", "")
	req.Method = ""
	req.Header = http.Header{"authorization": {"Bearer " + token}}
	if got := w.do(req); got.status != 200 || got.body != `{"username":"user@example.com"}` {
		t.Errorf("%d %s", got.status, got.body)
	}
}

func TestHeadHasNoBody(t *testing.T) {
	w := inProcess(t, "formlogin")
	resp, err := w.Transport().RoundTrip(w.request("HEAD", "/users/me", "", ""))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if b, err := io.ReadAll(resp.Body); err != nil || len(b) > 0 || resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("%s %q %v", resp.Status, b, err)
	}
}

// A Server is a handler for any listener.
func TestServeHTTP(t *testing.T) {
	w := inProcess(t, "becard")
	tls := httptest.NewTLSServer(w.Server)
	defer tls.Close()
	w.URL, w.client.Transport = tls.URL, tls.Client().Transport
	w.wantAlive(w.mustLogin())
}

// All controls are used at once, for the race detector. Some numbers must hold in any order.
func TestConcurrentUse(t *testing.T) {
	everywhere(t, sandbox.Config{}, func(t *testing.T, w *world) {
		accounts := w.Accounts()
		var running sync.WaitGroup
		for range 8 {
			running.Go(func() {
				for range 5 {
					if got := w.login(accounts[0]); got.status == 200 {
						w.resourceWith(w.token(t, got.body))
					}
					w.Accounts()
					w.Counts()
					w.Violations()
				}
			})
		}
		for range 20 {
			w.SetAccounts(accounts)
			w.SetLatency(time.Millisecond)
			w.SetClockOffset(time.Second)
			w.SetTokenLifetime(time.Hour)
			w.SetRateLimit(sandbox.RateLimit{Requests: 3, Window: time.Millisecond})
			w.SetOutage(sandbox.Outage{Kind: sandbox.ErrorHTML, Times: 1})
			w.Revoke("x")
			w.RevokeAll()
		}
		running.Wait()
		c := w.Counts()
		if c.LoginRequests != 40 || c.Logins+c.RateLimited > 40 || c.Refused > 0 || c.Violations > 0 {
			t.Errorf("%+v", c)
		}
	})
}
