package client_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// limited is a service that answers one login, or more, with 429.
func limited(wait time.Duration, times int) sandbox.Outage {
	return sandbox.Outage{Kind: sandbox.TooManyRequests, Scope: sandbox.Logins, Wait: wait, Times: times}
}

// wantRateLimit checks that an error is a *RateLimitError with the given wait.
func wantRateLimit(t *testing.T, err error, wait time.Duration) {
	t.Helper()
	limit, ok := errors.AsType[*client.RateLimitError](err)
	if !ok {
		t.Errorf("%v; want a *RateLimitError", err)
		return
	}
	if limit.RetryAfter != wait {
		t.Errorf("wait %s; want %s", limit.RetryAfter, wait)
	}
}

func TestRateLimitedLoginIsOneRequestUntilTheTimeIsUp(t *testing.T) {
	for _, s := range services {
		t.Run(s.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := s.start(t, sandbox.Config{})
				srv.SetOutage(limited(30*time.Second, 1))
				c := s.client(t, srv)
				began := time.Now()
				time.AfterFunc(30*time.Second-time.Nanosecond, func() { wantLogins(t, srv, 1) })
				atOnce(1000, func(i int) {
					time.Sleep(time.Duration(i) * 25 * time.Millisecond) // also while the gate is closed
					if _, err := c.Token(t.Context()); err != nil {
						t.Error(err)
					}
					if took := time.Since(began); took != 30*time.Second {
						t.Errorf("a token after %s; want it after 30 s", took)
					}
				})
				wantLogins(t, srv, 2)
			})
		})
	}
}

func TestRateLimitedLoginFailsFast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{Latency: 200 * time.Millisecond})
		srv.SetOutage(limited(30*time.Second, 1))
		c := bezalaService.client(t, srv, client.WithRetryPolicy(client.RetryPolicy{Attempts: 1}))
		atOnce(1000, func(int) {
			_, err := c.Token(t.Context())
			wantRateLimit(t, err, 30*time.Second)
			if answer, ok := errors.AsType[*client.LoginError](err); !ok || answer.Status != http.StatusTooManyRequests {
				t.Errorf("%#v; want the service's own 429 beneath", err)
			}
		})
		time.Sleep(12 * time.Second)
		atOnce(1000, func(int) {
			_, took, err := within(t, c, 17*time.Second)
			wantRateLimit(t, err, 18*time.Second)
			if took != 0 {
				t.Errorf("came back after %s; want it at once", took)
			}
		})
		wantLogins(t, srv, 1)

		// Who has the time waits.
		if _, took, err := within(t, c, 19*time.Second); err != nil || took != 18*time.Second+200*time.Millisecond {
			t.Errorf("%v after %s; want a token after 18.2 s", err, took)
		}
		wantLogins(t, srv, 2)
	})
}

// Those who wait when the 429 comes, the first caller among them, learn at once that it takes longer than they
// have.
func TestRateLimitReachesThoseWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{Latency: 200 * time.Millisecond})
		srv.SetOutage(limited(30*time.Second, 1))
		c := bezalaService.client(t, srv)
		atOnce(100, func(i int) {
			if i == 0 {
				if _, took, err := within(t, c, time.Minute); err != nil || took != 30*time.Second+400*time.Millisecond {
					t.Errorf("%v after %s; want a token after 30.4 s", err, took)
				}
				return
			}
			_, took, err := within(t, c, 5*time.Second)
			wantRateLimit(t, err, 30*time.Second)
			if took != 200*time.Millisecond {
				t.Errorf("came back after %s; want it with the 429, after 200 ms", took)
			}
		})
		wantLogins(t, srv, 2)
	})
}

// So they do when the retry is limited for longer.
func TestRateLimitOfARetryReachesThoseWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		srv.SetOutage(limited(time.Second, 1))
		time.AfterFunc(time.Second/2, func() { srv.SetOutage(limited(20*time.Second, 1)) })
		c := bezalaService.client(t, srv)
		atOnce(100, func(i int) {
			if i == 0 {
				if _, took, err := within(t, c, time.Minute); err != nil || took != 21*time.Second {
					t.Errorf("%v after %s; want a token after 21 s", err, took)
				}
				return
			}
			_, took, err := within(t, c, 10*time.Second)
			wantRateLimit(t, err, 20*time.Second)
			if took != time.Second {
				t.Errorf("came back after %s; want it with the second 429, after 1 s", took)
			}
		})
		wantLogins(t, srv, 3)
	})
}

// The login's limit is that of a request: what the server told us to wait is not counted.
func TestLoginLimitDoesNotCountWaits(t *testing.T) {
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

// A Login of a user's own may not tell a 429 from other answers. With a store and without, it is tried as often, and
// all callers get a *RateLimitError.
func TestLoginThatDoesNotKnow429(t *testing.T) {
	for name, opts := range map[string][]client.Option{
		"in memory": nil, "with a store": {client.WithTokenStore(newMemoryStore())},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				requests := 0
				login := ownLogin(nil)
				login.login = func(ctx context.Context, hc *http.Client, _ string) (client.Token, error) {
					req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://own.example/login", nil)
					if err != nil {
						return client.Token{}, err
					}
					resp, err := hc.Do(req)
					if err != nil {
						return client.Token{}, err
					}
					_ = resp.Body.Close()
					return client.Token{}, errors.New(resp.Status)
				}
				c := newClient(t, login, append(opts, client.WithTransport(roundTripper(func(*http.Request) (*http.Response, error) {
					requests++
					return &http.Response{
						Status: "429 Too Many Requests", StatusCode: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"20"}},
					}, nil
				})))...)
				_, err := c.Token(t.Context())
				wantRateLimit(t, err, 20*time.Second)
				if requests != 4 {
					t.Errorf("%d requests; want 4", requests)
				}
			})
		})
	}
}

// A Login of a user's own may send its requests by other ways than ours, and report the 429 itself.
func TestRateLimitErrorOfALoginClosesTheGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logins := 0
		login := ownLogin(nil)
		login.login = func(context.Context, *http.Client, string) (client.Token, error) {
			logins++
			return client.Token{}, &client.RateLimitError{Service: "own", RetryAfter: time.Minute}
		}
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

// A Login that has two ways may be limited on one and get in by the other.
func TestGateOpensWithALogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		login := ownLogin(nil)
		login.login = func(ctx context.Context, hc *http.Client, _ string) (client.Token, error) {
			for {
				resp, err := fetch(ctx, hc, "https://own.example/login")
				if err != nil {
					return client.Token{}, err
				}
				if resp.StatusCode == http.StatusOK {
					return client.NewToken(client.TokenResponse{Value: "token"})
				}
			}
		}
		c := newClient(t, login, client.WithTransport(newServer(tooMany("600"), fine)))
		mustToken(t, c)
		if status := c.Status(); status.RateLimited != 1 || !status.RateLimitedUntil.IsZero() {
			t.Errorf("%+v; want one rate limit, and no gate after the login", status)
		}
	})
}

func TestRateLimitKeepsTheServicesWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		c := bezalaService.client(t, srv, client.WithTransport(newServer(response{
			status: http.StatusTooManyRequests, header: http.Header{"Retry-After": {"60"}}, body: `{"message":"locked out"}`,
		})))
		for range 2 { // the second time by the gate
			if _, err := c.Token(t.Context()); err == nil || !strings.Contains(err.Error(), "locked out") {
				t.Errorf("%v; want the service's own words", err)
			}
		}
	})
}

func TestRateLimitOverTheLongestWaitFailsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		srv.SetOutage(limited(31*time.Second, 1))
		c := bezalaService.client(t, srv)
		atOnce(1000, func(int) {
			_, err := c.Token(t.Context()) // no deadline: the policy alone says that 31 s are too long
			wantRateLimit(t, err, 31*time.Second)
		})
		wantLogins(t, srv, 1)
		time.Sleep(time.Second)
		atOnce(1000, func(int) { mustToken(t, c) })
		wantLogins(t, srv, 2)
	})
}

func TestGateIsCapped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		srv.SetOutage(limited(24*time.Hour, 0))
		logins := recordLogins(bezalaService, srv)
		c := bezalaService.client(t, srv, client.WithTransport(logins))
		_, err := c.Token(t.Context())
		wantRateLimit(t, err, 15*time.Minute)
		if got := time.Until(c.Status().RateLimitedUntil); got != 15*time.Minute {
			t.Errorf("gated for %s; want 15 min", got)
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
			t.Error("still gated after a login")
		}
	})
}

func TestHeldTokenServesWhileGated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bleepayService.start(t, sandbox.Config{})
		c := bleepayService.client(t, srv)
		first := mustToken(t, c)
		srv.SetOutage(limited(4*time.Minute, 1))
		time.Sleep(55*time.Minute + 30*time.Second) // into the refresh window
		for range 4*60 - 1 {
			if token, took, err := within(t, c, time.Second); err != nil || took != 0 || !token.Equal(first) {
				t.Fatalf("%v, %v after %s; want the held token at once", token, err, took)
			}
			if status := get(t, c, bleepayService.resource); status != http.StatusOK {
				t.Fatalf("HTTP %d", status)
			}
			time.Sleep(time.Second)
		}
		wantLogins(t, srv, 2)
		time.Sleep(time.Second)
		mustToken(t, c)
		synctest.Wait()
		if second := mustToken(t, c); second.Equal(first) {
			t.Error("not renewed when the gate opened")
		}
		wantLogins(t, srv, 3)
	})
}

// However a server says 429, its time is kept.
func TestGateKnowsEveryDialect(t *testing.T) {
	for _, dialect := range sandbox.Dialects() {
		if dialect == sandbox.Nginx {
			continue // names no time
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

// Without a time we back off by our own measure.
func TestRateLimitWithoutATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		srv.SetOutage(sandbox.Outage{Kind: sandbox.TooManyRequests, Scope: sandbox.Logins, Dialect: sandbox.Nginx})
		c := bezalaService.client(t, srv)
		_, took, err := within(t, c, time.Minute)
		if limit, ok := errors.AsType[*client.RateLimitError](err); !ok || limit.RetryAfter <= 0 || limit.RetryAfter > 8*time.Second {
			t.Errorf("%v; want a *RateLimitError with a wait of up to 8 s", err)
		}
		if took <= 0 || took > 7*time.Second {
			t.Errorf("gave up after %s; want it after waits of up to 1, 2 and 4 s", took)
		}
		wantLogins(t, srv, 4)
		if got := c.Status(); got.RateLimited != 4 || got.Failures != 1 {
			t.Errorf("%+v; want 4 rate limits and 1 failure", got)
		}
	})
}

// A login that waits for the gate is not begun for nobody.
func TestNobodyWaitsAtTheGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		srv.SetOutage(limited(20*time.Second, 1))
		typed := newSecrets("your-password")
		c := bezalaService.clientWith(t, srv, typed.secret, client.WithRetryPolicy(client.RetryPolicy{Attempts: 1}))
		_, err := c.Token(t.Context())
		wantRateLimit(t, err, 20*time.Second)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, err = c.Token(ctx)
		wantErr(t, err, context.Canceled)
		time.Sleep(time.Hour)
		wantLogins(t, srv, 1)
		typed.wantAsked(t, 1)
		mustToken(t, c)
		wantLogins(t, srv, 2)
	})
}
