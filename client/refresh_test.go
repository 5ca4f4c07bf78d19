package client_test

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

func TestP3NobodyWaitsForARefresh(t *testing.T) {
	t.Parallel()
	for _, lifetime := range []time.Duration{3 * time.Hour, time.Hour, 10 * time.Minute} {
		t.Run(lifetime.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := formLoginService.start(t, sandbox.Config{TokenLifetime: lifetime})
				const loginTakes = 200 * time.Millisecond
				c := formLoginService.client(t, srv, client.WithTransport(slow(srv.Transport(), "/auth/login", loginTakes)))
				mustToken(t, c)
				began := time.Now()
				atOnce(100, func(i int) {
					random := rand.New(rand.NewPCG(1, uint64(i)))
					pace := lifetime / 50 // five calls in each window, of each caller
					for time.Since(began) < 10*lifetime {
						time.Sleep(time.Duration(random.Int64N(int64(2 * pace))))
						call := time.Now()
						if i == 0 {
							if status := get(t, c, formLoginService.resource); status != http.StatusOK {
								t.Errorf("HTTP %d", status)
							}
						} else if _, err := c.Token(t.Context()); err != nil {
							t.Error(err)
						}
						if waited := time.Since(call); waited != 0 {
							t.Errorf("a caller waited for %s", waited)
						}
					}
				})
				wantLoginsOver(t, srv, 10*lifetime, lifetime)
				status := c.Status()
				if status.SharedWaits != 0 || status.Refreshes != status.Logins-1 {
					t.Errorf("%+v; want no shared wait, and all logins but the first refreshes", status)
				}
				if n := srv.Counts().Unauthorized; n != 0 {
					t.Errorf("%d requests carried a dead token", n)
				}
			})
		})
	}
}

func TestP3FailingRefreshIsRetriedWithAGrowingPause(t *testing.T) {
	t.Parallel()
	for name, outage := range map[string]sandbox.Outage{
		"down":    {Kind: sandbox.ErrorJSON, Scope: sandbox.Logins},
		"500":     {Kind: sandbox.ErrorJSON, Scope: sandbox.Logins, Status: http.StatusInternalServerError},
		"page":    {Kind: sandbox.ErrorHTML, Scope: sandbox.Logins, Status: http.StatusForbidden},
		"reset":   {Kind: sandbox.Reset, Scope: sandbox.Logins},
		"garbage": {Kind: sandbox.GarbageJSON, Scope: sandbox.Logins},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := bleepayService.start(t, sandbox.Config{})
				logins := recordLogins(bleepayService, srv)
				c := bleepayService.client(t, srv, client.WithTransport(logins))
				first := mustToken(t, c)
				srv.SetOutage(outage)
				for range 36000 - 1 {
					time.Sleep(100 * time.Millisecond)
					if token := mustToken(t, c); !token.Equal(first) {
						t.Fatal("a new token while logins fail")
					}
				}
				tries := logins.times()[1:]
				// A call comes each 100 ms.
				before := 60*time.Minute - tries[0]
				if before < 270*time.Second-100*time.Millisecond || before > 330*time.Second {
					t.Errorf("first try %s before the end; want it 5 min ± 10 %% before", before)
				}
				// 5 s, doubling to 1 min.
				want := []time.Duration{0, 5, 15, 35, 75, 135, 195, 255, 315}
				if n := len(tries); n < 8 || n > len(want) {
					t.Fatalf("%d tries; want 8 or 9", n)
				}
				for i := range tries {
					if got := tries[i] - tries[0]; got != want[i]*time.Second {
						t.Errorf("try %d after %s; want it after %d s", i, got, want[i])
					}
				}
				// The cool-down does not keep off a login that somebody waits for.
				srv.SetOutage(sandbox.Outage{})
				time.Sleep(100 * time.Millisecond)
				if mustToken(t, c).Equal(first) {
					t.Error("an expired token was handed out")
				}
			})
		})
	}
}

func TestP3CoolDownStartsAgainAfterALogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bleepayService.start(t, sandbox.Config{})
		logins := recordLogins(bleepayService, srv)
		c := bleepayService.client(t, srv, client.WithTransport(logins))
		mustToken(t, c)
		for range 2 {
			srv.SetOutage(sandbox.Outage{Kind: sandbox.ErrorJSON, Scope: sandbox.Logins, Times: 3})
			before := len(logins.times())
			for len(logins.times()) < before+4 {
				time.Sleep(time.Second)
				mustToken(t, c)
				synctest.Wait()
			}
			tries := logins.times()[before:]
			if got := tries[3] - tries[0]; got != 35*time.Second {
				t.Errorf("tries at %v; want pauses of 5, 10 and 20 s", tries)
			}
		}
	})
}

func TestP3ShortLifetimeIsNotALoginPerCall(t *testing.T) {
	t.Parallel()
	for _, lifetime := range []time.Duration{
		4 * time.Minute, time.Minute, 10 * time.Second, 2 * time.Second, time.Second,
	} {
		t.Run(lifetime.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := formLoginService.start(t, sandbox.Config{TokenLifetime: lifetime})
				c := formLoginService.client(t, srv)
				total := 20 * lifetime
				for began := time.Now(); time.Since(began) < total; {
					if status := get(t, c, formLoginService.resource); status != http.StatusOK {
						t.Errorf("HTTP %d", status)
					}
					time.Sleep(lifetime / 100)
				}
				wantLoginsOver(t, srv, total, lifetime)
			})
		})
	}
}

// The window is as long as the lifetime allows, and differs a little: Clients that start together do not log in
// together each time.
func TestP3RefreshIsJittered(t *testing.T) {
	for _, lifetime := range []time.Duration{time.Hour, 10 * time.Minute} {
		t.Run(lifetime.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := formLoginService.start(t, sandbox.Config{TokenLifetime: lifetime})
				var early []time.Duration
				for range 100 {
					c := formLoginService.client(t, srv)
					early = append(early, mustExpire(t, c).Sub(c.Status().NextRefresh))
				}
				slices.Sort(early)
				window := refreshWindow(lifetime)
				if least, most := window*9/10, window*11/10; early[0] < least || early[99] > most {
					t.Errorf("refreshes %s to %s before the end; want them within %s and %s", early[0], early[99], least, most)
				}
				if early[99]-early[0] < window/10 {
					t.Errorf("refreshes %s to %s before the end: hardly any jitter", early[0], early[99])
				}
			})
		})
	}
}
