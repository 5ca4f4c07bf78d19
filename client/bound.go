package client

import (
	"context"
	"errors"

	"github.com/latchkey-go/latchkey/client/internal/digest"
	"github.com/latchkey-go/latchkey/client/internal/places"
)

// keyOf returns the key of an account and a secret.
func keyOf(account Account, secret string) places.Key {
	return digest.Key(account.Service, account.BaseURL, account.Method, account.Name, secret)
}

// bound returns a Login's Secret, which fails if it is another one than that of the key.
func bound(login Login, account Account, key places.Key) Secret {
	return func(ctx context.Context) (string, error) {
		secret, err := login.Secret(ctx)
		if err == nil && keyOf(account, secret) != key {
			return "", &LoginError{
				Service: account.Service, Method: account.Method, Kind: ErrInvalidCredentials,
				Err: errors.New("the secret has changed since this client was looked up: look it up again"),
			}
		}
		return secret, err
	}
}
