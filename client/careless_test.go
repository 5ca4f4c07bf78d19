package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// careless is a RoundTripper that leaves out what net/http tolerates: the body of an empty answer, and the request
// that it belongs to.
func careless(rt http.RoundTripper) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		resp, err := rt.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		resp.Request = nil
		if resp.ContentLength == 0 {
			resp.Body = nil
		}
		return resp, nil
	})
}

func TestAnswersWithoutABody(t *testing.T) {
	for _, status := range []int{http.StatusOK, http.StatusUnauthorized, http.StatusTooManyRequests, http.StatusFound} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := bezalaService.start(t, sandbox.Config{})
				base := roundTripper(func(req *http.Request) (*http.Response, error) {
					if req.URL.Path == "/empty" {
						return &http.Response{StatusCode: status, Header: http.Header{}}, nil
					}
					return srv.Transport().RoundTrip(req)
				})
				c := bezalaService.client(t, srv, client.WithTransport(careless(base)))
				defer func() {
					if v := recover(); v != nil {
						t.Errorf("panic: %v", v)
					}
				}()
				resp, err := c.HTTPClient().Get(c.BaseURL() + "/empty")
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
				if resp.StatusCode != status {
					t.Errorf("HTTP %d; want %d", resp.StatusCode, status)
				}
				resp, err = newHTTPClient(t, client.WithTransport(careless(base))).Get(c.BaseURL() + "/empty")
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
			})
		})
	}
}

func TestNeitherResponseNorError(t *testing.T) {
	hc := newHTTPClient(t, client.WithTransport(roundTripper(func(*http.Request) (*http.Response, error) {
		return nil, nil
	})))
	if resp, err := hc.Get("https://api.example.com/"); err == nil {
		t.Errorf("%v and no error", resp)
	}
}

func TestLoginAnsweredWithoutABody(t *testing.T) {
	for _, status := range []int{http.StatusOK, http.StatusUnauthorized, http.StatusServiceUnavailable} {
		synctest.Test(t, func(t *testing.T) {
			srv := bezalaService.start(t, sandbox.Config{})
			c := bezalaService.client(t, srv, client.WithTransport(roundTripper(func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: status, Header: http.Header{}}, nil
			})))
			_, err := c.Token(t.Context())
			if failed, ok := errors.AsType[*client.LoginError](err); !ok || failed.Status != status {
				t.Errorf("%v; want a *LoginError with HTTP %d", err, status)
			}
		})
	}
}

// The caller's credentials stay at home also if the transport does not say which request an answer is to.
func TestRedirectStripsWithACarelessTransport(t *testing.T) {
	n := newInternet(t)
	c, _ := n.client(t, client.WithTransport(careless(n.transport)))
	for _, away := range []string{"https://other.example", "https://home.example:8443", "https://sub.home.example"} {
		again := away + "/redirect?" + url.Values{"status": {"302"}, "to": {homeURL + bezalaService.resource}}.Encode()
		for _, own := range []bool{true, false} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, redirectURL(302, again), nil)
			if err != nil {
				t.Fatal(err)
			}
			if own {
				req.Header.Set("Authorization", "Basic b3duOm93bg==")
				req.Header.Set("Cookie", "session=own")
			}
			resp, err := c.HTTPClient().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if visits := n.stranger.seen(); len(visits) != 1 {
				t.Errorf("%s: visits %v; want one", away, visits)
			} else {
				wantNothingOfOurs(t, visits)
			}
			if visits := n.home.seen(); len(visits) != 2 {
				t.Errorf("%s: at home %v; want two visits", away, visits)
			} else {
				wantNothingOfOurs(t, visits[1:])
			}
		}
	}
}

// Every error is one of ours, also where a Login of the user's own has others.
func TestErrorsAreTyped(t *testing.T) {
	broken := errors.New("something else")
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, ownLogin(func(context.Context, *http.Client, string) (client.Token, error) {
			return client.Token{}, fmt.Errorf("own: %w", broken)
		}))
		_, err := c.Token(t.Context())
		wantErr(t, err, broken)
		if _, typed := errors.AsType[*client.LoginError](err); !typed {
			t.Errorf("%T; want a *LoginError", err)
		}
		if !strings.HasPrefix(err.Error(), "own: ") {
			t.Errorf("%q; want the service's name in front", err)
		}
	})
}

// A Login that hands out a token of its own keeping may hand out one that has expired.
func TestOldTokenFromALoginIsNotALoginPerCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept, err := client.NewToken(client.TokenResponse{Value: "kept", ExpiresIn: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Hour)
		logins := 0
		login := ownLogin(nil)
		login.login = func(context.Context, *http.Client, string) (client.Token, error) {
			logins++
			return kept, nil
		}
		c := newClient(t, login)
		for range 1000 {
			mustToken(t, c)
		}
		if logins > 1 {
			t.Errorf("%d logins at one moment; want one", logins)
		}
	})
}
