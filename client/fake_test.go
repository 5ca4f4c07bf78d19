package client_test

import (
	"context"
	"net/http"
	"testing"

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

// newHTTPClient is client.NewHTTPClient with options that are right.
func newHTTPClient(t *testing.T, opts ...client.Option) *http.Client {
	t.Helper()
	hc, err := client.NewHTTPClient(opts...)
	if err != nil {
		t.Fatal(err)
	}
	return hc
}

// newPool is client.NewPool with options that are right.
func newPool(t *testing.T, size int, opts ...client.Option) *client.Pool {
	t.Helper()
	pool, err := client.NewPool(size, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return pool
}
