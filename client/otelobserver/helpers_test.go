package otelobserver_test

import (
	"context"
	"net/http"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

// tokenLogin gives a token that lives for a time.
type tokenLogin struct{ life time.Duration }

func (l tokenLogin) Account() (client.Account, error) {
	return client.Account{Service: "own", Method: "given", BaseURL: "https://own.example", Name: l.life.String()}, nil
}

func (tokenLogin) Secret(context.Context) (string, error) { return "secret", nil }

func (l tokenLogin) Login(context.Context, *http.Client, string) (client.Token, error) {
	return client.NewToken(client.TokenResponse{Value: "token", ExpiresIn: l.life})
}
