package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bearer"
	"github.com/latchkey-go/latchkey/client/bleepay"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

var sharedWait = client.WithRetryPolicy(client.RetryPolicy{SharedWait: true})

// A thousand requests begin while the service's time is not up. One of them asks whether it is, and the others follow.
func TestT4SharedWaitOfAThousandRequests(t *testing.T) {
	for name, tt := range map[string]struct {
		policy client.RetryPolicy
		most   int
	}{
		"off": {client.RetryPolicy{}, 1001},
		"on":  {client.RetryPolicy{SharedWait: true}, 1 + 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := formLoginService.start(t, sandbox.Config{Latency: 50 * time.Millisecond})
				c := formLoginService.client(t, srv, client.WithRetryPolicy(tt.policy))
				mustToken(t, c)
				srv.SetOutage(sandbox.Outage{Kind: sandbox.TooManyRequests, Scope: sandbox.Protected, Wait: 2 * time.Second})
				began := time.Now()
				time.AfterFunc(2*time.Second+50*time.Millisecond-1, func() { srv.SetOutage(sandbox.Outage{}) })
				var slowest atomic.Int64
				atOnce(1001, func(i int) {
					if i > 0 {
						time.Sleep(51*time.Millisecond + time.Duration(i)*1900*time.Microsecond)
					}
					if status := get(t, c, formLoginService.resource); status != http.StatusOK {
						t.Errorf("HTTP %d", status)
					}
					slowest.Store(max(slowest.Load(), int64(time.Since(began))))
				})
				n := srv.Counts().RateLimited
				t.Logf("%d answered 429, the last of 1,001 done after %s", n, time.Duration(slowest.Load()))
				if n > tt.most {
					t.Errorf("%d answered 429; want at most %d", n, tt.most)
				}
			})
		})
	}
}

// limiter answers 429 to each request to /things that comes before a time, and notes when requests come.
type limiter struct {
	*recorder
	until time.Time
}

// newLimiter returns a limiter that is at its limit for d. It asks to wait until then, but for most at a time.
func newLimiter(d, most time.Duration) *limiter {
	l := &limiter{until: time.Now().Add(d)}
	l.recorder = record(roundTripper(func(req *http.Request) (*http.Response, error) {
		left := time.Until(l.until)
		if !strings.HasPrefix(req.URL.Path, "/things") || left <= 0 {
			return fine.to(req)
		}
		return tooMany(fmt.Sprint(min(left, most).Seconds())).to(req)
	}))
	return l
}

func (l *limiter) client(t *testing.T, policy client.RetryPolicy, rt http.RoundTripper) *client.Client {
	t.Helper()
	return newClient(t, bearer.Token{Service: "own", BaseURL: "https://own.example", Token: client.Static("t")},
		client.WithRetryPolicy(policy), client.WithTransport(rt))
}

// TestT4SharedWait has one request at 0 s, which meets the limit, and one after 1 s.
func TestT4SharedWait(t *testing.T) {
	on := client.RetryPolicy{SharedWait: true}
	s := time.Second
	for _, tt := range []struct {
		name    string
		limited time.Duration
		most    time.Duration // that the server asks to wait at a time
		policy  client.RetryPolicy
		method  string // of the second request
		path    string
		body    io.Reader
		timeout time.Duration
		status  int
		sent    []time.Duration // when the requests come
	}{
		{name: "waits", limited: 4 * s, most: 4 * s, policy: on, path: "/things/2", status: 200, sent: []time.Duration{0, 4 * s, 4 * s}},
		{
			name: "off", limited: 4 * s, most: 4 * s, path: "/things/2", status: 200,
			sent: []time.Duration{0, 1 * s, 4 * s, 4 * s},
		},
		{
			name: "waits as long as the server says the second time", limited: 8 * s, most: 4 * s, policy: on, path: "/things/2",
			status: 200, sent: []time.Duration{0, 4 * s, 8 * s, 8 * s},
		},
		{
			name: "another route", limited: 4 * s, most: 4 * s, policy: on, path: "/thoughts/2", status: 200,
			sent: []time.Duration{0, 1 * s, 4 * s},
		},
		{
			name: "another method", limited: 4 * s, most: 4 * s, policy: on, method: "HEAD", path: "/things/2", status: 200,
			sent: []time.Duration{0, 1 * s, 4 * s, 4 * s},
		},
		{
			name: "over MaxWait", limited: 60 * s, most: 60 * s, policy: on, path: "/things/2", status: 429,
			sent: []time.Duration{0, 1 * s},
		},
		{
			name: "just MaxWait", limited: 30 * s, most: 30 * s, policy: on, path: "/things/2", status: 200,
			sent: []time.Duration{0, 30 * s, 30 * s},
		},
		{
			name: "past the deadline", limited: 4 * s, most: 4 * s, policy: on, path: "/things/2", timeout: 2 * s, status: 429,
			sent: []time.Duration{0, 1 * s, 4 * s},
		},
		{
			name: "before the deadline", limited: 4 * s, most: 4 * s, policy: on, path: "/things/2", timeout: 4 * s, status: 200,
			sent: []time.Duration{0, 4 * s, 4 * s},
		},
		{
			name: "never repeated, but held back", limited: 4 * s, most: 4 * s, policy: client.RetryPolicy{Attempts: 1, SharedWait: true},
			path: "/things/2", status: 200, sent: []time.Duration{0, 4 * s},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				net := newLimiter(tt.limited, tt.most)
				c := net.client(t, tt.policy, net)
				atOnce(2, func(i int) {
					if i == 0 {
						get(t, c, "/things/1")
						return
					}
					time.Sleep(time.Second)
					ctx := t.Context()
					if tt.timeout > 0 {
						var cancel context.CancelFunc
						ctx, cancel = context.WithTimeout(ctx, tt.timeout)
						defer cancel()
					}
					req := newRequest(t, tt.method, c.BaseURL()+tt.path, nil)
					resp, err := sendAndRead(c.HTTPClient(), req.WithContext(ctx))
					if err != nil || resp.StatusCode != tt.status {
						t.Errorf("%v, %v; want HTTP %d", resp, err, tt.status)
					}
				})
				if got := net.times(); !slices.Equal(got, tt.sent) {
					t.Errorf("requests at %v; want %v", got, tt.sent)
				}
			})
		})
	}
}

// A body that cannot be sent again is not read while its request waits, and then goes out whole, without a 429.
func TestT4SharedWaitBeforeABodyThatGoesOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := newLimiter(4*time.Second, time.Hour)
		c := net.client(t, client.RetryPolicy{SharedWait: true}, net)
		post := func(body io.Reader) int {
			resp, err := sendAndRead(c.HTTPClient(), newRequest(t, http.MethodPost, c.BaseURL()+"/things", body))
			if err != nil {
				t.Error(err)
				return 0
			}
			return resp.StatusCode
		}
		once := func() io.Reader { return io.MultiReader(strings.NewReader("once")) }
		if status := post(once()); status != http.StatusTooManyRequests {
			t.Errorf("HTTP %d; want the 429", status)
		}
		time.Sleep(time.Second)
		began := time.Now()
		var read time.Duration
		body := readerFunc(func([]byte) (int, error) {
			read = time.Since(began)
			return 0, io.EOF
		})
		atOnce(2, func(i int) {
			if status := post([]io.Reader{body, once()}[i]); status != http.StatusOK {
				t.Errorf("HTTP %d", status)
			}
		})
		if read != 3*time.Second {
			t.Errorf("the body was read after %s; want it after 3 s", read)
		}
		for _, sent := range net.requests()[1:] {
			if sent.at != 4*time.Second || sent.body != "once" && sent.body != "" {
				t.Errorf("%q at %s", sent.body, sent.at)
			}
		}
	})
}

// Whoever goes first may be cancelled, fail, or have a transport that panics: the next one goes first then.
func TestT4SharedWaitOutlivesTheFirst(t *testing.T) {
	type cancelKey struct{}
	broken := errors.New("connection reset")
	for name, fails := range map[string]roundTripper{
		"cancelled": func(req *http.Request) (*http.Response, error) {
			req.Context().Value(cancelKey{}).(context.CancelFunc)()
			return nil, req.Context().Err()
		},
		"broken": func(*http.Request) (*http.Response, error) { return nil, broken },
		"panics": func(*http.Request) (*http.Response, error) { panic(broken) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				net := newLimiter(4*time.Second, time.Hour)
				var after atomic.Int64 // requests after the wait
				c := net.client(t, client.RetryPolicy{Attempts: 1, SharedWait: true}, roundTripper(func(req *http.Request) (*http.Response, error) {
					resp, err := net.RoundTrip(req)
					if time.Now().Before(net.until) || after.Add(1) > 1 {
						return resp, err
					}
					time.Sleep(time.Second)
					if n := after.Load(); n != 1 {
						t.Errorf("%d requests beside the first one", n-1)
					}
					return fails(req)
				}))
				get(t, c, "/things")
				var failed atomic.Int64
				atOnce(100, func(int) {
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					defer func() {
						if recover() != nil {
							failed.Add(1)
						}
					}()
					resp, err := fetch(context.WithValue(ctx, cancelKey{}, cancel), c.HTTPClient(), c.BaseURL()+"/things")
					if err != nil || resp.StatusCode != http.StatusOK {
						failed.Add(1)
					}
				})
				if n := failed.Load(); n != 1 {
					t.Errorf("%d failed; want one", n)
				}
				if at := net.times(); len(at) != 101 || at[100] != 5*time.Second {
					t.Errorf("%d requests, the last at %s; want 101, the last at 5 s", len(at), at[len(at)-1])
				}
			})
		})
	}
}

// Whoever goes first may be answered late. The others are sent before they would fail, and at last all go.
func TestT4SharedWaitForALateAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := newLimiter(4*time.Second, time.Hour)
		var after atomic.Int64
		c := net.client(t, client.RetryPolicy{Attempts: 1, SharedWait: true}, roundTripper(func(req *http.Request) (*http.Response, error) {
			resp, err := net.RoundTrip(req)
			if !time.Now().Before(net.until) && after.Add(1) == 1 {
				time.Sleep(time.Hour)
			}
			return resp, err
		}))
		get(t, c, "/things")
		began := time.Now()
		atOnce(5, func(i int) {
			time.Sleep(time.Duration(i) * time.Nanosecond) // in this order
			ctx, want := t.Context(), time.Hour+4*time.Second
			switch i {
			case 1: // it has 6 s left when the server's time is up, and waits for half of that
				var cancel context.CancelFunc
				ctx, cancel = context.WithDeadline(ctx, began.Add(10*time.Second))
				defer cancel()
				want = 7 * time.Second
			case 2: // MaxWait after the server's time
				want = 34 * time.Second
			case 3: // by then everybody goes
				time.Sleep(35*time.Second - 3)
				want = 35 * time.Second
			case 4: // it comes when the server's time is up, and has 10 s
				time.Sleep(20*time.Second - 4)
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, 10*time.Second)
				defer cancel()
				want = 25 * time.Second
			}
			resp, err := fetch(ctx, c.HTTPClient(), c.BaseURL()+"/things")
			if took := time.Since(began); err != nil || resp.StatusCode != http.StatusOK || took != want {
				t.Errorf("%d: %v, %v after %s; want an answer after %s", i, resp, err, took, want)
			}
		})
	})
}

// A request that is cancelled while it waits ends at once, and its body is closed.
func TestT4SharedWaitObeysContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := newLimiter(20*time.Second, time.Hour)
		c := net.client(t, client.RetryPolicy{Attempts: 1, SharedWait: true}, net)
		get(t, c, "/things")
		atOnce(100, func(i int) {
			began := time.Now()
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(3*time.Second, cancel)
			body := &closed{Reader: strings.NewReader("body")}
			req := newRequest(t, http.MethodGet, c.BaseURL()+"/things", body)
			resp, err := sendAndRead(c.HTTPClient(), req.WithContext(ctx))
			if took := time.Since(began); !errors.Is(err, context.Canceled) || took != 3*time.Second || !body.is {
				t.Errorf("%d: %v, %v after %s, body closed: %t; want context.Canceled after 3 s", i, resp, err, took, body.is)
			}
		})
		if n := len(net.requests()); n != 1 {
			t.Errorf("%d requests; want 1", n)
		}
		time.Sleep(17 * time.Second)
		if status := get(t, c, "/things"); status != http.StatusOK {
			t.Errorf("HTTP %d", status)
		}
	})
}

// The token is revoked while requests wait. The 401 to the first one opens the way, and all share one login.
func TestT4SharedWaitAndARevokedToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := formLoginService.start(t, sandbox.Config{Latency: 50 * time.Millisecond})
		c := formLoginService.client(t, srv, sharedWait)
		mustToken(t, c)
		srv.SetOutage(sandbox.Outage{
			Kind: sandbox.TooManyRequests, Scope: sandbox.Protected, Wait: 2 * time.Second, Times: 1,
		})
		time.AfterFunc(time.Second, srv.RevokeAll)
		atOnce(100, func(i int) {
			time.Sleep(time.Duration(i) * 10 * time.Millisecond)
			if status := get(t, c, formLoginService.resource); status != http.StatusOK {
				t.Errorf("HTTP %d", status)
			}
		})
		if counts := srv.Counts(); counts.Logins != 2 || counts.RateLimited > 6 {
			t.Errorf("%+v; want one more login", counts)
		}
	})
}

// The token is asked for after the wait: another one may be there by then.
func TestT4SharedWaitBeforeTheToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := formLoginService.start(t, sandbox.Config{})
		c := formLoginService.client(t, srv, sharedWait)
		token := mustToken(t, c)
		srv.SetOutage(sandbox.Outage{Kind: sandbox.TooManyRequests, Scope: sandbox.Protected, Wait: 4 * time.Second, Times: 1})
		atOnce(3, func(i int) {
			if i == 0 {
				get(t, c, formLoginService.resource)
				return
			}
			time.Sleep(time.Duration(i) * time.Second)
			if i == 2 {
				srv.RevokeAll()
				c.Invalidate(token)
				return
			}
			if status := get(t, c, formLoginService.resource); status != http.StatusOK {
				t.Errorf("HTTP %d", status)
			}
		})
		if n := srv.Counts().Unauthorized; n > 1 {
			t.Errorf("%d answered 401; want at most the one that met the limit", n)
		}
	})
}

// A request that carries its own key waits too, once.
func TestT4SharedWaitOfARequestWithItsOwnKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := newLimiter(4*time.Second, time.Hour)
		c := newClient(t, bleepay.APIKey{BaseURL: "https://own.example", Name: "me", Key: client.Static("bs_" + strings.Repeat("0", 64))},
			sharedWait, client.WithTransport(net))
		get(t, c, "/things")
		net.until = time.Now().Add(4 * time.Second)
		atOnce(3, func(int) {
			req := newRequest(t, http.MethodGet, c.BaseURL()+"/things", nil)
			req.Header.Set("X-Api-Key", "mine")
			if resp, err := sendAndRead(c.HTTPClient(), req); err != nil || resp.StatusCode != http.StatusOK {
				t.Errorf("%v, %v", resp, err)
			}
		})
		if at := net.times(); at[len(at)-1] > 8*time.Second {
			t.Errorf("requests at %v; want all of them by 8 s", at)
		}
	})
}
