package client_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
)

// A class of open and closed IDs, such as a GraphQL path or GET /jobs/17 and /jobs/18, recovers from a revocation.
func TestP8RevocationInAClassOfOpenAndClosedIDs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ open, closed time.Duration }{
		{3 * time.Second, time.Second}, {10 * time.Second, time.Second}, {5 * time.Second, 300 * time.Millisecond},
	} {
		t.Run(fmt.Sprintf("open every %s, closed every %s", tt.open, tt.closed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := &office{latency: 20 * time.Millisecond, closed: below("/jobs/66")}
				c := o.client(t)
				mustToken(t, c)
				time.AfterFunc(20*time.Second+7*time.Millisecond, o.revokeAll)
				refused := run(t, c, 25*time.Minute,
					traffic{path: each("/jobs/1000%d"), every: tt.open, open: true},
					traffic{path: each("/jobs/66%d"), every: tt.closed})
				causes, _ := o.history()
				if worst := refused.longestAfter(causes); worst > 5*time.Second+tt.open {
					t.Errorf("open IDs are answered 401 for %s after a revocation, %d times", worst, len(refused.at))
				}
				t.Logf("%d logins in 5 min, the first and those that help included", o.most(5*time.Minute))
			})
		})
	}
}

// A service keeps one session per account. The login for a closed route ends the session of others' requests, which
// are answered 401 until the new token is here; their replays do not tell that it helped.
func TestP8ClosedRouteAtAServiceOfOneSession(t *testing.T) {
	t.Parallel()
	for _, answer := range []time.Duration{0, 200 * time.Millisecond} { // on its way back from the login
		t.Run(fmt.Sprint("login's answer after ", answer), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := &office{latency: 100 * time.Millisecond, closed: below("/closed"), oneSession: true}
				login := fakeLogin{
					account: client.Account{Service: "own", BaseURL: "https://own.example"}, secret: client.Static("x"),
					login: func(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
						defer time.Sleep(answer)
						return o.login(ctx, hc, secret)
					},
				}
				slow := roundTripper(func(req *http.Request) (*http.Response, error) {
					if strings.HasPrefix(req.URL.Path, "/closed") {
						defer time.Sleep(50 * time.Millisecond)
					}
					return o.RoundTrip(req)
				})
				c := newClient(t, login, client.WithTransport(slow))
				run(t, c, 65*time.Minute,
					traffic{path: always("/closed"), every: 500 * time.Millisecond},
					traffic{path: always("/jobs"), every: 50 * time.Millisecond},
					traffic{path: always("/docs"), every: 50 * time.Millisecond})
				o.wantFew(t)
			})
		})
	}
}

// More closed names than are remembered, beside an open route that is asked in bursts.
func TestP8ClosedNamesBesideBursts(t *testing.T) {
	t.Parallel()
	for _, names := range []int{20, 70, 1000} {
		t.Run(fmt.Sprint(names), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := &office{latency: 20 * time.Millisecond, closed: below("/closed")}
				c := o.client(t)
				var bursts sync.WaitGroup
				bursts.Go(func() {
					for range 65 {
						run(t, c, 4*time.Second, traffic{path: always("/open"), every: 200 * time.Millisecond})
						time.Sleep(56 * time.Second)
					}
				})
				run(t, c, 65*time.Minute, traffic{
					path: func(i int) string { return named("/closed/")(i % names) }, every: 100 * time.Millisecond,
				})
				bursts.Wait()
				o.wantFew(t)
			})
		})
	}
}

// Where replicas lag, a refresh is one login and not two.
func TestP8RefreshWhereReplicasLag(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := &office{latency: 20 * time.Millisecond, lag: 500 * time.Millisecond}
		c := o.client(t, client.WithMaxAge(10*time.Minute))
		run(t, c, 2*time.Hour, traffic{path: always("/open"), every: 100 * time.Millisecond})
		if n := o.loginsSince(time.Time{}); n > 16 { // each 9 min, and the first one again
			t.Errorf("%d logins in 2 h with tokens that are renewed after 9 min; want 15", n)
		}
	})
}

// A Stored client that meets a closed route goes on with its token, which is alive.
func TestP8StoredLoginAndAClosedRoute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := &office{closed: below("/closed")}
		store := &clienttest.MemoryStore{}
		opts := []client.Option{client.WithTokenStore(store), client.WithUnboundRecords()}
		first := o.client(t, opts...)
		mustToken(t, first)
		c := newClient(t, client.Stored(first.Account()), slices.Concat(opts, []client.Option{client.WithTransport(o)})...)
		for _, token := range []string{"first", "second"} {
			if status := get(t, c, "/open"); status != http.StatusOK {
				t.Errorf("%s token: HTTP %d", token, status)
			}
			_, err := fetch(t.Context(), c.HTTPClient(), c.BaseURL()+"/closed")
			t.Log("the closed route: ", err)
			if _, err := fetch(t.Context(), c.HTTPClient(), c.BaseURL()+"/open"); err != nil {
				t.Errorf("the open route, with the %s token, which is alive: %v", token, err)
			}
			if n := len(store.Records()); n != 1 {
				t.Errorf("%d records; want the live token's", n)
			}
			o.revokeAll()
			time.Sleep(time.Minute)
			if err := first.LogIn(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// An error that is no 401 does not say that a token is alive. So a Stored client that meets a 401 next has none.
func TestP8ErrorsDoNotSayThatATokenIsAlive(t *testing.T) {
	t.Parallel()
	for _, status := range []int{400, 403, 404, 500} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				opts := []client.Option{client.WithTokenStore(&clienttest.MemoryStore{}), client.WithUnboundRecords()}
				o := &office{}
				first := o.client(t, opts...)
				mustToken(t, first)
				o.revokeAll()
				answers := roundTripper(func(req *http.Request) (*http.Response, error) {
					if req.URL.Path == "/fails" {
						return &http.Response{StatusCode: status, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
					}
					return o.RoundTrip(req)
				})
				c := newClient(t, client.Stored(first.Account()), slices.Concat(opts, []client.Option{client.WithTransport(answers)})...)
				get(t, c, "/fails")
				_, err := fetch(t.Context(), c.HTTPClient(), c.BaseURL()+"/open")
				wantErr(t, err, client.ErrLoginRequired)
			})
		})
	}
}
