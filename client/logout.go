package client

import "context"

// logOut forgets the token, here and in the TokenStore. A login under way goes on for those who wait for it; later
// callers do not share it.
func (c *tokenCache) logOut(ctx context.Context) error {
	c.mu.Lock()
	c.logouts++
	if e := c.current.Load(); e != nil {
		c.drop(e)
	}
	if f := c.flight; f != nil {
		f.background = false
		f.abandon()
		c.flight = nil
	}
	askSecret := c.secret()
	c.mu.Unlock()

	if c.share == nil {
		return nil
	}
	var secret string
	if !c.share.NeedsNoSecret() {
		var err error
		if secret, err = c.ask(ctx, askSecret, func() {}); err != nil {
			return err
		}
	}
	if err := c.share.Remove(ctx, secret); err != nil {
		return loginError(c.account(), "", err)
	}
	return nil
}
