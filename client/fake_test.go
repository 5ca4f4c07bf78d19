package client_test

import (
	"context"
	"net/http"

	"github.com/latchkey-go/latchkey/client"
)

// fakeLogin is a Login of a user's own: its parts are set by the test.
type fakeLogin struct {
	account client.Account
	secret  client.Secret
	login   func(ctx context.Context, hc *http.Client, secret string) (client.Token, error)
}

func (f fakeLogin) Account() (client.Account, error) { return f.account, nil }

func (f fakeLogin) Secret(ctx context.Context) (string, error) { return f.secret(ctx) }

func (f fakeLogin) Login(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
	return f.login(ctx, hc, secret)
}

// roundTripper is an http.RoundTripper made of a function.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
