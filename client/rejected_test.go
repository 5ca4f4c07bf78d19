package client_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bearer"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

func TestP8RevocationUnderManyRequestsIsOneLogin(t *testing.T) {
	t.Parallel()
	for _, s := range services {
		t.Run(s.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const requests = 1000
				srv := s.start(t, sandbox.Config{Latency: 100 * time.Millisecond})
				c := s.client(t, srv, client.WithTransport(slow(srv.Transport(), s.resource, time.Second)))
				mustToken(t, c)
				time.AfterFunc(500*time.Millisecond, func() { srv.RevokeAll() })
				atOnce(requests, func(int) {
					resp, err := fetch(t.Context(), c.HTTPClient(), c.BaseURL()+s.resource)
					if err != nil || resp.StatusCode != http.StatusOK {
						t.Errorf("%v, %v", resp, err)
					}
				})
				counts := srv.Counts()
				if counts.LoginRequests != 2 || counts.Protected != requests || counts.Unauthorized != requests {
					t.Errorf("%+v; want 1 more login, and each request answered 401 once and 200 once", counts)
				}
				if n := c.Status().Replays; n != requests {
					t.Errorf("%d replays; want %d", n, requests)
				}
			})
		})
	}
}

// Requests that come back with a 401 long after the others find the new token, and must not drop it.
func TestP8LateRejectionKeepsTheNewToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		c := bezalaService.client(t, srv, client.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
			late, err := time.ParseDuration(req.URL.RawQuery)
			if err != nil {
				return srv.Transport().RoundTrip(req)
			}
			time.Sleep(time.Second)
			resp, err := srv.Transport().RoundTrip(req)
			time.Sleep(late)
			return resp, err
		})))
		mustToken(t, c)
		time.AfterFunc(time.Second/2, srv.RevokeAll)
		atOnce(100, func(i int) {
			url := fmt.Sprintf("%s%s?%ds", c.BaseURL(), bezalaService.resource, i*10)
			if resp, err := fetch(t.Context(), c.HTTPClient(), url); err != nil || resp.StatusCode != http.StatusOK {
				t.Errorf("%v, %v", resp, err)
			}
		})
		wantLogins(t, srv, 2)
		if n := c.Status().Replays; n != 100 {
			t.Errorf("%d replays; want 100", n)
		}
	})
}

// A failed login is the answer to the request that it was for.
func TestP8FailedLoginIsTheAnswerToARejectedRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		c := bezalaService.client(t, srv)
		mustToken(t, c)
		account := srv.Accounts()[0]
		account.Secret = "changed-password"
		srv.SetAccounts([]sandbox.Account{account}) // revokes the token too
		var calls sync.WaitGroup
		for range 100 {
			calls.Go(func() {
				_, err := fetch(t.Context(), c.HTTPClient(), c.BaseURL()+bezalaService.resource)
				wantErr(t, err, client.ErrInvalidCredentials)
			})
		}
		calls.Wait()
		wantLogins(t, srv, 2)
	})
}

// The pause that a closed route has come to is not that of the others: they have a new token at once when the old one
// is revoked.
func TestP8RevocationBesideAClosedRoute(t *testing.T) {
	t.Parallel()
	for _, closedFirst := range []bool{true, false} {
		t.Run(fmt.Sprint("closed route asked first: ", closedFirst), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := bezalaService.start(t, sandbox.Config{})
				c := bezalaService.client(t, srv, client.WithTransport(forbidding(srv.Transport(), "/forbidden")))
				const revocations, apart = 6, 11 * time.Minute // so that the pause of 5 min is on at most of them
				seconds := int(apart / time.Second)
				for second := 1; second <= (revocations+1)*seconds; second++ {
					if closedFirst {
						get(t, c, "/forbidden")
					}
					if status := get(t, c, bezalaService.resource); status != http.StatusOK {
						t.Errorf("after %d s another route answers HTTP %d", second, status)
					}
					if !closedFirst {
						get(t, c, "/forbidden")
					}
					if second%seconds == 0 {
						srv.RevokeAll()
					}
					time.Sleep(time.Second)
				}
				// As in the test before, and one per revocation.
				if n := srv.Counts().Logins; n > 10+13*2+revocations+1 {
					t.Errorf("%d logins", n)
				}
			})
		})
	}
}

// After 401s of closed routes, of whatever kind, a revocation is no trouble to a route that took the token before.
func TestP8RevocationAfterManyKindsOf401(t *testing.T) {
	for name, forbidden := range map[string]func(*testing.T, *client.Client, int){
		"of many paths": func(t *testing.T, c *client.Client, i int) { get(t, c, fmt.Sprint("/forbidden/", i)) },
		"to a body that cannot be sent again": func(t *testing.T, c *client.Client, _ int) {
			resp, err := c.HTTPClient().Post(c.BaseURL()+"/forbidden/", "text/plain", io.MultiReader(strings.NewReader("x")))
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := bezalaService.start(t, sandbox.Config{})
				c := bezalaService.client(t, srv, client.WithTransport(forbidding(srv.Transport(), "/forbidden/")))
				get(t, c, bezalaService.resource)
				for i := range 1000 {
					forbidden(t, c, i)
					time.Sleep(time.Second)
				}
				if n := srv.Counts().LoginRequests; n > 20 {
					t.Errorf("%d logins for 1,000 401s", n)
				}
				get(t, c, bezalaService.resource)
				srv.RevokeAll()
				for range 60 {
					if status := get(t, c, bezalaService.resource); status != http.StatusOK {
						t.Errorf("HTTP %d", status)
					}
					time.Sleep(time.Second)
				}
			})
		})
	}
}

// A bearer.Token that is the same again is no new one, until its source has one.
func TestP8RevocationOfABearerTokenAfterMany401s(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		current := mustToken(t, bezalaService.client(t, srv)).Value()
		c := newClient(t, bearer.Token{
			Service: "bezala", BaseURL: srv.URL, Token: func(context.Context) (string, error) { return current, nil },
		}, client.WithTransport(forbidding(srv.Transport(), "/forbidden")))
		for range 1000 {
			get(t, c, "/forbidden")
			time.Sleep(time.Second)
		}
		get(t, c, bezalaService.resource)
		srv.RevokeAll()
		current = mustToken(t, bezalaService.client(t, srv)).Value()
		for range 60 {
			if status := get(t, c, bezalaService.resource); status != http.StatusOK {
				t.Errorf("HTTP %d", status)
			}
			time.Sleep(time.Second)
		}
	})
}
