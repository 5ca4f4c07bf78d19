package client_test

import (
	"context"
	"errors"
	"fmt"
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

// A login that waits out 429s is one login: it needs one secret, and has not failed.
func TestP5WaitingOut429sAsksTheSecretOnce(t *testing.T) {
	withAndWithoutAStore(t, func(t *testing.T, opts ...client.Option) {
		srv := bezalaService.start(t, sandbox.Config{})
		srv.SetOutage(limited(time.Second, 3))
		typed := newSecrets("your-password")
		c := bezalaService.clientWith(t, srv, typed.secret, opts...)
		mustToken(t, c)
		typed.wantAsked(t, 1)
		if status := c.Status(); status.Failures != 0 || status.RateLimited != 3 || status.Logins != 1 {
			t.Errorf("%+v; want no failure, three 429s and one login", status)
		}
	})
}

// A logout parts two logins. Each knows its own answers.
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

// The login's limit is that of a request: what the server told us to wait is not counted.
func TestP5LoginLimitDoesNotCountWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{Latency: 20 * time.Second})
		srv.SetOutage(limited(25*time.Second, 1))
		c := bezalaService.client(t, srv)
		if _, took, err := within(t, c, time.Hour); err != nil || took != 65*time.Second {
			t.Errorf("%v after %s; want a token after 65 s", err, took)
		}
		c = bezalaService.client(t, srv)
		srv.SetOutage(limited(25*time.Second, 1))
		time.AfterFunc(21*time.Second, func() { srv.SetOutage(sandbox.Outage{Kind: sandbox.Hang}) })
		_, took, err := within(t, c, time.Hour)
		wantErr(t, err, client.ErrUnavailable)
		if took != (20+25+30)*time.Second {
			t.Errorf("gave up after %s; want it 30 s after the second request", took)
		}
	})
}

// The limit is of one request, however long the wait between two.
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

// A Login that says it is rate limited, and not for how long, is not called again at once.
func TestP5RateLimitOfTheLoginsOwnBacksOff(t *testing.T) {
	withAndWithoutAStore(t, func(t *testing.T, opts ...client.Option) {
		var logins atomic.Int64
		c := newClient(t, ownLogin(func(context.Context, *http.Client, string) (client.Token, error) {
			logins.Add(1)
			return client.Token{}, &client.RateLimitError{Service: "own"}
		}), append(opts, client.WithRetryPolicy(client.RetryPolicy{Attempts: 1, MaxWait: time.Hour}))...)
		began := time.Now()
		for range 11 {
			_, err := c.Token(t.Context())
			if limit, ok := errors.AsType[*client.RateLimitError](err); !ok || limit.RetryAfter <= 0 {
				t.Fatalf("%v; want a *RateLimitError with a wait", err)
			}
		}
		// The wait doubles with each 429, from 5 s to 40 s.
		if took, n := time.Since(began), logins.Load(); n != 11 || took < 4*time.Minute {
			t.Errorf("%d logins in %s; want growing waits between 11", n, took)
		}
		if n := c.Status().RateLimited; n != 11 {
			t.Errorf("%d rate limits counted; want 11", n)
		}
	})
}

// A Login that names a wait of next to nothing names none.
func TestP5TinyRateLimitOfTheLoginsOwnBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var times []time.Duration
		began := time.Now()
		c := newClient(t, ownLogin(func(context.Context, *http.Client, string) (client.Token, error) {
			times = append(times, time.Since(began))
			return client.Token{}, &client.RateLimitError{Service: "own", RetryAfter: time.Nanosecond}
		}))
		_, err := c.Token(t.Context())
		if _, limited := errors.AsType[*client.RateLimitError](err); !limited {
			t.Errorf("%v; want a *RateLimitError", err)
		}
		if len(times) != 4 || times[3] < 28*time.Second {
			t.Errorf("logins at %v; want 4, after 5, 10 and 20 s", times)
		}
	})
}

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

// A Login of a user's own may not tell a 429 from other answers. With a store and without, it is tried as often, and
// all callers get a *RateLimitError.
func TestP5LoginThatDoesNotKnow429IsRateLimited(t *testing.T) {
	withAndWithoutAStore(t, func(t *testing.T, opts ...client.Option) {
		login := ownLogin(func(ctx context.Context, hc *http.Client, _ string) (client.Token, error) {
			resp, err := fetch(ctx, hc, "https://own.example/login")
			if err != nil {
				return client.Token{}, err
			}
			return client.Token{}, fmt.Errorf("HTTP %d", resp.StatusCode)
		})
		net := record(answers(tooMany("20")))
		c := newClient(t, login, append(opts, client.WithTransport(net))...)
		_, err := c.Token(t.Context())
		wantRateLimit(t, err, 20*time.Second)
		if n := len(net.requests()); n != 4 {
			t.Errorf("%d requests; want 4", n)
		}
	})
}

// A Login of a user's own may send its requests by other ways than ours, and report the 429 itself.
func TestP5RateLimitErrorOfALoginKeepsLoginsOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logins := 0
		login := ownLogin(func(context.Context, *http.Client, string) (client.Token, error) {
			logins++
			return client.Token{}, &client.RateLimitError{Service: "own", RetryAfter: time.Minute}
		})
		c := newClient(t, login)
		for i := range 29 {
			_, err := c.Token(t.Context())
			wantRateLimit(t, err, time.Minute-time.Duration(i)*time.Second)
			time.Sleep(time.Second)
		}
		if logins != 1 {
			t.Errorf("%d logins; want 1", logins)
		}
	})
}

// The wait of a 429 begins when the answer comes, however long the Login thinks of it.
func TestP5WaitBeginsWithTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		c := newClient(t, ownLogin(func(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
			answer, err := ask(ctx, hc, "/login", secret)
			if err != nil {
				return client.Token{}, err
			}
			if answer.Status == http.StatusTooManyRequests {
				time.Sleep(8 * time.Second)
				return client.Token{}, answer.Unrecognized()
			}
			return client.NewToken(client.TokenResponse{Value: "token"})
		}), client.WithTransport(answers(tooMany("10"), fine)))
		mustToken(t, c)
		if took := time.Since(began); took < 10*time.Second || took > 13*time.Second {
			t.Errorf("a token after %s; want it after the 10 s that the answer named", took)
		}
	})
}

// A refresh that nobody waits for does not wait out a 429. The next call does.
func TestP5RefreshThatNobodyWaitsForEndsWithA429(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bleepayService.start(t, sandbox.Config{TokenLifetime: time.Hour})
		c := bleepayService.client(t, srv)
		mustToken(t, c)
		time.Sleep(57 * time.Minute)
		srv.SetOutage(limited(5*time.Second, 1))
		mustToken(t, c)
		time.Sleep(30 * time.Second)
		wantLogins(t, srv, 2)
		mustToken(t, c)
		time.Sleep(time.Second)
		wantLogins(t, srv, 3)
	})
}

// A Login that has two ways may be limited on one and get in by the other.
func TestP5LoginThatGivesATokenEndsTheRateLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		login := ownLogin(func(ctx context.Context, hc *http.Client, _ string) (client.Token, error) {
			for {
				resp, err := fetch(ctx, hc, "https://own.example/login")
				if err != nil {
					return client.Token{}, err
				}
				if resp.StatusCode == http.StatusOK {
					return client.NewToken(client.TokenResponse{Value: "token"})
				}
			}
		})
		c := newClient(t, login, client.WithTransport(answers(tooMany("600"), fine)))
		mustToken(t, c)
		if status := c.Status(); status.RateLimited != 1 || !status.RateLimitedUntil.IsZero() {
			t.Errorf("%+v; want one rate limit, and no gate after the login", status)
		}
	})
}

func TestP5RateLimitKeepsTheServicesWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		locked := tooMany("60")
		locked.body = `{"message":"locked out"}`
		c := bezalaService.client(t, srv, client.WithTransport(answers(locked)))
		for range 2 { // the second time by the gate
			if _, err := c.Token(t.Context()); err == nil || !strings.Contains(err.Error(), "locked out") {
				t.Errorf("%v; want the service's own words", err)
			}
		}
	})
}

func TestP5RateLimitIsCapped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		srv.SetOutage(limited(24*time.Hour, 0))
		logins := recordLogins(bezalaService, srv)
		c := bezalaService.client(t, srv, client.WithTransport(logins))
		_, err := c.Token(t.Context())
		wantRateLimit(t, err, 15*time.Minute)
		if got := time.Until(c.Status().RateLimitedUntil); got != 15*time.Minute {
			t.Errorf("logins are kept off for %s; want 15 min", got)
		}
		for range 3600 - 1 {
			time.Sleep(time.Second)
			if _, took, err := within(t, c, time.Second); err == nil || took != 0 {
				t.Errorf("%v after %s; want an error at once", err, took)
			}
		}
		if got := logins.times(); len(got) != 4 || got[3] != 45*time.Minute {
			t.Errorf("logins at %v; want them each 15 min", got)
		}
		srv.SetOutage(sandbox.Outage{})
		time.Sleep(time.Second)
		mustToken(t, c)
		if !c.Status().RateLimitedUntil.IsZero() {
			t.Error("still rate limited after a login")
		}
	})
}

// However a server says 429, its time is kept.
func TestP5RateLimitKnowsEveryDialect(t *testing.T) {
	for _, dialect := range sandbox.Dialects() {
		if dialect == sandbox.Nginx || dialect == sandbox.NoHeaders {
			continue // they name no time
		}
		t.Run(dialect.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := becardService.start(t, sandbox.Config{ClockOffset: 2 * time.Hour})
				srv.SetOutage(sandbox.Outage{
					Kind: sandbox.TooManyRequests, Scope: sandbox.Logins, Wait: 10 * time.Minute, Dialect: dialect, Times: 1,
				})
				c := becardService.client(t, srv)
				_, err := c.Token(t.Context())
				wantRateLimit(t, err, 10*time.Minute)
				time.Sleep(10*time.Minute - 31*time.Second)
				_, err = c.Token(t.Context())
				wantRateLimit(t, err, 31*time.Second)
				wantLogins(t, srv, 1)
				time.Sleep(31 * time.Second)
				mustToken(t, c)
				wantLogins(t, srv, 2)
			})
		})
	}
}

// Without a time we back off by our own measure: 5, 10 and 20 s, and then it would be 40, each up to a fifth less.
func TestP5RateLimitWithoutATimeBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		srv.SetOutage(sandbox.Outage{Kind: sandbox.TooManyRequests, Scope: sandbox.Logins, Dialect: sandbox.Nginx})
		c := bezalaService.client(t, srv)
		_, took, err := within(t, c, 2*time.Minute)
		limit, ok := errors.AsType[*client.RateLimitError](err)
		if !ok || limit.RetryAfter < 32*time.Second || limit.RetryAfter > 40*time.Second || limit.Named {
			t.Errorf("%v; want a *RateLimitError with a wait of 40 s that is our own", err)
		}
		if took < 28*time.Second || took > 35*time.Second {
			t.Errorf("gave up after %s; want it after waits of 5, 10 and 20 s", took)
		}
		wantLogins(t, srv, 4)
		if got := c.Status(); got.RateLimited != 4 || got.Failures != 1 {
			t.Errorf("%+v; want 4 rate limits and 1 failure", got)
		}
	})
}

// If the service does not say when, waits grow, also those between the logins that a store makes of one call.
func TestP5BackoffGrowsWithAStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var longest time.Duration
		for range 20 {
			srv := bezalaService.start(t, sandbox.Config{})
			srv.SetOutage(sandbox.Outage{Kind: sandbox.TooManyRequests, Scope: sandbox.Logins, Dialect: sandbox.Nginx})
			logins := recordLogins(bezalaService, srv)
			c := bezalaService.client(t, srv, client.WithTransport(logins), client.WithTokenStore(&clienttest.MemoryStore{}), client.WithUnboundRecords())
			_, _ = c.Token(t.Context())
			at := logins.times()
			longest = max(longest, at[len(at)-1]-at[len(at)-2])
		}
		if longest <= 16*time.Second || longest > 20*time.Second {
			t.Errorf("the longest of 20 last waits is %s; want it between 16 s and 20 s", longest)
		}
	})
}
