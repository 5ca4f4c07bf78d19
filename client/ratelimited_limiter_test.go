package client_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// The service may limit logins in fixed windows or by a leaky bucket, and say nothing of it. A caller that keeps asking
// has a token soon, and few logins are answered 429.
func TestP5LimiterThatSaysNothing(t *testing.T) {
	for name, tt := range map[string]struct {
		admits      func() func(time.Duration) bool
		within      time.Duration
		most429     int
		loginsFirst int
	}{
		"2 in a window of 60 s": {func() func(time.Duration) bool {
			var window time.Duration = -1
			n := 0
			return func(at time.Duration) bool {
				if now := at / time.Minute; now != window {
					window, n = now, 0
				}
				n++
				return n <= 2
			}
		}, 75 * time.Second, 4, 2},
		"a leaky bucket of 6 in a minute": {func() func(time.Duration) bool {
			var free time.Duration
			return func(at time.Duration) bool {
				if at < free {
					return false
				}
				free = at + 10*time.Second
				return true
			}
		}, 30 * time.Second, 3, 1},
	} {
		t.Run(name, func(t *testing.T) {
			withAndWithoutAStore(t, func(t *testing.T, opts ...client.Option) {
				began, refused, admits := time.Now(), 0, tt.admits()
				c := newClient(t, askingLogin(), append(opts, client.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
					if admits(time.Since(began)) {
						return fine.to(req)
					}
					refused++
					return response{status: http.StatusTooManyRequests}.to(req)
				})))...)
				for range tt.loginsFirst {
					if err := c.LogIn(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				err := c.LogIn(t.Context())
				for err != nil && time.Since(began) < 2*tt.within {
					time.Sleep(100 * time.Millisecond)
					err = c.LogIn(t.Context())
				}
				took := time.Since(began)
				t.Logf("a token after %s, %d logins answered 429", took.Round(time.Millisecond), refused)
				if err != nil || took > tt.within || refused > tt.most429 {
					t.Errorf("%v after %s and %d times 429; want a token within %s and at most %d", err, took, refused, tt.within, tt.most429)
				}
			})
		})
	}
}

// A limiter allows 5 logins in 300 s, and says when there is room again, or only the service's document does. A program
// that logs in all the time is answered 429 once for 5 logins.
func TestP5LimiterIsMetOnceInAWindow(t *testing.T) {
	five := sandbox.RateLimit{Requests: 5, Window: 300 * time.Second}
	documented := sandbox.RateLimit{Documented: true}
	for _, tt := range []struct {
		name    string
		service service
		limit   sandbox.RateLimit
		dialect sandbox.Dialect
		most429 int // in 300 s
	}{
		{"NestJS throttler, default name", formLoginService, five, sandbox.NestJS, 1},
		{"NestJS throttler, named", formLoginService, five, sandbox.NestJSNamed, 1},
		{"bleepay, named", bleepayService, documented, sandbox.NestJSNamed, 1},
		{"bleepay, no hint at all", bleepayService, documented, sandbox.NoHeaders, 2},
		{"bleepay, a page without a hint", bleepayService, documented, sandbox.Nginx, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			withAndWithoutAStore(t, func(t *testing.T, opts ...client.Option) {
				tt.limit.Dialect = tt.dialect
				srv := tt.service.start(t, sandbox.Config{RateLimit: tt.limit})
				began := time.Now()
				var refused []time.Duration
				count := roundTripper(func(req *http.Request) (*http.Response, error) {
					resp, err := srv.Transport().RoundTrip(req)
					if err == nil && resp.StatusCode == http.StatusTooManyRequests {
						refused = append(refused, time.Since(began))
					}
					return resp, err
				})
				c := tt.service.client(t, srv, append(opts, client.WithTransport(count))...)
				for time.Since(began) < time.Hour {
					_ = c.LogIn(t.Context())
					time.Sleep(time.Second)
				}
				most := 0
				for i := range refused {
					inWindow := slices.IndexFunc(refused[i:], func(at time.Duration) bool { return at-refused[i] >= five.Window })
					if inWindow < 0 {
						inWindow = len(refused) - i
					}
					most = max(most, inWindow)
				}
				logins := srv.Counts().Logins
				t.Logf("in an hour %d logins and %d answered 429, at most %d of them in 300 s", logins, len(refused), most)
				if most > tt.most429 || logins < 5*3600/(300+5) {
					t.Errorf("%d logins, %d times 429 in 300 s; want 5 in each window, and at most %d", logins, most, tt.most429)
				}
			})
		})
	}
}
