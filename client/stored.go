package client

import (
	"context"
	"net/http"
)

// Stored is a Login for a token that another run put into a TokenStore: it needs no secret. Make its Client with
// WithTokenStore and WithVouchedRecords; where the store has no token for the account, ErrLoginRequired is wrapped in
// the error. Account is what the other run's Client.Account returned.
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

// Logout drops the token, here and in the TokenStore; the service is not told. Bound records need the secret for
// that, which is asked with ctx. The next call logs in.
func (c *Client) Logout(ctx context.Context) error {
	if token, held := c.cache.held(); held {
		c.Invalidate(token)
	}
	s := c.cache.share
	if s == nil {
		return nil
	}
	var secret string
	if !s.vouched {
		var err error
		if secret, err = c.cache.login.Secret(ctx); err != nil {
			return typed(err, c.account)
		}
	}
	keys, err := s.keysFor(ctx, secret)
	if err != nil {
		return c.cache.loginError("", err)
	}
	ctx, cancel := context.WithTimeout(ctx, storeLimit)
	defer cancel()
	if err := s.store.Delete(ctx, keys.place); err != nil {
		return c.cache.loginError("the token store did not delete the record", err)
	}
	return nil
}

// held returns the current token.
func (c *tokenCache) held() (Token, bool) {
	if e := c.current.Load(); e != nil {
		return e.token, true
	}
	return Token{}, false
}
