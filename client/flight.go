package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"time"
)

// loginLimit is how long one request of a login may take. Waits after a 429 and a pending Secret are not counted.
const loginLimit = 30 * time.Second

// flight is one login under way, shared by all who wait for it.
type flight struct {
	early bool          // a refresh of a token that is still valid
	done  chan struct{} // closed when entry and err are set
	entry *entry
	err   error

	// Guarded by tokenCache.mu.
	waiters    int
	background bool // it goes on without waiters
	asking     bool // it has not begun the network login: without waiters there is no use for it
	latched    bool // the secret was the refused one, so nothing was sent
	limit      *time.Timer
	limited    chan struct{} // closed, and made anew, at each 429

	ctx    context.Context // of the part before the network login
	cancel context.CancelFunc
}

// takeOff starts a login. mu is held.
func (c *tokenCache) takeOff(early bool) {
	f := &flight{early: early, done: make(chan struct{}), limited: make(chan struct{}), background: early, asking: true}
	f.ctx, f.cancel = context.WithCancel(context.Background())
	c.flight = f
	go func() {
		defer f.cancel()
		if early {
			// Nobody waits at first, so without this a pending Secret might never end.
			defer time.AfterFunc(loginLimit, func() { c.foreground(f) }).Stop()
		}
		var token Token
		secret, err := "", error(c.loginError("Secret ended its goroutine", nil))
		// Deferred, so that even such a Secret leaves nobody waiting.
		defer func() { c.land(f, token, secret, err) }()
		secret, err = c.ask(f)
		if err == nil {
			token, err = c.logIn(f, secret)
		}
	}()
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

// ask waits until logins are allowed and gets the secret. Secrets are asked one at a time, also where one lets
// itself be waited for after its ctx has ended.
func (c *tokenCache) ask(f *flight) (secret string, err error) {
	defer c.recovered(&err, "Secret")
	if err := c.passGate(f); err != nil {
		return "", err
	}
	select {
	case c.asking <- struct{}{}:
		defer func() { <-c.asking }()
	case <-f.ctx.Done():
		return "", c.gaveUp(f.ctx.Err())
	}
	c.mu.Lock()
	c.latch.asked = c.latch.on(time.Now())
	c.mu.Unlock()
	secret, err = c.login.Secret(f.ctx)
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

// logIn does the network login within its limit.
func (c *tokenCache) logIn(f *flight, secret string) (Token, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()

	c.mu.Lock()
	f.asking = false
	if c.latch.holds(secret, time.Now()) {
		defer c.mu.Unlock()
		f.latched = true
		return Token{}, c.latch.err
	}
	f.limit = time.AfterFunc(loginLimit, cancel)
	defer f.limit.Stop()
	c.mu.Unlock()

	type result struct {
		token Token
		err   error
	}
	results := make(chan result, 1)
	go func() {
		var r result
		defer func() { results <- r }()
		defer c.recovered(&r.err, "Login")
		r.token, r.err = c.login.Login(ctx, c.hc, secret)
	}()
	select {
	case r := <-results:
		if r.err == nil && r.token.Value() == "" {
			r.err = &LoginError{
				Service: c.account.Service, Method: c.account.Method, Kind: ErrUnexpectedResponse,
				Err: errors.New("the Login returned neither token nor error"),
			}
		}
		return r.token, r.err
	case <-ctx.Done():
		// A Login that does not even heed its ctx is left behind; its callers are not.
		return Token{}, &LoginError{
			Service: c.account.Service, Method: c.account.Method, Kind: ErrUnavailable,
			Message: fmt.Sprintf("no answer within %d s", int(loginLimit.Seconds())), Err: context.DeadlineExceeded,
		}
	}
}

// land makes the outcome known: to those who wait, and to those who come later.
func (c *tokenCache) land(f *flight, token Token, secret string, err error) {
	err = typed(withheld(err, c.account, secret), c.account)

	c.mu.Lock()
	now := time.Now()
	if err == nil {
		f.entry = c.newEntry(token, now)
		c.current.Store(f.entry)
		c.status.Logins++
		c.latch.reset()
		c.cooling.reset()
		c.gate = gate{}
	} else {
		f.err = c.failed(f, secret, err, now)
	}
	if c.flight == f {
		c.flight = nil
	}
	c.mu.Unlock()
	close(f.done)
}

// failed draws the consequences of a failed login and returns the error for those who wait. mu is held.
func (c *tokenCache) failed(f *flight, secret string, err error, now time.Time) error {
	if f.early {
		c.cooling.begin(now)
	}
	if f.asking || f.latched {
		// The service was not asked.
		return err
	}
	c.status.Failures++
	if refused, ok := errors.AsType[*LoginError](err); ok && refused.Status != 0 &&
		(errors.Is(refused.Kind, ErrInvalidCredentials) || errors.Is(refused.Kind, ErrInvalidInput)) {
		c.latch.hold(secret, err, now)
	}
	if limit, ok := errors.AsType[*RateLimitError](err); ok {
		if c.gate.closed(now) == 0 {
			c.gate.close(limit.Wait, now)
		}
		c.gate.cause = limit.Err
		return c.gate.err(c.account.Service, now)
	}
	return err
}

// limited is told of each 429 to a login before the wait, if one follows.
func (c *tokenCache) limited(wait time.Duration, retried bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.status.RateLimited++
	c.gate.close(wait, time.Now())
	c.gate.cause = &LoginError{Service: c.account.Service, Method: c.account.Method, Status: http.StatusTooManyRequests}
	if f := c.flight; retried && f != nil && f.limit != nil {
		f.limit.Reset(wait + loginLimit)
		close(f.limited)
		f.limited = make(chan struct{})
	}
}

// recovered turns a panic in a user's Login or Secret into an error, which wedges nothing. The panic's value may
// hold the secret, so only what the runtime says is repeated.
func (c *tokenCache) recovered(err *error, where string) {
	switch v := recover().(type) {
	case nil:
	case runtime.Error:
		*err = c.loginError(where+" panicked", v)
	default:
		*err = c.loginError(fmt.Sprintf("%s panicked with a %T", where, v), nil)
	}
}

func (c *tokenCache) loginError(message string, err error) *LoginError {
	return &LoginError{Service: c.account.Service, Method: c.account.Method, Message: message, Err: err}
}
