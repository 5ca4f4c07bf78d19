package client_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

func TestT2LoginFollowsNoRedirect(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		synctest.Test(t, func(t *testing.T) {
			net := record(answers(response{status: status, header: http.Header{"Location": {"/elsewhere"}}}))
			c := newClient(t, ownLogin(func(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
				answer, err := ask(ctx, hc, "/login", secret)
				if err != nil {
					return client.Token{}, err
				}
				if answer.Status != status {
					t.Errorf("HTTP %d; want the redirect itself", answer.Status)
				}
				return client.Token{}, answer.Unrecognized()
			}), client.WithTransport(net))
			_, err := c.Token(t.Context())
			wantErr(t, err, client.ErrUnexpectedResponse)
			if sent := net.requests(); len(sent) != 1 {
				t.Errorf("HTTP %d: sent %v; want the login alone", status, sent)
			}
		})
	}
}

// net/http repeats a Location that is no URL in its error, as a whole: it may be long, and hold a token.
func TestT6LoginsRedirectToNoURL(t *testing.T) {
	for _, to := range []string{"/\x01?token=tok3n", "https://[?token=tok3n" + strings.Repeat("x", 100_000), "%zz?token=tok3n"} {
		synctest.Test(t, func(t *testing.T) {
			net := record(answers(response{status: 302, header: http.Header{"Location": {to}}}))
			_, err := newClient(t, bezala.Password{
				BaseURL: homeURL, Email: "user@example.com", Password: client.Static("your-password"),
			}, client.WithTransport(net)).Token(t.Context())
			wantErr(t, err, client.ErrUnexpectedResponse)
			if text := err.Error(); len(text) > 200 || strings.Contains(text, "tok3n") || !strings.Contains(text, "HTTP 302") {
				t.Errorf("%.300s", text)
			}
		})
	}
}

// A login's redirect is not followed, not even one that would replay the password.
func TestT2LoginRedirectKeepsThePasswordAtHome(t *testing.T) {
	n := newInternet(t)
	for _, to := range strangers {
		for _, status := range []int{301, 302, 303, 307, 308} {
			n.sandbox.SetOutage(sandbox.Outage{
				Kind: sandbox.Redirect, Scope: sandbox.Logins, Status: status, Location: to, Times: 1,
			})
			c := newClient(t, bezala.Password{
				BaseURL: homeURL, Email: "user@example.com", Password: client.Static("your-password"),
			}, client.WithTransport(n.transport))
			if _, err := c.Token(t.Context()); err == nil {
				t.Errorf("%d to %s: no error", status, to)
			}
			if visits := n.stranger.seen(); len(visits) != 0 {
				t.Errorf("%d to %s: %v; want no visit", status, to, visits)
			}
		}
	}
}
