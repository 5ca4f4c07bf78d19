package client

import (
	"context"
	"net/http"
)

// Stored returns a Login for a token that another run has put into a [TokenStore]. It needs no secret, but
// [WithTokenStore] and [WithUnboundRecords]. If the store gives no token, the error wraps [ErrLoginRequired], and the
// store's error if there was one. account is the result of the other run's [Client.Account].
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
