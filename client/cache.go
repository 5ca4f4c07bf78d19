package client

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/await"
	"github.com/latchkey-go/latchkey/client/internal/wire"
)

// tokenCache holds one account's token in memory and sees to it that there is one: one login for any number of
// callers, renewed early, with pauses after a refusal, a rate limit and a rejected token.
//
// A hit takes one atomic load and one look at the clock. Everything else is under mu, which is never held over
// I/O or a wait.
type tokenCache struct {
	login   Login
	account Account
	wire    http.RoundTripper // what logins go through
	policy  wire.Policy
	maxAge  time.Duration

	start  time.Time     // zero of the monotonic clock that entries count in
	asking chan struct{} // holds one element while the Secret is asked
	share  *share        // nil without a TokenStore

	current atomic.Pointer[entry]

	mu      sync.Mutex
	flight  *flight // the login under way that callers can join; nil if there is none
	logouts int     // a token whose login began before the last logout is not kept
	state   state
}

// call is what a caller wants of the cache.
type call struct {
	deadline time.Time // of the caller's context; zero: none
	rejected *entry    // the token that a route answered 401; nil: none
	from     route     // which answered it
	behind   bool      // the caller waits for no login
}

func newTokenCache(login Login, account Account, rt http.RoundTripper, o options) *tokenCache {
	return &tokenCache{
		login:   login,
		account: account,
		wire:    rt,
		policy:  o.policy,
		maxAge:  o.maxAge,
		start:   time.Now(),
		asking:  make(chan struct{}, 1),
		share:   newShare(account, o),
		state:   newState(account, o.policy.MaxWait),
	}
}

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
	return c.miss(ctx, call{})
}

// replace returns the entry of a valid token in place of one that a route answered 401. It returns the same one if
// there was a login for a 401 a short while ago: only the service knows whether the token is dead.
func (c *tokenCache) replace(ctx context.Context, rejected *entry, from route) (*entry, error) {
	return c.miss(ctx, call{rejected: rejected, from: from})
}

// replaceBehind does the same without waiting: for later callers.
func (c *tokenCache) replaceBehind(rejected *entry, from route) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, _, _ = c.next(call{rejected: rejected, from: from, behind: true}, time.Now())
}

// miss waits for a login if it must.
func (c *tokenCache) miss(ctx context.Context, wants call) (*entry, error) {
	if err := ctx.Err(); err != nil {
		return nil, c.gaveUp(err)
	}
	wants.deadline, _ = ctx.Deadline()
	c.mu.Lock()
	e, f, err := c.next(wants, time.Now())
	c.mu.Unlock()
	if f == nil {
		return e, err
	}
	return c.wait(ctx, f)
}

// next decides what a call gets: a token, a login to wait for, or an error. mu is held.
func (c *tokenCache) next(wants call, now time.Time) (*entry, *flight, error) {
	e := c.current.Load()
	if e != wants.rejected {
		switch e.standing(c.at(now)) {
		case stale:
			if c.flight == nil && c.state.mayRefresh(now) {
				c.state.counts.Refreshes++
				c.takeOff(true, true)
			}
			return e, nil, nil
		case fresh:
			return e, nil, nil
		}
	}
	barred := c.state.barred(wants.deadline, now)
	if wants.rejected != nil {
		// Where no login is to be had, the reason is the answer to the rejected request.
		possible := c.flight == nil && !c.state.latch.on(now) && barred == nil
		if e == wants.rejected && possible && !c.state.rejected.admit(wants.from, e.served(wants.from), now) {
			return e, nil, nil
		}
		c.state.unwanted.add(wants.rejected.token)
	}
	switch {
	case barred != nil:
		return nil, nil, barred
	case c.flight != nil:
		if !wants.behind {
			c.state.counts.SharedWaits++
		}
	case c.state.latch.on(now) && c.state.latch.asked:
		return nil, nil, c.state.latch.err
	default:
		c.takeOff(false, wants.behind)
	}
	if !wants.behind {
		c.flight.waiters++
	}
	return nil, c.flight, nil
}

// wait waits for a login, no longer than ctx allows, nor until its deadline if a rate limit lasts longer.
func (c *tokenCache) wait(ctx context.Context, f *flight) (*entry, error) {
	deadline, _ := ctx.Deadline()
	for {
		c.mu.Lock()
		limited, err := f.limited, c.state.barred(deadline, time.Now())
		c.mu.Unlock()
		if err != nil {
			f.leave()
			return nil, err
		}
		select {
		case <-f.done:
			return f.entry, f.err
		case <-ctx.Done():
			f.leave()
			return nil, c.gaveUp(ctx.Err())
		case <-limited:
		}
	}
}

// invalidate drops a token if it is the current one.
func (c *tokenCache) invalidate(token Token) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.current.Load(); e != nil && e.token.Equal(token) {
		c.drop(e)
	}
}

// drop forgets a token, and remembers not to take it from a TokenStore again. mu is held.
func (c *tokenCache) drop(e *entry) {
	c.state.unwanted.add(e.token)
	c.current.Store(nil)
}

// replaying counts a request that is sent again.
func (c *tokenCache) replaying() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state.counts.Replays++
}

// replayed takes note of what a route answered when it was asked again with a new token.
func (c *tokenCache) replayed(from route, status int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state.rejected.learn(from, status == http.StatusUnauthorized, time.Now())
}

// askInTurn calls begins and asks for the secret, when nobody else asks for it: the Secret is called by one goroutine at
// a time, also if it goes on after its ctx is done.
func (c *tokenCache) askInTurn(ctx context.Context, begins func()) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", c.gaveUp(err)
	}
	select {
	case c.asking <- struct{}{}:
	case <-ctx.Done():
		return "", c.gaveUp(ctx.Err())
	}
	begins()
	secret, err := await.Do(ctx, "Secret", func(ctx context.Context) (string, error) {
		defer func() { <-c.asking }()
		secret, err := c.login.Secret(ctx)
		return secret, noSecret(err, c.account)
	}, nil)
	return secret, harmless(err, c.account, secret)
}

// fromRecord returns the entry of a record's token. It is nil if there is none, or if the token was rejected or is too
// old. mu is held.
func (c *tokenCache) fromRecord(r record, now time.Time) *entry {
	if r.Token == nil {
		return nil
	}
	token, trusted, ok := r.Token.token(now)
	if !ok || c.state.unwanted.has(token) || c.maxAge > 0 && now.Sub(token.Received()) >= c.maxAge {
		return nil
	}
	e := newEntry(token, c.maxAge, c.start, now)
	e.trusted = trusted
	if !trusted {
		// Nobody knows how much of its life is left: the store is asked again soon, and those whose clock is right
		// will have renewed it there.
		e.freshUntil = c.at(now.Add(r.Token.Keep / refreshShare))
	}
	return e
}

// at is a time as entries count it.
func (c *tokenCache) at(now time.Time) int64 { return int64(now.Sub(c.start)) }

func (c *tokenCache) gaveUp(err error) error {
	return c.loginError("the caller stopped waiting", err)
}

func (c *tokenCache) loginError(message string, err error) *LoginError {
	return &LoginError{Service: c.account.Service, Method: c.account.Method, Message: message, Err: err}
}

// snapshot returns the state for Client.Status.
func (c *tokenCache) snapshot() Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	s, now := c.state.counts, time.Now()
	if e := c.current.Load(); e != nil {
		s.TokenReceived = e.token.Received()
		s.Expiry, _ = e.token.Expiry()
		if e.freshUntil < e.validUntil {
			s.NextRefresh = c.state.nextRefresh(c.start.Add(time.Duration(e.freshUntil)))
		}
	}
	if c.state.latch.on(now) {
		s.RefusedUntil = c.state.latch.until
	}
	if c.state.gate.closed(now) > 0 {
		s.RateLimitedUntil = c.state.gate.until
	}
	return s
}
