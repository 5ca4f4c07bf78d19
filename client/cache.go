package client

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
	"unique"

	"github.com/latchkey-go/latchkey/client/internal/clock"
	"github.com/latchkey-go/latchkey/client/internal/digest"
	"github.com/latchkey-go/latchkey/client/internal/evidence"
	"github.com/latchkey-go/latchkey/client/internal/expiry"
	"github.com/latchkey-go/latchkey/client/internal/origin"
	"github.com/latchkey-go/latchkey/client/internal/places"
)

// tokenCache holds one account's token in memory and sees to it that there is one: one login for any number of
// callers, renewed early, with pauses after a refusal, a failure, a rate limit and a rejected token.
//
// A hit takes one atomic load and one look at the clocks. Everything else is under mu, which is never held over
// I/O or a wait. There may be a million caches: what is needed in trouble only is made in trouble.
type tokenCache struct {
	current atomic.Pointer[entry]
	known   atomic.Pointer[state] // nil: nothing but current; written under mu
	realm   unique.Handle[realm]
	name    string // of the account
	options *options
	share   *share        // nil without a TokenStore
	place   *places.Place // nil outside of a Pool

	mu      sync.Mutex
	login   Login   // in a Pool, that of whoever has looked it up last
	flight  *flight // the login under way that callers can join; nil if there is none
	logins  uint32  // count of the states that were forgotten
	logouts uint32  // a token whose login began before the last logout is not kept
	earlier *counts // other counts of the states that were forgotten; nil: all are 0
}

// init makes a new cache that of an account, which is checked.
func (c *tokenCache) init(login Login, account Account, o *options) error {
	in := account.realm()
	if base := in.Value().base(); base.Scheme == "http" && !o.insecure && !origin.Loopback(base) {
		return &LoginError{
			Service: account.Service, Field: "BaseURL", Kind: ErrInvalidInput,
			Message: "must start with https://: plain http would let others read the password (WithInsecureHTTP allows it)",
		}
	}
	c.login, c.realm, c.name, c.options, c.share = login, in, account.Name, o, newShare(account, o)
	return nil
}

// account returns whose token it is.
func (c *tokenCache) account() Account {
	account := c.realm.Value().account
	account.Name = c.name
	return account
}

// state returns what is known of the account's logins. mu is held.
func (c *tokenCache) state() *state {
	s := c.known.Load()
	if s == nil {
		s = newState(c.account(), c.options.policy.MaxWait, c.current.Load())
		if c.share != nil {
			s.id = c.share.id
		}
		c.known.Store(s)
	}
	return s
}

// tidy forgets the state if it says nothing any more. mu is held.
func (c *tokenCache) tidy(now time.Time) {
	s := c.state()
	if !s.idle(clock.Mono(now)) {
		return
	}
	c.logins += uint32(s.counts.Logins) //nolint:gosec // there are not so many
	s.counts.Logins = 0
	if s.counts != (counts{}) {
		if c.earlier == nil {
			c.earlier = new(counts)
		}
		c.earlier.add(s.counts)
	}
	c.known.Store(nil)
}

// uses makes a login that of the next login.
func (c *tokenCache) uses(login Login) {
	if !c.mu.TryLock() {
		if c.current.Load().standing(clock.Read(time.Now())) != gone {
			return // no login is due, or another caller's, who has come at the same time
		}
		c.mu.Lock()
	}
	c.login = login
	c.mu.Unlock()
}

// watching reports whether evidence must be told that a route accepted the token.
func (c *tokenCache) watching() bool {
	s := c.known.Load()
	return s != nil && s.evidence.Watching()
}

// get returns the entry of a valid token, and when it was got.
func (c *tokenCache) get(ctx context.Context) (e *entry, when int64, err error) {
	now := clock.Read(time.Now())
	if e = c.current.Load(); e != nil && now.Before(e.freshUntil) {
		return e, now.Mono, nil
	}
	e, err = c.miss(ctx, call{})
	return e, clock.Mono(time.Now()), err
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

// drop forgets a token. mu is held.
func (c *tokenCache) drop(e *entry) {
	c.reject(e.token)
	c.current.Store(nil)
}

// reject remembers not to take a token out of a TokenStore. mu is held.
func (c *tokenCache) reject(token Token) {
	if c.share != nil {
		c.state().unwanted.Add(digest.Of(token.Value()))
	}
}

// replaying counts a request that is sent again.
func (c *tokenCache) replaying() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state().counts.Replays++
}

// accepted takes note that a route accepted a token, and whether in place of a rejected one.
func (c *tokenCache) accepted(e *entry, from evidence.Route, sent int64, inPlace bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e == c.current.Load() {
		c.state().evidence.Accepted(e.evidence, from, sent, inPlace)
	}
}

// rejectedToo takes note that a route answered 401 to the token in place of a rejected one, too.
func (c *tokenCache) rejectedToo(e *entry, from evidence.Route, sent int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e == c.current.Load() {
		c.state().evidence.Rejected(e.evidence, from, sent, clock.Mono(time.Now()))
	}
}

// fromRecord returns the entry of a record's token. It is nil if there is none, or if the token was rejected, has
// expired or is too old. mu is held.
func (c *tokenCache) fromRecord(r record, now time.Time) *entry {
	if r.Token == nil {
		return nil
	}
	token, trusted, ok := r.Token.token(now)
	tooOld := c.options.maxAge > 0 && now.Sub(token.Received()) >= c.options.maxAge
	if !ok || tooOld || c.state().unwanted.Has(token.Value()) {
		return nil
	}
	if held := c.current.Load(); !trusted && held != nil && held.token.Equal(token) && held.standing(clock.Read(now)) == gone {
		return nil // its age is known here
	}
	e := newEntry(token, c.options.maxAge, c.state().took, now)
	e.trusted = trusted
	if !trusted {
		// Nobody knows how much of its life is left: the store is asked again soon, and those whose clock is right
		// will have renewed it there.
		e.freshUntil = clock.Earlier(clock.Read(now).Add(max(r.Token.Keep/expiry.Share, peekPace)), e.validUntil)
	}
	return e
}

// works takes note that a route accepted a token, for a Stored login.
func (c *tokenCache) works(e *entry) {
	if !c.stored() {
		return
	}
	if s := c.known.Load(); s == nil || s.worked.Load() != e {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.state().worked.Store(e)
	}
}

// stored reports whether there is no login but that of another run.
func (c *tokenCache) stored() bool {
	if !c.options.unbound { // so it is in a Pool, where login changes
		return false
	}
	_, yes := c.login.(stored)
	return yes
}

// countsAhead reports whether a note that was written by a clock that is ahead counts: it is another one than the last,
// which stays in a store that cannot be written.
func (c *tokenCache) countsAhead(written time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	counted := c.state().ahead.Equal(written)
	c.state().ahead = written
	return !counted
}

// ask calls begins and asks a Login for the secret, from one goroutine at a time.
func (c *tokenCache) ask(ctx context.Context, login Login, begins func()) (string, error) {
	c.mu.Lock()
	s := c.state()
	s.askers++
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		s.askers--
	}()
	return asker{login: login, account: s.account, asking: s.asking}.ask(ctx, begins)
}

// snapshot returns the state for Client.Status.
func (c *tokenCache) snapshot() Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := counts{Logins: int64(c.logins)}
	if c.earlier != nil {
		n.add(*c.earlier)
	}
	k, now := c.known.Load(), time.Now()
	if k == nil {
		k = new(state)
	}
	n.add(k.counts)
	s := Status{
		RefusedUntil: unlessOver(k.Refused.Until, now), FailingUntil: unlessOver(k.Failing.Until, now),
		RateLimitedUntil: unlessOver(k.Gate.Until, now),
		Logins:           n.Logins, SharedWaits: n.SharedWaits, Refreshes: n.Refreshes,
		Failures: n.Failures, Replays: n.Replays, RateLimited: n.RateLimited,
	}
	if e := c.current.Load(); e != nil {
		s.TokenReceived = e.token.Received()
		s.Expiry, _ = e.token.Expiry()
		if e.freshUntil.Before(e.validUntil) {
			s.NextRefresh = k.Next(now.Add(clock.Read(now).Until(e.freshUntil)))
		}
	}
	return s
}

// unlessOver returns a time, or the zero time if it is over.
func unlessOver(then, now time.Time) time.Time {
	if then.After(now) {
		return then
	}
	return time.Time{}
}
