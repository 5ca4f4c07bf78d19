package client_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

type headers = map[string]string

// dialects are the headers of 429s as running servers send them, and forms that the IETF's drafts and services document.
// Each asks to wait 20 s. now is the server's time; those that name no wait are marked.
var dialects = []struct {
	name   string
	silent bool
	header func(now time.Time) headers
}{
	{"nginx, rack-attack", true, func(time.Time) headers { return nil }},
	{"Laravel", false, func(now time.Time) headers {
		return headers{
			"X-RateLimit-Limit": "2", "X-RateLimit-Remaining": "0", "Retry-After": "20", "X-RateLimit-Reset": epoch(now, 1),
		}
	}},
	{"express-rate-limit, legacy", false, func(now time.Time) headers {
		return headers{
			"X-RateLimit-Limit": "2", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": epoch(now, 1), "Retry-After": "20",
		}
	}},
	{"express-rate-limit, draft 6", false, func(time.Time) headers {
		return headers{
			"RateLimit-Policy": "2;w=60", "RateLimit-Limit": "2", "RateLimit-Remaining": "0", "RateLimit-Reset": "20",
			"Retry-After": "20",
		}
	}},
	{"express-rate-limit, draft 7", false, func(time.Time) headers {
		return headers{"RateLimit-Policy": "2;w=60", "RateLimit": "limit=2, remaining=0, reset=20"}
	}},
	{"express-rate-limit, draft 8", false, func(time.Time) headers {
		return headers{
			"RateLimit-Policy": `"burst";q=2;w=60, "day";q=900;w=86400`, "RateLimit": `"burst";r=0;t=20, "day";r=880;t=80000`,
		}
	}},
	{"flask-limiter, http-date", false, func(now time.Time) headers {
		return headers{"Retry-After": now.Add(20*time.Second + time.Second - 1).UTC().Format(http.TimeFormat)}
	}},
	{"NestJS throttler, default name", false, func(time.Time) headers {
		return headers{"Retry-After": "20", "X-RateLimit-Reset": "20"}
	}},
	{"NestJS throttler, named", false, func(time.Time) headers {
		return headers{"Retry-After-login": "20", "X-RateLimit-Reset-short": "1"}
	}},
	{"only an epoch", false, func(now time.Time) headers {
		return headers{"X-RateLimit-Reset": epoch(now, 1)}
	}},
	{"only an epoch in milliseconds", false, func(now time.Time) headers {
		return headers{"X-Rate-Limit-Reset": epoch(now, 1000)}
	}},
	{"only a delta", false, func(time.Time) headers {
		return headers{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "20"}
	}},
	{"milliseconds", false, func(time.Time) headers { return headers{"Retry-After-Ms": "20000"} }},
	{"GitHub, primary limit", false, func(now time.Time) headers {
		return headers{"X-RateLimit-Remaining": "0", "X-RateLimit-Used": "5000", "X-RateLimit-Reset": epoch(now, 1)}
	}},
	{"GitHub, secondary limit", true, func(now time.Time) headers {
		return headers{"X-RateLimit-Remaining": "4900", "X-RateLimit-Used": "100", "X-RateLimit-Reset": epoch(now.Add(time.Hour), 1)}
	}},
	{"GitHub, secondary limit with a wait", false, func(now time.Time) headers {
		return headers{
			"X-RateLimit-Remaining": "4900", "X-RateLimit-Reset": epoch(now.Add(time.Hour), 1), "Retry-After": "20",
		}
	}},
}

// epoch returns the time 20 s from now, rounded up, in so many parts of a second since 1970.
func epoch(now time.Time, parts int64) string {
	return fmt.Sprint((now.Add(20*time.Second).UnixMilli()*parts + 999) / 1000)
}

// However a server says 429, the next request goes out at the time that it names: not before, and at most 1 s after.
func TestT4EveryDialectOf429IsWaitedOut(t *testing.T) {
	requests := map[string]func(*testing.T, *client.Client){
		"/login": func(t *testing.T, c *client.Client) { mustToken(t, c) },
		"/things": func(t *testing.T, c *client.Client) {
			if status := get(t, c, "/things"); status != http.StatusOK {
				t.Errorf("HTTP %d", status)
			}
		},
	}
	for _, dialect := range dialects {
		for path, send := range requests {
			t.Run(dialect.name+path, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					const ahead = 2 * time.Hour // of the server's clock
					time.Sleep(300 * time.Millisecond)
					first := true
					net := record(roundTripper(func(req *http.Request) (*http.Response, error) {
						if !first {
							return fine.to(req)
						}
						first = false
						now := time.Now().Add(ahead)
						limited := response{status: http.StatusTooManyRequests, header: http.Header{}}
						limited.header.Set("Date", now.UTC().Format(http.TimeFormat))
						for name, value := range dialect.header(now) {
							limited.header.Set(name, value)
						}
						return limited.to(req)
					}))
					net.path = path
					c := newClient(t, askingLogin(), client.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
						if req.URL.Path != path {
							return fine.to(req)
						}
						return net.RoundTrip(req)
					})))
					send(t, c)
					from, to := 20*time.Second, 21*time.Second
					switch {
					case dialect.silent && path == "/login":
						from, to = 4*time.Second, 5*time.Second
					case dialect.silent:
						from, to = 800*time.Millisecond, time.Second
					}
					if at := net.times(); len(at) != 2 || at[1]-at[0] < from || at[1]-at[0] > to {
						t.Errorf("requests at %v; want two, the second %s to %s after the first", at, from, to)
					}
				})
			})
		}
	}
}

// askingLogin is a Login of a user's own that sends its secret to /login.
func askingLogin() client.Login {
	return ownLogin(func(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
		answer, err := ask(ctx, hc, "/login", secret)
		if err != nil {
			return client.Token{}, err
		}
		if !answer.OK() {
			return client.Token{}, answer.Unrecognized()
		}
		return answer.Token(client.TokenResponse{Value: "t"})
	})
}
