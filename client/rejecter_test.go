package client_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/formlogin"
)

// rejecting is a back end with its own way to reject a dead token.
type rejecting struct {
	*httptest.Server

	logins int // so many tokens were given; the last one is alive unless it is revoked
	dead   bool
}

func newRejecting(t *testing.T, reject http.HandlerFunc) *rejecting {
	b := &rejecting{}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/auth/login":
			b.logins++
			b.dead = false
			_, _ = fmt.Fprintf(w, `{"access_token":"token-%d"}`, b.logins)
		case r.URL.Path == "/signin":
			_, _ = io.WriteString(w, "<html>please log in")
		case b.dead || r.Header.Get("Authorization") != fmt.Sprintf("Bearer token-%d", b.logins):
			reject(w, r)
		default:
			_, _ = io.WriteString(w, "fine")
		}
	}))
	t.Cleanup(b.Close)
	return b
}

var (
	forbid     = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }
	redirected = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/signin", http.StatusFound) }
)

// A service may reject a token in its own way. That is noticed as a 401 is.
func TestT3LoginSaysWhatRejectsAToken(t *testing.T) {
	for name, tt := range map[string]struct {
		reject  http.HandlerFunc
		rejects func(status int, header http.Header) bool
	}{
		"403": {forbid, func(status int, _ http.Header) bool { return status == http.StatusForbidden }},
		"redirect to a page": {redirected, func(status int, header http.Header) bool {
			return status == http.StatusFound && strings.HasPrefix(header.Get("Location"), "/signin")
		}},
		"page": {
			func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				_, _ = io.WriteString(w, "<html>please log in")
			},
			func(_ int, header http.Header) bool {
				return strings.HasPrefix(header.Get("Content-Type"), "text/html")
			},
		},
		"401 still counts": {
			func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) },
			func(int, http.Header) bool { return false },
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newRejecting(t, tt.reject)
			login := formlogin.Password{BaseURL: b.URL, Username: "u", Password: client.Static("p"), Rejects: tt.rejects}
			pool, err := client.NewPool(1)
			if err != nil {
				t.Fatal(err)
			}
			pooled, err := pool.Client(t.Context(), login)
			if err != nil {
				t.Fatal(err)
			}
			for i, c := range []*client.Client{newClient(t, login), pooled} {
				b.logins = 0
				for range 2 {
					resp, err := fetch(t.Context(), c.HTTPClient(), b.URL+"/x")
					if err != nil {
						t.Fatal(err)
					}
					if resp.StatusCode != http.StatusOK || resp.Request.URL.Path != "/x" {
						t.Errorf("client %d: %s from %s", i, resp.Status, resp.Request.URL)
					}
					b.dead = true
				}
				if b.logins != 2 {
					t.Errorf("client %d: %d logins; want 2", i, b.logins)
				}
			}
		})
	}
}

// A route that is closed to the account in that way costs few logins, as one that answers 401.
func TestP8RouteThatIsClosedByA403(t *testing.T) {
	b := newRejecting(t, forbid)
	c := newClient(t, formlogin.Password{
		BaseURL: b.URL, Username: "u", Password: client.Static("p"),
		Rejects: func(status int, _ http.Header) bool { return status == http.StatusForbidden },
	}, client.WithTransport(everClosed("/closed")))
	for range 1000 {
		if status := get(t, c, "/closed"); status != http.StatusForbidden {
			t.Fatal(status)
		}
	}
	if b.logins > 10 {
		t.Errorf("%d logins", b.logins)
	}
}

// everClosed answers 403 at a path.
func everClosed(path string) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		if req.URL.Path == path {
			return response{status: http.StatusForbidden}.to(req)
		}
		return http.DefaultTransport.RoundTrip(req)
	})
}

// A user's own code that panics is one that says nothing.
func TestT3RejectedThatPanics(t *testing.T) {
	b := newRejecting(t, forbid)
	c := newClient(t, formlogin.Password{
		BaseURL: b.URL, Username: "u", Password: client.Static("p"),
		Rejects: func(int, http.Header) bool { panic("careless") },
	})
	if err := c.LogIn(context.Background()); err != nil {
		t.Fatal(err)
	}
	b.dead = true
	if status := get(t, c, "/x"); status != http.StatusForbidden {
		t.Errorf("HTTP %d; want the service's own 403", status)
	}
}
