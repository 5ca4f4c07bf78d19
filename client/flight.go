package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"time"
)

// loginLimit is how long one request of a login may take. Waits after a 429 and a pending Secret are not counted.
const loginLimit = 30 * time.Second

// flight is one login under way, shared by all who wait for it.
type flight struct {
	done  chan struct{} // closed when entry and err are set
	entry *entry
	err   error

	// Guarded by tokenCache.mu.
	waiters    int
	background bool // an early refresh, which goes on without waiters
	asking     bool // it has not begun the network login: without waiters there is no use for it
	latched    bool // the secret was the refused one, so nothing was sent
	limit      *time.Timer
	limited    chan struct{} // closed, and made anew, at each 429

	ctx    context.Context // of the part before the network login
	cancel context.CancelFunc
}

// takeOff starts a login. mu is held.
func (c *tokenCache) takeOff(background bool) {
	f := &flight{done: make(chan struct{}), limited: make(chan struct{}), background: background, asking: true}
	f.ctx, f.cancel = context.WithCancel(context.Background())
	c.flight = f
	go func() {
		defer f.cancel()
		if background {
			// Nobody waits at first, so without this a pending Secret might never end.
			defer time.AfterFunc(loginLimit, func() { c.foreground(f) }).Stop()
		}
		secret, err := c.ask(f)
		var token Token
		if err == nil {
			token, err = c.logIn(f, secret)
		}
		c.land(f, token, secret, err)
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
		err = &LoginError{
			Service: c.account.Service, Method: c.account.Method,
			Err: fmt.Errorf("no secret to log in with: %w", err),
		}
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
	err = withheld(err, c.account, secret)

	c.mu.Lock()
	now := time.Now()
	if err == nil {
		f.entry = c.newEntry(token)
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
	if f.background {
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
		*err = &LoginError{Service: c.account.Service, Method: c.account.Method, Message: where + " panicked", Err: v}
	default:
		*err = &LoginError{
			Service: c.account.Service, Method: c.account.Method,
			Message: fmt.Sprintf("%s panicked with a %T", where, v),
		}
	}
}

// withheld replaces an error that repeats the secret, which a Login of a user's own might return. Its kind stays.
func withheld(err error, account Account, secret string) error {
	if err == nil || !repeats(err, secret) {
		return err
	}
	safe := &LoginError{
		Service: account.Service, Method: account.Method,
		Message: "the error is withheld, since it repeats the secret",
	}
	if e, ok := errors.AsType[*LoginError](err); ok {
		safe.Status, safe.Kind = e.Status, e.Kind
	}
	if limit, ok := errors.AsType[*RateLimitError](err); ok {
		return &RateLimitError{Service: account.Service, Wait: limit.Wait, Err: safe}
	}
	return safe
}

// repeats reports whether the parts of an error that are not our own words hold the secret.
func repeats(err error, secret string) bool {
	switch e := err.(type) { //nolint:errorlint // what is wrapped is looked at in turn
	case nil:
		return false
	case *RateLimitError:
		return repeats(e.Err, secret)
	case *LoginError:
		return holds(e.Code+" "+e.Message+" "+e.Field, secret) || repeats(e.Err, secret)
	default:
		return holds(err.Error(), secret)
	}
}

// holds reports whether a text holds the secret in one of its spellings. Very short ones are in any text.
func holds(text, secret string) bool {
	for _, spelling := range spellings(secret) {
		if len(spelling) >= 4 && strings.Contains(text, spelling) {
			return true
		}
	}
	return false
}

// bounded bounds a login's response, also for a Login that reads it without Attempt.
type bounded struct{ base http.RoundTripper }

func (b bounded) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := b.base.RoundTrip(req)
	if err == nil {
		// One byte more than Attempt accepts, so that it can tell.
		resp.Body = http.MaxBytesReader(nil, resp.Body, maxLoginResponse+1)
	}
	return resp, err
}
