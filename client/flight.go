package client

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// flight is one login under way, shared by all who wait for it.
type flight struct {
	early   bool          // a refresh of a token that is still valid
	logouts int           // as in tokenCache when it began
	done    chan struct{} // closed when entry and err are set, and a TokenStore has been told
	entry   *entry
	err     error

	// Guarded by tokenCache.mu.
	waiters    int
	background bool // it goes on without waiters
	asking     bool // it has no secret yet: without waiters there is no use for it
	sent       bool // the Login was called
	landed     bool
	limit      *time.Timer
	limited    chan struct{} // closed, and made anew, at each 429
	tooMany    bool          // the Login's last answer was a 429

	ctx    context.Context // of the part before the network login
	cancel context.CancelFunc
}

// takeOff starts a login. mu is held.
func (c *tokenCache) takeOff(early bool) {
	f := &flight{
		early: early, logouts: c.logouts, done: make(chan struct{}), limited: make(chan struct{}), background: early,
		asking: !c.share.needsNoSecret(),
	}
	f.ctx, f.cancel = context.WithCancel(context.Background())
	c.flight = f
	go func() {
		defer close(f.done)
		defer f.cancel()
		if early {
			// Nobody waits at first, so without this a pending Secret might never end.
			defer time.AfterFunc(loginLimit, func() { c.foreground(f) }).Stop()
		}
		c.fly(f)
	}()
}

// fly gets a token: from the TokenStore if it has one, else by logging in.
func (c *tokenCache) fly(f *flight) {
	o := outcome{err: c.loginError("Secret ended its goroutine", nil)}
	defer func() {
		// Deferred, so that even such a Secret leaves nobody waiting.
		if !f.landed {
			c.land(f, o)
		}
	}()

	var v *visit
	if c.share.needsNoSecret() {
		v = c.share.visit(f.ctx, "")
		if found, ok := c.find(v, f); ok {
			o = found
			return
		}
	}
	c.asks(f)
	secret, err := c.ask(f)
	if o = (outcome{secret: secret, err: err}); err != nil {
		if _, needsLogin := c.login.(stored); needsLogin && v != nil && v.fault != nil {
			o.err = c.loginError("", fmt.Errorf("%w: the token store gave none: %w", ErrLoginRequired, v.fault))
		}
		return
	}
	if o.err = c.latched(f, secret); o.err != nil {
		return
	}
	if c.share == nil {
		o = c.logIn(f, secret)
		return
	}
	if v == nil {
		v = c.share.visit(f.ctx, secret)
		if found, ok := c.find(v, f); ok {
			o = found
			return
		}
	}
	unlock := v.lock(f.ctx)
	defer unlock()
	if found, ok := c.find(v, f); ok {
		o = found
		return
	}
	o = c.logIn(f, secret)
	note, ttl := c.land(f, o)
	if note.Token == nil && ttl > 0 && c.foundMeanwhile(v) {
		return // of one who could not wait for the lock, or had none to wait for
	}
	v.write(note, ttl, func() bool { return c.keeps(f) })
}

// foreground makes an early refresh a login like others, which ends if nobody waits for it.
func (c *tokenCache) foreground(f *flight) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f.background = false
	c.abandon(f)
}

// abandon ends what a login does before its request if nobody waits for it any more. mu is held.
func (c *tokenCache) abandon(f *flight) {
	if f.waiters > 0 || !f.asking || f.background {
		return
	}
	f.cancel()
	// Who comes now is not to share its end.
	if c.flight == f {
		c.flight = nil
	}
}

// asks takes note that a login goes on to its secret, which nobody may be waiting for.
func (c *tokenCache) asks(f *flight) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f.asking = true
	c.abandon(f)
}

// ask waits until logins are allowed and gets the secret.
func (c *tokenCache) ask(f *flight) (secret string, err error) {
	if err := c.passGate(f); err != nil {
		return "", err
	}
	done, err := c.turn(f.ctx)
	if err != nil {
		return "", err
	}
	defer done()
	c.mu.Lock()
	c.latch.asked = c.latch.on(time.Now())
	c.mu.Unlock()
	return c.secret(f.ctx)
}

// turn waits until nobody else asks for the secret, also where a Secret lets itself be waited for after its ctx has
// ended.
func (c *tokenCache) turn(ctx context.Context) (done func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, c.gaveUp(err)
	}
	select {
	case c.asking <- struct{}{}:
		return func() { <-c.asking }, nil
	case <-ctx.Done():
		return nil, c.gaveUp(ctx.Err())
	}
}

func (c *tokenCache) secret(ctx context.Context) (secret string, err error) {
	defer recovered(&err, "Secret")
	secret, err = c.login.Secret(ctx)
	if _, ours := errors.AsType[*LoginError](err); err != nil && !ours {
		err = c.loginError("", fmt.Errorf("no secret to log in with: %w", err))
	}
	return secret, err
}

// passGate waits until the gate is open.
func (c *tokenCache) passGate(f *flight) error {
	c.mu.Lock()
	wait := c.gate.closed(time.Now())
	c.mu.Unlock()
	if wait == 0 {
		return nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-f.ctx.Done():
		return c.gaveUp(f.ctx.Err())
	}
}

// latched takes note that the secret is known. If it is one that was refused a moment ago, its error is returned. A
// login that was abandoned meanwhile ends here: later it would go on, and without the store's lock.
func (c *tokenCache) latched(f *flight, secret string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	f.asking = false
	if err := f.ctx.Err(); err != nil {
		return c.gaveUp(err)
	}
	if c.latch.holds(secret, time.Now()) {
		return c.latch.err
	}
	return nil
}
