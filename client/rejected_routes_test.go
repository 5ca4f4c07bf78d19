package client_test

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

func TestP8ClosedRouteIsNotALoginPerRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const calls, span = 10000, 5 * time.Minute
		srv := bezalaService.start(t, sandbox.Config{})
		c := bezalaService.client(t, srv, client.WithTransport(forbidding(srv.Transport(), "/forbidden")))
		for range calls {
			if status := get(t, c, "/forbidden"); status != http.StatusUnauthorized {
				t.Fatalf("HTTP %d", status)
			}
			if status := get(t, c, bezalaService.resource); status != http.StatusOK {
				t.Fatalf("another route: HTTP %d", status)
			}
			time.Sleep(span / calls)
		}
		counts := srv.Counts()
		if counts.LoginRequests > 10 {
			t.Errorf("%d logins in 5 min; want at most 10", counts.LoginRequests)
		}
		if counts.Protected != calls || counts.Unauthorized != 0 {
			t.Errorf("the other route's requests: %+v; want %d, each answered at once", counts, calls)
		}
		// From then on the pause is 5 min.
		for range 3600 {
			get(t, c, "/forbidden")
			time.Sleep(time.Second)
		}
		if more := srv.Counts().LoginRequests - counts.LoginRequests; more > 13 {
			t.Errorf("%d more logins in an hour; want at most 13", more)
		}
	})
}

// A route that was closed for a while, and then answers a new token, is like any other again.
func TestP8RouteThatIsOpenAgainIsLikeAnyOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		closed, blocked := true, forbidding(srv.Transport(), bezalaService.resource)
		c := bezalaService.client(t, srv, client.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
			if closed {
				return blocked.RoundTrip(req)
			}
			return srv.Transport().RoundTrip(req)
		})))
		for range 1000 {
			get(t, c, bezalaService.resource)
			time.Sleep(time.Second)
		}
		closed = false
		srv.RevokeAll()
		for get(t, c, bezalaService.resource) != http.StatusOK {
			time.Sleep(time.Second) // the pause of a closed route
		}
		for range 3 {
			time.Sleep(10 * time.Minute)
			srv.RevokeAll()
			if status := get(t, c, bezalaService.resource); status != http.StatusOK {
				t.Errorf("HTTP %d", status)
			}
		}
	})
}

// Only the last closed routes are remembered, and those that come after them still cause no login per request.
func TestP8MoreClosedRoutesThanAreRememberedAreNotALoginPerRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		c := bezalaService.client(t, srv, client.WithTransport(forbidding(srv.Transport(), "/closed/")))
		for i := range 3600 {
			get(t, c, fmt.Sprint("/closed/", i))
			time.Sleep(time.Second)
		}
		if n := srv.Counts().Logins; n > 10+13 {
			t.Errorf("%d logins in an hour; want at most 23", n)
		}
	})
}

// Whether a token is dead is not certain until there is another: if there is none for now, other routes keep using it.
func TestP8ClosedRouteWhileLoginsFailHarmsNoOther(t *testing.T) {
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

// A route that takes the token at one time and refuses it at another costs no login per request either.
func TestP8RouteThatFlapsIsNotALoginPerRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		requests := 0
		c := bezalaService.client(t, srv, client.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
			if req.URL.Path == "/flaps" {
				if requests++; requests%2 == 0 {
					return forbidden.to(req)
				}
				return fine.to(req)
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
