package client

import "context"

// Logout drops the token, here and in the TokenStore; the service is not told. A login that is under way serves those
// who wait for it, and its token is not kept. The next call logs in. Bound records need the secret for that, which is
// asked with ctx.
//
// The error is a *LoginError: there was no secret, or the store did not delete the record within 2 s and before ctx was
// done. Here the token is dropped all the same.
func (c *Client) Logout(ctx context.Context) error {
	c.cache.logOut()
	s := c.cache.share
	if s == nil {
		return nil
	}
	var secret string
	if !s.vouched {
		var err error
		if secret, err = c.cache.secretInTurn(ctx); err != nil {
			return harmless(err, c.account, secret)
		}
	}
	keys, err := s.keysFor(ctx, secret)
	if err != nil {
		return c.cache.loginError("", err)
	}
	ctx, cancel := context.WithTimeout(ctx, storeLimit)
	defer cancel()
	err = inTime(ctx, func(ctx context.Context) error {
		return s.change(ctx, func() error { return s.store.Delete(ctx, keys.place) })
	})
	if err != nil {
		return c.cache.loginError("the token store did not delete the record", err)
	}
	return nil
}

// secretInTurn asks for the secret outside of a login.
func (c *tokenCache) secretInTurn(ctx context.Context) (string, error) {
	done, err := c.turn(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	return c.secret(ctx)
}

// logOut forgets the token. A login under way goes on for those who wait for it; who comes now does not share it.
func (c *tokenCache) logOut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.logouts++
	if e := c.current.Load(); e != nil {
		c.drop(e)
	}
	if f := c.flight; f != nil {
		f.background = false
		c.abandon(f)
		c.flight = nil
	}
}

// keeps reports whether what a login gave is to be kept: nobody has logged out since it began.
func (c *tokenCache) keeps(f *flight) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return f.logouts == c.logouts
}
