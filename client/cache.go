package client

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/clock"
	"github.com/latchkey-go/latchkey/client/internal/digest"
	"github.com/latchkey-go/latchkey/client/internal/evidence"
	"github.com/latchkey-go/latchkey/client/internal/expiry"
)

// tokenCache holds one account's token in memory and sees to it that there is one: one login for any number of
// callers, renewed early, with pauses after a refusal, a failure, a rate limit and a rejected token.
//
// A hit takes one atomic load and one look at the clocks. Everything else is under mu, which is never held over
// I/O or a wait.
type tokenCache struct {
	account Account
	asker   asker
	sender  sender
	share   *share // nil without a TokenStore
	maxAge  time.Duration
	stored  bool      // there is no login but that of another run
	start   time.Time // zero of the monotonic clock that entries and evidence count in

	current atomic.Pointer[entry]
	worked  atomic.Pointer[entry] // the last one that a route accepted, for a Stored login

	mu      sync.Mutex
	flight  *flight // the login under way that callers can join; nil if there is none
	logouts int     // a token whose login began before the last logout is not kept
	state   state
}

func newTokenCache(login Login, account Account, rt http.RoundTripper, o options) *tokenCache {
	_, isStored := login.(stored)
	return &tokenCache{
		account: account,
		asker:   asker{login: login, account: account, asking: make(chan struct{}, 1)},
		sender:  sender{login: login, account: account, wire: rt, policy: o.policy},
		share:   newShare(account, o),
		maxAge:  o.maxAge,
		stored:  isStored,
		start:   time.Now(),
		state:   newState(account, o.policy.MaxWait),
	}
}

// get returns the entry of a valid token, and when it was got.
func (c *tokenCache) get(ctx context.Context) (e *entry, at int64, err error) {
	now := c.read(time.Now())
	if e = c.current.Load(); e != nil && now.Before(e.freshUntil) {
		return e, now.Mono, nil
	}
	e, err = c.miss(ctx, call{})
	return e, c.at(time.Now()), err
}

// replace returns the entry of a valid token in place of a rejected one. It returns the same one if the 401 is no
// reason for a login: only the service knows whether the token is dead.
func (c *tokenCache) replace(ctx context.Context, r *rejection) (*entry, error) {
	return c.miss(ctx, call{rejection: r})
}

// replaceBehind does the same without waiting: for later callers.
func (c *tokenCache) replaceBehind(ctx context.Context, r *rejection) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, _, _ = c.next(context.WithoutCancel(ctx), &call{rejection: r, behind: true}, time.Now())
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
	c.state.unwanted.Add(digest.Of(e.token.Value()))
	c.current.Store(nil)
}

// replaying counts a request that is sent again.
func (c *tokenCache) replaying() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state.counts.Replays++
}

// accepted takes note that a route accepted a token, and whether in place of a rejected one.
func (c *tokenCache) accepted(e *entry, from evidence.Route, sent int64, inPlace bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e == c.current.Load() {
		c.state.evidence.Accepted(e.evidence, from, sent, inPlace)
	}
}

// rejectedToo takes note that a route answered 401 to the token in place of a rejected one, too.
func (c *tokenCache) rejectedToo(e *entry, from evidence.Route, sent int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e == c.current.Load() {
		c.state.evidence.Rejected(e.evidence, from, sent, c.at(time.Now()))
	}
}

// fromRecord returns the entry of a record's token. It is nil if there is none, or if the token was rejected, has
// expired or is too old. mu is held.
func (c *tokenCache) fromRecord(r record, now time.Time) *entry {
	if r.Token == nil {
		return nil
	}
	token, trusted, ok := r.Token.token(now)
	if !ok || c.state.unwanted.Has(token.Value()) || c.maxAge > 0 && now.Sub(token.Received()) >= c.maxAge {
		return nil
	}
	if held := c.current.Load(); !trusted && held != nil && held.token.Equal(token) && held.standing(c.read(now)) == gone {
		return nil // its age is known here
	}
	e := newEntry(token, c.maxAge, c.state.took, c.start, now)
	e.trusted = trusted
	if !trusted {
		// Nobody knows how much of its life is left: the store is asked again soon, and those whose clock is right
		// will have renewed it there.
		e.freshUntil = clock.Earlier(c.read(now).Add(max(r.Token.Keep/expiry.Share, peekPace)), e.validUntil)
	}
	return e
}

// works takes note that a route accepted a token.
func (c *tokenCache) works(e *entry) {
	if c.stored && c.worked.Load() != e {
		c.worked.Store(e)
	}
}

// countsAhead reports whether a note that was written by a clock that is ahead counts: it is newer than those before.
// An older one was put back, or stays in a store that cannot be written.
func (c *tokenCache) countsAhead(written time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !written.After(c.state.ahead) {
		return false
	}
	c.state.ahead = written
	return true
}

// read returns what entries count in.
func (c *tokenCache) read(now time.Time) clock.Reading { return clock.Read(now, c.start) }

// at returns what evidence counts in.
func (c *tokenCache) at(now time.Time) int64 { return int64(now.Sub(c.start)) }

// snapshot returns the state for Client.Status.
func (c *tokenCache) snapshot() Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	s, now := c.state.counts, time.Now()
	if e := c.current.Load(); e != nil {
		s.TokenReceived = e.token.Received()
		s.Expiry, _ = e.token.Expiry()
		if e.freshUntil.Before(e.validUntil) {
			s.NextRefresh = c.state.nextRefresh(now.Add(c.read(now).Until(e.freshUntil)))
		}
	}
	if c.state.refused.On(now) {
		s.RefusedUntil = c.state.refused.Until
	}
	if c.state.failing.On(now) {
		s.FailingUntil = c.state.failing.Until
	}
	if c.state.gate.Closed(now) > 0 {
		s.RateLimitedUntil = c.state.gate.Until
	}
	return s
}
