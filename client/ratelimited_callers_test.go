package client_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

func TestP5RateLimitedLoginIsOneRequestUntilTheTimeIsUp(t *testing.T) {
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

func TestP5RateLimitedLoginFailsFast(t *testing.T) {
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

		// A caller that has the time waits.
		if _, took, err := within(t, c, 19*time.Second); err != nil || took != 18*time.Second+200*time.Millisecond {
			t.Errorf("%v after %s; want a token after 18.2 s", err, took)
		}
		wantLogins(t, srv, 2)
	})
}

// A 429 comes while callers wait, the first one among them. Those who do not have the time learn that at once.
func TestP5RateLimitReachesThoseWhoWait(t *testing.T) {
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

// The retry is limited for longer: the callers learn that at once, too.
func TestP5RateLimitOfARetryReachesThoseWhoWait(t *testing.T) {
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

func TestP5RateLimitOverTheLongestWaitFailsAtOnce(t *testing.T) {
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

// A login that waits for the end of a rate limit is not sent if nobody waits for it.
func TestP5LoginThatNobodyWaitsForEndsAtTheGate(t *testing.T) {
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

func TestP5HeldTokenServesWhileLoginsAreRateLimited(t *testing.T) {
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
