package peers

import (
	"context"
	"net/http"
	"testing"

	"github.com/latchkey-go/latchkey/client"
)

// latchkey is package client with a Login of its own, as in the package's ExampleLogin.
var latchkey = peer{
	name:   "latchkey",
	module: "github.com/latchkey-go/latchkey",
	open: func(tb testing.TB, w *world) library {
		c, err := client.New(ownLogin{w.authority}, client.WithTransport(w))
		if err != nil {
			tb.Fatal(err)
		}
		l := tokens(c.Token)
		l.send = through(c.HTTPClient())
		return l
	},
	shared: "yes: files, Redis, keyring", // README.md, "Which store": one login for all
}

type ownLogin struct{ *authority }

func (ownLogin) Account() (client.Account, error) {
	return client.Account{Service: "peers", BaseURL: api, Method: "test"}.Canonical()
}

func (ownLogin) Secret(context.Context) (string, error) { return "password", nil }

func (l ownLogin) Login(ctx context.Context, _ *http.Client, _ string) (client.Token, error) {
	token, err := l.login(ctx)
	if err != nil {
		return client.Token{}, err
	}
	return client.NewToken(client.TokenResponse{Value: token, ExpiresIn: lifetime})
}
