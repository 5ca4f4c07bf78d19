package client

import (
	"context"
	"net/http"
)

// Stored is a Login for a token that another run put into a TokenStore: it needs no secret. Make its Client with
// WithTokenStore and WithUnboundRecords; where the store has no token for the account, the error wraps ErrLoginRequired,
// and what kept the store from giving one, if anything did. Account is what the other run's Client.Account returned.
func Stored(account Account) Login { return stored{account} }

type stored struct{ account Account }

func (s stored) Account() (Account, error) { return s.account, nil }

func (s stored) Secret(context.Context) (string, error) {
	return "", &LoginError{Service: s.account.Service, Method: s.account.Method, Err: ErrLoginRequired}
}

// Login is never reached, since there is no secret.
func (s stored) Login(context.Context, *http.Client, string) (Token, error) {
	return Token{}, &LoginError{Service: s.account.Service, Method: s.account.Method, Err: ErrLoginRequired}
}
