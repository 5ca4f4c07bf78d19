package client_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

func TestP6LifetimeOfAToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		// claims makes a JWT of claims that hold times, in seconds from now.
		claims := func(format string, from ...int64) client.TokenResponse {
			times := make([]any, len(from))
			for i := range from {
				times[i] = now.Unix() + from[i]
			}
			return client.TokenResponse{Value: jwt(fmt.Sprintf(format, times...))}
		}
		padded := claims(`{"exp":%d}`, 600)
		padded.Value = strings.Replace(padded.Value, ".c2ln", "=.c2ln", 1)
		dated := func(r client.TokenResponse, ahead time.Duration) client.TokenResponse {
			r.ServiceTime = now.Add(ahead)
			return r
		}
		inOneMinute := now.Add(time.Minute)
		for _, tt := range []struct {
			name  string
			grant client.TokenResponse
			want  time.Duration // 0: unknown
		}{
			{"opaque", client.TokenResponse{Value: "x"}, 0},
			{"lifetime", client.TokenResponse{Value: "x", ExpiresIn: time.Hour}, time.Hour},
			{"negative lifetime", client.TokenResponse{Value: "x", ExpiresIn: -time.Hour}, 0},
			{"time", client.TokenResponse{Value: "x", ExpiresAt: inOneMinute}, time.Minute},
			{"expired on arrival", client.TokenResponse{Value: "x", ExpiresAt: now.Add(-time.Minute)}, 0},
			{"lifetime before time", client.TokenResponse{Value: "x", ExpiresIn: time.Hour, ExpiresAt: inOneMinute}, time.Hour},
			{"JWT", claims(`{"exp":%d}`, 600), 10 * time.Minute},
			{"JWT with padding", padded, 10 * time.Minute},
			{"JWT, fraction", claims(`{"exp":%d.5}`, 600), 10*time.Minute + 500*time.Millisecond},
			{"JWT of a clock 2 h ahead", claims(`{"iat":%d,"exp":%d}`, 7200, 7200+600), 10 * time.Minute},
			{"JWT of a clock 2 h behind", claims(`{"iat":%d,"exp":%d}`, -7200, -7200+600), 10 * time.Minute},
			{"JWT, Date of long ago", dated(claims(`{"iat":%d,"exp":%d}`, 0, 600), -20*time.Minute), 10 * time.Minute},
			{"JWT, Date ahead", dated(claims(`{"iat":%d,"exp":%d}`, 0, 600), 20*time.Minute), 10 * time.Minute},
			{"JWT, issued long ago", dated(claims(`{"iat":%d,"exp":%d}`, -3000, 600), 0), 10 * time.Minute},
			{"JWT without iat, Date of a clock 2 h ahead", dated(claims(`{"exp":%d}`, 7200+600), 2*time.Hour), 10 * time.Minute},
			{"JWT, short, in whole seconds", claims(`{"iat":%d,"exp":%d}`, 0, 5), 4 * time.Second},
			{"JWT, very short, in whole seconds", claims(`{"iat":%d,"exp":%d}`, 0, 1), 500 * time.Millisecond},
			{"JWT, short, in fractions", claims(`{"iat":%d.5,"exp":%d.5}`, 0, 5), 5 * time.Second},
			{"JWT without exp", claims(`{"iat":1}`), 0},
			{"JWT, exp is text", claims(`{"exp":"tomorrow"}`), 0},
			{"JWT, exp in milliseconds", claims(`{"exp":%d000}`, 600), 0},
			{"JWT, huge exp", claims(`{"exp":1e300}`), 0},
			{"JWT, negative exp", claims(`{"exp":-5}`), 0},
			{"JWT, no object", claims(`[1]`), 0},
			{"three parts, no JWT", client.TokenResponse{Value: "a.!.c"}, 0},
		} {
			token, err := client.NewToken(tt.grant)
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
				continue
			}
			expiry, known := token.Expiry()
			if known != (tt.want != 0) || known && expiry.Sub(token.Received()).Round(time.Millisecond) != tt.want {
				t.Errorf("%s: expiry %s after issue, known %t; want %s", tt.name, expiry.Sub(token.Received()), known, tt.want)
			}
			if !token.Received().Equal(now) {
				t.Errorf("%s: issued %s; want now", tt.name, token.Received())
			}
		}
	})
}

// Some services give tokens an end in the year 9999.
func TestP6TokenThatEndsInAnAgeIsKept(t *testing.T) {
	for _, end := range []int{2261, 2262, 2263, 2300, 9999} {
		synctest.Test(t, func(t *testing.T) {
			logins := 0
			c := newClient(t, ownLogin(func(context.Context, *http.Client, string) (client.Token, error) {
				logins++
				return client.NewToken(client.TokenResponse{
					Value: "t", ExpiresAt: time.Date(end, 12, 31, 23, 59, 59, 0, time.UTC), ServiceTime: time.Now(),
				})
			}))
			for range 10 {
				mustToken(t, c)
				time.Sleep(time.Hour)
			}
			if logins != 1 {
				t.Errorf("until %d: %d logins; want 1", end, logins)
			}
		})
	}
}

func TestP6TokenOfUnknownExpiryIsKeptUntilMaxAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		forever := bezalaService.client(t, srv)
		aged := bezalaService.client(t, srv, client.WithMaxAge(time.Hour))
		kept, dropped := mustToken(t, forever), mustToken(t, aged)
		wantLogins(t, srv, 2)

		// The last tenth of its life, less the jitter.
		time.Sleep(54 * time.Minute)
		if !mustToken(t, aged).Equal(dropped) {
			t.Error("renewed before its time")
		}
		time.Sleep(6*time.Minute - time.Nanosecond)
		if !mustToken(t, aged).Equal(dropped) {
			t.Error("not handed out until its age")
		}
		synctest.Wait()
		wantLogins(t, srv, 3) // renewed in the background
		if mustToken(t, aged).Equal(dropped) {
			t.Error("handed out beyond its age")
		}
		time.Sleep(10 * 365 * 24 * time.Hour)
		if !mustToken(t, forever).Equal(kept) {
			t.Error("a token of unknown expiry was not kept")
		}
		wantLogins(t, srv, 3)
		mustToken(t, aged)
		wantLogins(t, srv, 4)
	})
}

func TestP6MaxAgeCapsAKnownExpiry(t *testing.T) {
	for _, tt := range []struct {
		maxAge time.Duration
		logins int // in 3 h of calls each minute, with tokens of 1 h
	}{
		{30 * time.Minute, 7}, // each 27 min
		{5 * time.Hour, 4},    // each 55 min
	} {
		synctest.Test(t, func(t *testing.T) {
			srv := bleepayService.start(t, sandbox.Config{})
			c := bleepayService.client(t, srv, client.WithMaxAge(tt.maxAge))
			for range 180 {
				mustToken(t, c)
				time.Sleep(time.Minute)
			}
			wantLogins(t, srv, tt.logins)
		})
	}
}

// A token has expired on arrival, by the service's own clock: its end is announced wrongly, or the token is worthless.
func TestP6TokenExpiredOnArrivalIsNotALoginPerCall(t *testing.T) {
	t.Parallel()
	for _, s := range []service{becardService, bleepayService, formLoginService} {
		t.Run(s.name+" announces it wrongly", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := s.start(t, sandbox.Config{TokenLifetime: -time.Hour})
				c := s.client(t, srv)
				for range 10000 {
					mustToken(t, c)
					time.Sleep(time.Second)
				}
				wantLogins(t, srv, 1)
			})
		})
		t.Run(s.name+" means it", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := s.start(t, sandbox.Config{TokenLifetime: -time.Hour})
				c := s.client(t, srv)
				for range 2000 {
					if status := get(t, c, s.resource); status != http.StatusUnauthorized {
						t.Fatalf("HTTP %d; want 401", status)
					}
					time.Sleep(150 * time.Millisecond) // 5 min in all
				}
				if got := srv.Counts().LoginRequests; got > 10 {
					t.Errorf("%d logins in 5 min; want at most 10", got)
				}
			})
		})
	}
}

// A Login that keeps tokens of its own may hand out one that has expired, or that is older than WithMaxAge allows.
func TestP6OldTokenFromALoginIsNotALoginPerCall(t *testing.T) {
	for name, opts := range map[string][]client.Option{"expired": nil, "too old": {client.WithMaxAge(time.Hour)}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				kept, err := client.NewToken(client.TokenResponse{Value: "kept", ExpiresIn: time.Hour})
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(2 * time.Hour)
				logins := 0
				login := ownLogin(func(context.Context, *http.Client, string) (client.Token, error) {
					logins++
					return kept, nil
				})
				c := newClient(t, login, opts...)
				for range 1000 {
					mustToken(t, c)
				}
				if logins > 1 {
					t.Errorf("%d logins at one moment; want one", logins)
				}
			})
		})
	}
}

func TestP6ServiceClockDoesNotMatter(t *testing.T) {
	t.Parallel()
	const lifetime = time.Hour
	for _, s := range []service{becardService, bleepayService, formLoginService} {
		for _, offset := range []time.Duration{0, 2 * time.Hour, -2 * time.Hour} {
			t.Run(s.name+" "+offset.String(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					srv := s.start(t, sandbox.Config{TokenLifetime: lifetime, ClockOffset: offset})
					c := s.client(t, srv)
					for range 10 * 120 {
						if status := get(t, c, s.resource); status != http.StatusOK {
							t.Errorf("HTTP %d", status)
						}
						time.Sleep(30 * time.Second)
					}
					wantLoginsOver(t, srv, 10*lifetime, lifetime)
					if n := srv.Counts().Unauthorized; n != 0 {
						t.Errorf("%d requests carried a dead token", n)
					}
					expiry, known := mustToken(t, c).Expiry()
					if left := time.Until(expiry); !known || left <= 0 || left > lifetime {
						t.Errorf("expires in %s; want that on our clock", left)
					}
				})
			})
		}
	}
}

// Without a Date the JWT's own iat tells the service's clock.
func TestP6ServiceClockWithoutDateDoesNotMatter(t *testing.T) {
	for _, offset := range []time.Duration{2 * time.Hour, -2 * time.Hour} {
		t.Run(offset.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := bleepayService.start(t, sandbox.Config{ClockOffset: offset})
				dateless := roundTripper(func(req *http.Request) (*http.Response, error) {
					resp, err := srv.Transport().RoundTrip(req)
					if err == nil {
						resp.Header.Del("Date")
					}
					return resp, err
				})
				c := bleepayService.client(t, srv, client.WithTransport(dateless))
				for range 10 * 60 {
					mustToken(t, c)
					time.Sleep(time.Minute)
				}
				wantLoginsOver(t, srv, 10*time.Hour, time.Hour)
			})
		})
	}
}
