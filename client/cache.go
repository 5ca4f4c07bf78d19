package client

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// A token is renewed in the last tenth of its life, in its last 5 minutes at the most.
	refreshShare  = 10
	refreshWindow = 5 * time.Minute
)

// tokenCache holds one account's token in memory and sees to it that there is one: one login for any number of
// callers, renewed early, with pauses after a refusal, a rate limit and a rejected token.
//
// A hit takes one atomic load and one look at the clock. Everything else is under mu, which is never held over
// I/O or a wait.
type tokenCache struct {
	login   Login
	account Account
	hc      *http.Client // for logins
	maxAge  time.Duration
	maxWait time.Duration // longest wait for the gate

	// How often a call tries again after a 429, by waiting for the gate: once without a TokenStore, where the wait
	// is within the login. With one it is not, since its lock must not be held that long.
	attempts int

	start  time.Time     // zero of the monotonic clock that entries count in
	asking chan struct{} // holds one element while the Secret is asked
	share  *share        // nil without a TokenStore

	current atomic.Pointer[entry]

	mu       sync.Mutex
	flight   *flight    // the login under way, nil if none is
	logouts  int        // so many until now: what a login gives that began before the last is not kept
	latch    latch      // after a refusal
	gate     gate       // after a 429
	cooling  pause      // after a failed early refresh
	rejected rejections // after a 401
	unwanted unwanted   // the tokens that were rejected last: a TokenStore must not bring them back
	status   Status
}

func newTokenCache(login Login, account Account, send http.RoundTripper, o options) *tokenCache {
	c := &tokenCache{
		login:    login,
		account:  account,
		maxAge:   o.maxAge,
		start:    time.Now(),
		asking:   make(chan struct{}, 1),
		share:    newShare(account, o),
		latch:    latch{pause: pause{first: 30 * time.Second, longest: 15 * time.Minute}},
		cooling:  pause{first: 5 * time.Second, longest: time.Minute},
		rejected: newRejections(),
	}
	policy := o.retry.withDefaults()
	c.maxWait, c.attempts = policy.MaxWait, 1
	if c.share != nil {
		c.attempts, policy.Attempts = policy.Attempts, 1
	}
	retrying := newRetryTransport(send, policy)
	retrying.limited, retrying.before = c.limited, c.limitedBefore
	c.hc = &http.Client{
		Transport: bounded{retrying},
		// A login's redirect is no answer, and following it would carry the password along.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c
}

// entry is a token with what is prepared once for it. Times are nanoseconds since tokenCache.start, by the
// monotonic clock.
type entry struct {
	token         Token
	authorization []string // the header's value
	freshUntil    int64    // from then on it is renewed in the background
	validUntil    int64    // from then on it is not handed out
	open          routes   // that took the token
}

// served reports whether a route took the token before.
func (e *entry) served(r route) bool { return e.open.have(r) }

// Token implements TokenSource.
func (c *tokenCache) Token(ctx context.Context) (Token, error) {
	e, err := c.get(ctx)
	if err != nil {
		return Token{}, err
	}
	return e.token, nil
}

// get returns the entry of a valid token.
func (c *tokenCache) get(ctx context.Context) (*entry, error) {
	if e := c.current.Load(); e != nil && int64(time.Since(c.start)) < e.freshUntil {
		return e, nil
	}
	return c.miss(ctx)
}

// miss returns the token that is about to expire and sees that it is renewed, or waits for a login.
func (c *tokenCache) miss(ctx context.Context) (*entry, error) { return c.other(ctx, nil, 0) }

// other returns the entry of a valid token other than the one that a route answered 401, if there was one (else it is
// nil). It returns that same one if 401s were reason for a new token a short while ago. The rejected token is handed
// out until there is another: only the service knows whether it is dead.
func (c *tokenCache) other(ctx context.Context, rejected *entry, from route) (*entry, error) {
	for attempt := 1; ; attempt++ {
		if err := ctx.Err(); err != nil {
			return nil, c.gaveUp(err)
		}
		c.mu.Lock()
		now := time.Now()
		e := c.current.Load()
		if e != nil && e != rejected && int64(now.Sub(c.start)) < e.validUntil {
			if int64(now.Sub(c.start)) >= e.freshUntil {
				c.refresh(now)
			}
			c.mu.Unlock()
			return e, nil
		}
		if rejected != nil && attempt == 1 {
			// Where no login is to be had, join says why, and that is the answer to the rejected request.
			possible := c.flight == nil && !c.latch.on(now) && c.barred(ctx, now) == nil
			if e == rejected && possible && !c.rejected.admit(from, rejected.served(from), now) {
				c.mu.Unlock()
				return rejected, nil
			}
			c.unwanted.add(rejected.token)
		}
		f, err := c.join(ctx, now)
		c.mu.Unlock()
		if err != nil {
			return nil, err
		}
		e, err = c.wait(ctx, f)
		if err == nil || attempt >= c.attempts || !rateLimited(err) {
			return e, err
		}
		// The next one waits for the gate, if it may.
	}
}

// rateLimited reports whether an error is a rate limit.
func rateLimited(err error) bool {
	_, limited := errors.AsType[*RateLimitError](err)
	return limited
}

// wait waits for a login, no longer than ctx allows, nor until its deadline if a rate limit lasts longer.
func (c *tokenCache) wait(ctx context.Context, f *flight) (*entry, error) {
	for {
		c.mu.Lock()
		limited, err := f.limited, c.barred(ctx, time.Now())
		c.mu.Unlock()
		if err != nil {
			c.leave(f)
			return nil, err
		}
		select {
		case <-f.done:
			return f.entry, f.err
		case <-ctx.Done():
			c.leave(f)
			return nil, c.gaveUp(ctx.Err())
		case <-limited:
		}
	}
}

func (c *tokenCache) gaveUp(err error) error {
	return c.loginError("the caller stopped waiting", err)
}

// refresh starts a login in the background unless there is a reason not to. mu is held.
func (c *tokenCache) refresh(now time.Time) {
	if c.flight != nil || c.cooling.on(now) || c.latch.on(now) || c.gate.closed(now) > 0 {
		return
	}
	c.status.Refreshes++
	c.takeOff(true)
}

// join adds the caller to the login under way, and starts one if none is. mu is held.
func (c *tokenCache) join(ctx context.Context, now time.Time) (*flight, error) {
	if err := c.barred(ctx, now); err != nil {
		return nil, err
	}
	if c.flight != nil {
		c.status.SharedWaits++
	} else {
		if c.latch.on(now) && c.latch.asked {
			return nil, c.latch.err
		}
		c.takeOff(false)
	}
	c.flight.waiters++
	return c.flight, nil
}

// barred returns a *RateLimitError if logins are kept off for longer than the caller or the policy waits. mu is
// held.
func (c *tokenCache) barred(ctx context.Context, now time.Time) error {
	wait := c.gate.closed(now)
	if wait == 0 {
		return nil
	}
	if deadline, ok := ctx.Deadline(); wait > c.maxWait || ok && deadline.Sub(now) <= wait {
		return c.gate.err(c.account.Service, now)
	}
	return nil
}

// leave takes a caller off a login. A Secret that is being asked, or a wait for the gate, ends with its last
// caller; a request goes on, so that impatient callers get a token in the end.
func (c *tokenCache) leave(f *flight) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f.waiters--
	c.abandon(f)
}

// invalidate drops a token if it is the current one.
func (c *tokenCache) invalidate(token Token) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.current.Load(); e != nil && e.token.Equal(token) {
		c.drop(e)
	}
}

// drop forgets a token, and remembers not to take it from a store again. mu is held.
func (c *tokenCache) drop(e *entry) {
	c.unwanted.add(e.token)
	c.current.Store(nil)
}

// replayed takes down what a route answered when it was asked again with a new token.
func (c *tokenCache) replayed(from route, status int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rejected.learn(from, status == http.StatusUnauthorized, time.Now())
}

// newEntry prepares a token. One that has expired already or is too old, of a Login that keeps tokens of its own,
// counts like one whose expiry is unknown, or that is new: it is not a login per call.
func (c *tokenCache) newEntry(token Token, now time.Time) *entry {
	e := &entry{
		token:         token,
		authorization: []string{token.Type() + " " + token.Value()},
		freshUntil:    math.MaxInt64,
		validUntil:    math.MaxInt64,
	}
	expiry, known := token.Expiry()
	known = known && expiry.After(now)
	if c.maxAge > 0 {
		byAge := token.Issued().Add(c.maxAge)
		if !byAge.After(now) {
			byAge = now.Add(c.maxAge)
		}
		if !known || byAge.Before(expiry) {
			expiry, known = byAge, true
		}
	}
	if known {
		window := min(expiry.Sub(now)/refreshShare, refreshWindow)
		// Jitter of ±10 %, so that what started together does not log in together for ever.
		window = time.Duration(float64(window) * (0.9 + 0.2*rand.Float64()))
		e.validUntil = int64(expiry.Sub(c.start))
		e.freshUntil = e.validUntil - int64(window)
	}
	return e
}
