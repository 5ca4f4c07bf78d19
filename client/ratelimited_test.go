package client_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// withAndWithoutAStore runs a test in a bubble, with a token store and without one.
func withAndWithoutAStore(t *testing.T, test func(t *testing.T, opts ...client.Option)) {
	for name, opts := range map[string][]client.Option{
		"memory": nil,
		"store":  {client.WithTokenStore(&clienttest.MemoryStore{})},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(t, opts...) })
		})
	}
}

// D1: a login that waits out 429s is one login: it needs one secret, and has not failed.
func TestP5WaitingOut429sAsksTheSecretOnce(t *testing.T) {
	withAndWithoutAStore(t, func(t *testing.T, opts ...client.Option) {
		srv := bezalaService.start(t, sandbox.Config{})
		srv.SetOutage(limited(time.Second, 3))
		var asked atomic.Int64
		c := bezalaService.clientWith(t, srv, func(context.Context) (string, error) {
			asked.Add(1)
			return "your-password", nil
		}, opts...)
		mustToken(t, c)
		if n, status := asked.Load(), c.Status(); n != 1 || status.Failures != 0 || status.RateLimited != 3 || status.Logins != 1 {
			t.Errorf("asked %d times, %+v; want once, no failure, three 429s and one login", n, status)
		}
	})
}

// D2: a logout parts two logins. Each knows its own answers.
func TestP5AnotherLoginsRateLimitIsNotMine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var logins atomic.Int64
		answer := func(req *http.Request, status int, after time.Duration) (*http.Response, error) {
			time.Sleep(after)
			return &http.Response{
				StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}, "Retry-After": {"1"}},
				Body: io.NopCloser(strings.NewReader("{}")), Request: req,
			}, nil
		}
		srv := bezalaService.start(t, sandbox.Config{})
		c := bezalaService.client(t, srv, client.WithRetryPolicy(client.RetryPolicy{Attempts: 1}),
			client.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
				if logins.Add(1) == 1 {
					return answer(req, http.StatusTooManyRequests, 3*time.Second)
				}
				return answer(req, http.StatusServiceUnavailable, 4*time.Second)
			})))
		first := make(chan error)
		go func() {
			_, err := c.Token(t.Context())
			first <- err
		}()
		time.Sleep(time.Second)
		if err := c.Logout(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, err := c.Token(t.Context())
		if _, limited := errors.AsType[*client.RateLimitError](err); limited || !errors.Is(err, client.ErrUnavailable) {
			t.Errorf("the second login, answered 503: %v", err)
		}
		if _, limited := errors.AsType[*client.RateLimitError](<-first); !limited {
			t.Error("the first login, answered 429, is not rate limited")
		}
	})
}

// D3: the limit is of one request, however long the wait between two.
func TestP5WaitAfterALogoutDoesNotCountAgainstTheLoginLimit(t *testing.T) {
	withAndWithoutAStore(t, func(t *testing.T, opts ...client.Option) {
		srv := bezalaService.start(t, sandbox.Config{Latency: 10 * time.Second})
		srv.SetOutage(limited(25*time.Second, 1))
		c := bezalaService.client(t, srv, opts...)
		time.AfterFunc(time.Second, func() { _ = c.Logout(t.Context()) })
		began := time.Now()
		_, err := c.Token(t.Context())
		if took := time.Since(began); err != nil || took != 45*time.Second {
			t.Errorf("%v after %s; want a token after 45 s", err, took)
		}
	})
}

// D4: a Login that says it is rate limited, and not for how long, is not called again at once.
func TestP5RateLimitOfTheLoginsOwnBacksOff(t *testing.T) {
	withAndWithoutAStore(t, func(t *testing.T, opts ...client.Option) {
		var logins atomic.Int64
		c := newClient(t, fakeLogin{
			account: client.Account{Service: "own", BaseURL: "https://own.example"},
			secret:  client.Static("secret"),
			login: func(context.Context, *http.Client, string) (client.Token, error) {
				logins.Add(1)
				return client.Token{}, &client.RateLimitError{Service: "own"}
			},
		}, append(opts, client.WithRetryPolicy(client.RetryPolicy{Attempts: 1, MaxWait: time.Hour}))...)
		began := time.Now()
		for range 11 {
			_, err := c.Token(t.Context())
			if limit, ok := errors.AsType[*client.RateLimitError](err); !ok || limit.RetryAfter <= 0 {
				t.Fatalf("%v; want a *RateLimitError with a wait", err)
			}
		}
		// Each wait is random, and its bound doubles with each 429.
		if took, n := time.Since(began), logins.Load(); n != 11 || took < 10*time.Second {
			t.Errorf("%d logins in %s; want growing waits between 11", n, took)
		}
		if n := c.Status().RateLimited; n != 11 {
			t.Errorf("%d rate limits counted; want 11", n)
		}
	})
}

// A caller who joined a background refresh has the time to wait out its 429.
func TestP5CallerWhoJoinsARefreshWaitsOutIts429(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bleepayService.start(t, sandbox.Config{TokenLifetime: time.Minute, Latency: 3 * time.Second})
		c := bleepayService.client(t, srv)
		mustToken(t, c)
		time.Sleep(57 * time.Second) // it is in its last tenth
		srv.SetOutage(limited(10*time.Second, 1))
		mustToken(t, c) // begins the refresh
		time.Sleep(2 * time.Second)
		c.Invalidate(mustToken(t, c))
		if _, took, err := within(t, c, time.Minute); err != nil || took != 14*time.Second {
			t.Errorf("%v after %s; want a token after 14 s: the 429, its wait, and the next login", err, took)
		}
		if n := c.Status().Failures; n != 0 {
			t.Errorf("%d failures", n)
		}
	})
}

// A shorter wait never replaces a longer one.
func TestP5ShorterWaitDoesNotReplaceALongerOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{Latency: 2 * time.Second})
		c := bezalaService.client(t, srv, client.WithRetryPolicy(client.RetryPolicy{Attempts: 1}))
		srv.SetOutage(limited(10*time.Minute, 1))
		time.AfterFunc(time.Second, func() { _ = c.Logout(t.Context()) }) // so that two logins are under way
		time.AfterFunc(2500*time.Millisecond, func() { srv.SetOutage(limited(time.Second, 1)) })
		go func() {
			time.Sleep(1500 * time.Millisecond)
			_, _ = c.Token(t.Context())
		}()
		_, err := c.Token(t.Context())
		wantRateLimit(t, err, 10*time.Minute)
		time.Sleep(3 * time.Second)
		if _, err := c.Token(t.Context()); err == nil {
			t.Error("a login was sent within the 10 minutes of the first 429")
		}
		wantLogins(t, srv, 2)
	})
}
