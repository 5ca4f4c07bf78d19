package client

import (
	"context"
	"errors"
	"net/http"

	"github.com/latchkey-go/latchkey/client/internal/digest"
	"github.com/latchkey-go/latchkey/client/internal/places"
)

// boundLogin is a Login that logs in with the secret of one key only.
type boundLogin struct {
	login   Login
	account Account
	key     places.Key
}

// keyOf returns the key of an account and a secret.
func keyOf(account Account, secret string) places.Key {
	return digest.Key(account.Service, account.BaseURL, account.Method, account.Name, secret)
}

func (b boundLogin) Account() (Account, error) { return b.account, nil }

func (b boundLogin) Secret(ctx context.Context) (string, error) {
	secret, err := b.login.Secret(ctx)
	if err == nil && keyOf(b.account, secret) != b.key {
		return "", &LoginError{
			Service: b.account.Service, Method: b.account.Method, Kind: ErrInvalidCredentials,
			Err: errors.New("the secret has changed since this client was looked up: look it up again"),
		}
	}
	return secret, err
}

func (b boundLogin) Login(ctx context.Context, hc *http.Client, secret string) (Token, error) {
	return b.login.Login(ctx, hc, secret)
}
