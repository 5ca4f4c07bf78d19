package client_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bearer"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// Whether a token is dead is not certain until there is another: while none is to be had, other routes keep using it.
func TestClosedRouteWhileLoginsFailHarmsNoOther(t *testing.T) {
	for name, outage := range map[string]sandbox.Outage{
		"rate limited": limited(10*time.Minute, 1),
		"down":         {Kind: sandbox.ErrorJSON, Scope: sandbox.Logins},
		"slow":         {Kind: sandbox.Hang, Scope: sandbox.Logins},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := bezalaService.start(t, sandbox.Config{})
				c := bezalaService.client(t, srv, client.WithTransport(forbidding(srv.Transport(), "/forbidden")))
				mustToken(t, c)
				srv.SetOutage(outage)
				go func() { _, _ = fetch(t.Context(), c.HTTPClient(), c.BaseURL()+"/forbidden") }()
				for range 60 {
					began := time.Now()
					if status := get(t, c, bezalaService.resource); status != http.StatusOK || time.Since(began) > 0 {
						t.Errorf("HTTP %d after %s; want 200 at once", status, time.Since(began))
					}
					time.Sleep(time.Second)
				}
			})
		})
	}
}

// After 401s of closed routes, of whatever kind, a revocation is no trouble to a route that took the token before.
func TestRevocationAfterManyKindsOf401(t *testing.T) {
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
				c := bezalaService.client(t, srv, client.WithTransport(forbiddingBelow(srv.Transport(), "/forbidden/")))
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

// forbiddingBelow answers 401 on all routes below a path.
func forbiddingBelow(rt http.RoundTripper, path string) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		if strings.HasPrefix(req.URL.Path, path) {
			return forbidding(nil, req.URL.Path).RoundTrip(req)
		}
		return rt.RoundTrip(req)
	})
}

// A FixedToken that is the same again is no new one, until its source has one.
func TestRevocationOfAFixedTokenAfterMany401s(t *testing.T) {
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

// A route that takes the token at one time and refuses it at another costs no login per request either.
func TestRouteThatFlapsIsNotALoginPerRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		requests := 0
		c := bezalaService.client(t, srv, client.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
			if req.URL.Path == "/flaps" {
				if requests++; requests%2 == 0 {
					return forbidding(nil, "/flaps").RoundTrip(req)
				}
				return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
			}
			return srv.Transport().RoundTrip(req)
		})))
		for range 10_000 {
			get(t, c, "/flaps")
			time.Sleep(30 * time.Millisecond)
		}
		if n := srv.Counts().LoginRequests; n > 10 {
			t.Errorf("%d logins in 5 min; want at most 10", n)
		}
	})
}
