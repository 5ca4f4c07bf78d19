package client

import (
	"context"
	"net/http"
	"slices"

	"github.com/latchkey-go/latchkey/client/internal/await"
)

// Stored returns a Login for a token that another run has put into a [TokenStore]. It needs no secret, but
// [WithTokenStore] and [WithUnboundRecords]. If the store gives no token, the error wraps [ErrLoginRequired], and the
// store's error if there was one. account is the result of the other run's [Client.Account]. If the other run's Login is
// a [Rejecter], hand over a Rejecter too: else only a 401 tells that the token is dead.
func Stored(account Account, rejecter ...Rejecter) Login { return stored{account, rejecter} }

type stored struct {
	account  Account
	rejecter []Rejecter
}

func (s stored) Account() (Account, error) { return s.account, nil }

func (s stored) Secret(context.Context) (string, error) {
	return "", &LoginError{Service: s.account.Service, Method: s.account.Method, Err: ErrLoginRequired}
}

// Login is never reached, since there is no secret.
func (s stored) Login(context.Context, *http.Client, string) (Token, error) {
	return Token{}, &LoginError{Service: s.account.Service, Method: s.account.Method, Err: ErrLoginRequired}
}

func (s stored) Rejected(status int, header http.Header) bool {
	return slices.ContainsFunc(s.rejecter, func(r Rejecter) bool { return !await.IsNil(r) && r.Rejected(status, header) })
}
