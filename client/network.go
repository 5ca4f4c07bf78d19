package client

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"
)

// loginLimit is how long one request of a login may take. Waits after a 429 and a pending Secret are not counted.
const loginLimit = 30 * time.Second

// outcome is what became of a flight.
type outcome struct {
	token  Token
	secret string
	err    error
	found  *entry // the token's, if a TokenStore had it
}

// logIn does the network login within its limit.
func (c *tokenCache) logIn(f *flight, secret string) outcome {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	c.mu.Lock()
	f.sent = true
	f.limit = time.AfterFunc(loginLimit, cancel)
	c.mu.Unlock()
	defer f.limit.Stop()

	outcomes := make(chan outcome, 1)
	go func() {
		o := outcome{secret: secret}
		defer func() { outcomes <- o }()
		defer recovered(&o.err, "Login")
		o.token, o.err = c.login.Login(ctx, c.hc, secret)
	}()
	select {
	case o := <-outcomes:
		if o.err == nil && o.token.Value() == "" {
			o.err = &LoginError{
				Service: c.account.Service, Method: c.account.Method, Kind: ErrUnexpectedResponse,
				Err: errors.New("the Login returned neither token nor error"),
			}
		}
		return o
	case <-ctx.Done():
		// A Login that does not even heed its ctx is left behind; its callers are not.
		return outcome{secret: secret, err: &LoginError{
			Service: c.account.Service, Method: c.account.Method, Kind: ErrUnavailable,
			Message: fmt.Sprintf("no answer within %d s", int(loginLimit.Seconds())), Err: context.DeadlineExceeded,
		}}
	}
}

// limited is told of each 429 to a login before the wait, if one follows.
func (c *tokenCache) limited(wait time.Duration, retried bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.status.RateLimited++
	c.gate.inARow++
	c.gate.close(wait, time.Now())
	c.gate.cause = c.tooMany()
	f := c.flight
	if f == nil || f.limit == nil {
		return
	}
	f.tooMany = !retried
	if retried {
		f.limit.Reset(wait + loginLimit)
		close(f.limited)
		f.limited = make(chan struct{})
	}
}

// limitedBefore returns how many logins were answered 429 since the last that gave a token.
func (c *tokenCache) limitedBefore() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.gate.inARow
}

// recovered turns a panic in a user's Login, Secret or TokenStore into an error, which wedges nothing. The panic's value
// may hold the secret, so only what the runtime says is repeated.
func recovered(err *error, where string) {
	switch v := recover().(type) {
	case nil:
	case runtime.Error:
		*err = fmt.Errorf("%s panicked: %w", where, v)
	default:
		*err = fmt.Errorf("%s panicked with a %T", where, v)
	}
}

func (c *tokenCache) loginError(message string, err error) *LoginError {
	return &LoginError{Service: c.account.Service, Method: c.account.Method, Message: message, Err: err}
}
