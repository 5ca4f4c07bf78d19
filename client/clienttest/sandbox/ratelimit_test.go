package sandbox_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// The fake clock starts at 2000-01-01 00:00:00 UTC, which is 946684800.
func TestDialects(t *testing.T) {
	const json, html, text = "application/json", "text/html; charset=utf-8", "text/plain; charset=utf-8"
	type headers = map[string]string
	want := map[sandbox.Dialect]struct {
		contentType string
		headers     headers
	}{
		sandbox.RetryAfter:   {json, headers{"Retry-After": "60"}},
		sandbox.RetryAfterMS: {json, headers{"Retry-After-Ms": "59500"}},
		sandbox.Nginx:        {html, headers{}},
		sandbox.Laravel: {json, headers{
			"X-Ratelimit-Limit": "2", "X-Ratelimit-Remaining": "0",
			"Retry-After": "60", "X-Ratelimit-Reset": "946684890",
		}},
		sandbox.ExpressLegacy: {text, headers{
			"X-Ratelimit-Limit": "2", "X-Ratelimit-Remaining": "0",
			"X-Ratelimit-Reset": "946684890", "Retry-After": "60",
		}},
		sandbox.ExpressDraft6: {text, headers{
			"Ratelimit-Policy": "2;w=60", "Ratelimit-Limit": "2", "Ratelimit-Remaining": "0",
			"Ratelimit-Reset": "60", "Retry-After": "60",
		}},
		sandbox.FlaskHTTPDate: {html, headers{"Retry-After": "Sat, 01 Jan 2000 00:01:30 GMT"}},
		sandbox.IETF:          {json, headers{"Ratelimit-Policy": `"login";q=2;w=60`, "Ratelimit": `"login";r=0;t=60`}},
		sandbox.NestJS:        {json, headers{"Retry-After": "60", "X-Ratelimit-Reset": "60"}},
		sandbox.NestJSNamed:   {json, headers{"Retry-After-Login": "60", "X-Ratelimit-Reset-Short": "1"}},
		sandbox.NoHeaders:     {json, headers{}},
	}
	if len(sandbox.Dialects()) != len(want) {
		t.Errorf("Dialects() = %v", sandbox.Dialects())
	}
	for _, dialect := range sandbox.Dialects() {
		t.Run(dialect.String(), func(t *testing.T) {
			cfg := sandbox.Config{
				RateLimit:   sandbox.RateLimit{Requests: 2, Window: time.Minute, Dialect: dialect},
				ClockOffset: 30 * time.Second,
			}
			onFakeClock(t, cfg, func(t *testing.T, w *world) {
				w.mustLogin()
				time.Sleep(500 * time.Millisecond)
				w.mustLogin()
				got := w.login(w.Accounts()[0])
				if got.status != 429 || got.header.Get("Content-Type") != want[dialect].contentType {
					t.Errorf("%d %v", got.status, got.header)
				}
				if sent := hints(got.header); !maps.Equal(sent, want[dialect].headers) {
					t.Errorf("headers\n got %q\nwant %q", sent, want[dialect].headers)
				}
				switch want[dialect].contentType {
				case json:
					if got.body != w.bodies[429] {
						t.Errorf("body %s", got.body)
					}
				case html:
					if !strings.HasPrefix(got.body, "<!doctype html>") {
						t.Errorf("body %s", got.body)
					}
				default:
					if got.body != "Too many requests, try again later." {
						t.Errorf("body %s", got.body)
					}
				}
			})
		})
	}
}

// hints are the headers that tell how long to wait.
func hints(header http.Header) map[string]string {
	sent := map[string]string{}
	for name := range header {
		if strings.HasPrefix(name, "Retry") || strings.Contains(name, "Ratelimit") {
			sent[name] = header.Get(name)
		}
	}
	return sent
}

func TestRateLimitOverASocket(t *testing.T) {
	for _, dialect := range sandbox.Dialects() {
		for _, f := range fixtures {
			limit := sandbox.RateLimit{Requests: 1, Window: time.Hour, Dialect: dialect}
			w := newWorld(t, f, sandbox.Config{RateLimit: limit})
			token := w.mustLogin()
			got := w.login(w.Accounts()[0])
			silent := dialect == sandbox.Nginx || dialect == sandbox.NoHeaders
			if got.status != 429 || silent != (len(hints(got.header)) == 0) {
				t.Errorf("%s, %v: %d %v", f.name, dialect, got.status, got.header)
			}
			w.wantAlive(token)
			w.wantCounts(sandbox.Counts{Requests: 3, LoginRequests: 2, Logins: 1, RateLimited: 1, Protected: 1})
		}
	}
}

func TestWindowIsFixedAndExact(t *testing.T) {
	cfg := sandbox.Config{RateLimit: sandbox.RateLimit{Requests: 2, Window: 10 * time.Second}}
	onFakeClock(t, cfg, func(t *testing.T, w *world) {
		wrong := w.Accounts()[0]
		wrong.Secret = other(wrong.Secret)
		step := func(a sandbox.Account, status int, retryAfter string) {
			t.Helper()
			got := w.login(a)
			if got.status != status || got.header.Get("Retry-After") != retryAfter {
				t.Errorf("%d Retry-After %q, want %d %q", got.status, got.header.Get("Retry-After"), status, retryAfter)
			}
		}
		right := w.Accounts()[0]
		time.Sleep(time.Hour)
		step(right, 200, "")
		time.Sleep(4 * time.Second)
		step(wrong, w.status, "") // refused ones count too
		step(right, 429, "6")
		time.Sleep(6*time.Second - time.Nanosecond)
		step(right, 429, "1")
		time.Sleep(time.Nanosecond)
		step(right, 200, "")
		step(right, 200, "")
		step(right, 429, "10")
		w.SetRateLimit(sandbox.RateLimit{Requests: 1})
		step(right, 200, "")
		step(right, 429, "60")
		w.SetRateLimit(sandbox.RateLimit{})
		step(right, 200, "")
	})
}

// After a 429 NestJS limits all requests for a whole window, which further ones do not make longer.
func TestNestJSBlocksForAWindow(t *testing.T) {
	cfg := sandbox.Config{RateLimit: sandbox.RateLimit{Requests: 1, Window: 10 * time.Second, Dialect: sandbox.NestJS}}
	onFakeClock(t, cfg, func(t *testing.T, w *world) {
		w.mustLogin()
		for i, want := range []string{"10", "6", "2"} {
			time.Sleep(4 * time.Second)
			if got := w.login(w.Accounts()[0]); got.header.Get("Retry-After") != want {
				t.Errorf("429 %d: Retry-After %q, want %q", i, got.header.Get("Retry-After"), want)
			}
		}
		time.Sleep(2 * time.Second)
		w.mustLogin()
	})
}

// bleepay's document limits each operation: 5 requests in 300 s to sign in and to get a challenge, 10 in 600 s to read
// vouchers.
func TestDocumentedLimits(t *testing.T) {
	cfg := sandbox.Config{RateLimit: sandbox.RateLimit{Documented: true, Dialect: sandbox.RetryAfter, Requests: 1}}
	onFakeClockOnly(t, service(t, "bleepay"), cfg, func(t *testing.T, w *world) {
		want := func(what string, got result, retryAfter string) {
			t.Helper()
			if (got.status == 429) != (retryAfter != "") || got.header.Get("Retry-After") != retryAfter {
				t.Errorf("%s: %d, Retry-After %q, want %q", what, got.status, got.header.Get("Retry-After"), retryAfter)
			}
		}
		var token string
		for range 5 {
			token = w.mustLogin()
			want("challenge", w.do(w.request("GET", "/api/v1/auth/get-challenge", "", "")), "")
		}
		time.Sleep(time.Second)
		want("login", w.login(w.Accounts()[1]), "299")
		want("challenge", w.do(w.request("GET", "/api/v1/auth/get-challenge", "", "")), "299")
		for range 10 {
			want("vouchers", w.resourceWith(token), "")
		}
		want("vouchers", w.resourceWith(token), "600")
		time.Sleep(299 * time.Second)
		want("login", w.login(w.Accounts()[1]), "")
		want("vouchers", w.resourceWith(token), "301")
	})
	// becard's document states none.
	onFakeClockOnly(t, service(t, "becard"), cfg, func(_ *testing.T, w *world) {
		for range 20 {
			w.mustLogin()
		}
	})
}

// A dialect prints as its name, and an unknown one as its number.
func TestDialectString(t *testing.T) {
	if got := fmt.Sprint(sandbox.FlaskHTTPDate, sandbox.Dialect(-1), sandbox.Dialect(99)); got != "FlaskHTTPDate Dialect(-1) Dialect(99)" {
		t.Error(got)
	}
}

// A caller that waits until the announced second is let in, since the second is rounded up.
func TestAnnouncedSecondsAreRoundedUp(t *testing.T) {
	for dialect, want := range map[sandbox.Dialect]map[string]string{
		sandbox.RetryAfter:    {"Retry-After": "2"},
		sandbox.RetryAfterMS:  {"Retry-After-Ms": "1201"},
		sandbox.FlaskHTTPDate: {"Retry-After": "Sat, 01 Jan 2000 00:00:02 GMT"},
		sandbox.ExpressLegacy: {
			"Retry-After": "2", "X-Ratelimit-Reset": "946684802", "X-Ratelimit-Limit": "1", "X-Ratelimit-Remaining": "0",
		},
	} {
		onFakeClock(t, sandbox.Config{}, func(t *testing.T, w *world) {
			wait := 1200*time.Millisecond + time.Nanosecond
			w.SetOutage(sandbox.Outage{Kind: sandbox.TooManyRequests, Wait: wait, Dialect: dialect})
			if got := hints(w.login(w.Accounts()[0]).header); !maps.Equal(got, want) {
				t.Errorf("%v: %q, want %q", dialect, got, want)
			}
			w.SetOutage(sandbox.Outage{Kind: sandbox.TooManyRequests, Wait: -time.Hour})
			if got := w.login(w.Accounts()[0]).header.Get("Retry-After"); got != "0" {
				t.Errorf("negative wait: Retry-After %q", got)
			}
		})
	}
}
