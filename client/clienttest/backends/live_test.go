//go:build unix

package backends_test

import (
	"flag"
	"net/http"
	"testing"
	"time"
)

var recording = flag.Bool("record", false, "write the answers of the live back ends to testdata")

// TestLive plays what is recorded, and more of it.
func TestLive(t *testing.T) {
	for _, b := range backends {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			s := live(t, b, "LOGINS=1000")
			for name, play := range b.scenarios() {
				if name != limit {
					t.Run(name, func(t *testing.T) { s.record(t, name, play) })
				}
			}
			if b.down {
				return
			}
			t.Run("200 requests, two revocations", func(t *testing.T) { revocation(t, s, 200, 67, 134) })
			t.Run("1,000 calls with a wrong password", func(t *testing.T) { wrongPassword(t, s, 1000) })
			if b.limited != "" && !b.silent {
				t.Run("limited requests", func(t *testing.T) { limitedRequests(t, s) })
			}
		})
	}
}

// TestLiveLimit has apps of its own, since logins are few there.
func TestLiveLimit(t *testing.T) {
	for _, b := range backends {
		if !b.unlimited && !b.down {
			t.Run(b.name, func(t *testing.T) {
				t.Parallel()
				s := live(t, b, "LOGINS=2")
				s.record(t, limit, tooManyLogins)
				if !b.onlyWrong {
					limitedLogins(t, s)
				}
			})
		}
	}
}

// limitedLogins logs in more often than the limit allows. Each login succeeds, since the Client waits.
func limitedLogins(t *testing.T, s stage) {
	c, logins := s.client(t, password)
	for range 4 {
		if err := c.LogIn(t.Context()); err != nil {
			t.Error(err)
		}
	}
	t.Logf("%d login requests, of which %d were answered 429", logins.Load(), c.Status().RateLimited)
}

// live returns the stage at a back end that runs.
func live(t *testing.T, b backend, env ...string) stage {
	baseURL, transport := start(t, b, env...)
	return stage{b, baseURL, transport, func(t *testing.T) { revoke(t, baseURL, transport) }}
}

// record plays a scenario, and records it if that is asked for.
func (s stage) record(t *testing.T, name string, play scenario) {
	r := &recorder{base: s.transport, baseURL: s.baseURL}
	s.transport = r
	play(t, s)
	if *recording && !t.Failed() && !t.Skipped() {
		r.write(t, s.name, name)
	}
}

// limitedRequests sends more requests than the limit allows. All succeed, since the Client waits.
func limitedRequests(t *testing.T, s stage) {
	c, _ := s.client(t, password)
	for i := range 7 {
		if status, body := get(t, c, s.limited); status != http.StatusOK {
			t.Errorf("request %d: HTTP %d: %.200q", i, status, body)
		}
	}
}

// uvicorn repeats a connection's first Date, and FastAPI's tokens end in whole seconds. No request of a kind that
// cannot be sent again meets a dead token.
func TestLiveShortTokensBesideAnOldDate(t *testing.T) {
	t.Parallel()
	for _, b := range backends {
		if b.name != "fastapi" && b.name != "django-jwt" {
			continue
		}
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			s := live(t, b, "LIFETIME=5", "LOGINS=1000")
			c, _ := s.client(t, password)
			tick := time.NewTicker(50 * time.Millisecond)
			defer tick.Stop()
			for range 600 {
				<-tick.C
				if status, body := send(t, c, http.MethodPost, s.items, []byte(`{"a":1}`)); status != http.StatusCreated {
					t.Errorf("HTTP %d: %.200q", status, body)
				}
			}
		})
	}
}

// revoke has the app end all tokens.
func revoke(t *testing.T, baseURL string, transport http.RoundTripper) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, baseURL+"/control/revoke", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusNoContent {
		t.Fatal(resp.Status)
	}
}
