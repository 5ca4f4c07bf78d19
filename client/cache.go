package client

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
	"unique"

	"github.com/latchkey-go/latchkey/client/internal/clock"
	"github.com/latchkey-go/latchkey/client/internal/digest"
	"github.com/latchkey-go/latchkey/client/internal/expiry"
	"github.com/latchkey-go/latchkey/client/internal/origin"
	"github.com/latchkey-go/latchkey/client/internal/places"
	"github.com/latchkey-go/latchkey/client/internal/record"
	"github.com/latchkey-go/latchkey/client/internal/share"
)

// tokenCache holds one account's token in memory and sees to it that there is one: one login for any number of
// callers, renewed early, with pauses after a refusal, a failure, a rate limit and a rejected token.
//
// A hit takes one atomic load and one look at the clocks. Everything else is under mu, which is never held over
// I/O or a wait. There may be a million caches: what is needed in trouble only is made in trouble.
type tokenCache struct {
	current atomic.Pointer[entry]
	known   atomic.Pointer[state]  // nil: nothing but current; written under mu
	realm   unique.Handle[Account] // the account without a name, which many Clients have in common
	name    string                 // of the account
	options *options
	share   *share.Share  // nil without a TokenStore
	place   *places.Place // nil outside of a Pool

	mu      sync.Mutex
	login   Login   // in a Pool, that of whoever has looked it up last
	flight  *flight // the login under way that callers can join; nil if there is none
	logouts uint32  // a token whose login began before the last logout is not kept
	stored  bool    // there is no login but that of another run
	counts  counts
}

// init makes a new cache that of an account, which is checked.
func (c *tokenCache) init(login Login, account Account, o *options) error {
	if base := account.base(); base.Scheme == "http" && !o.insecure && !origin.Loopback(base) {
		return &LoginError{
			Service: account.Service, Field: "BaseURL", Kind: ErrInvalidInput,
			Message: "must start with https://: plain http would let others read the password (WithInsecureHTTP allows it)",
		}
	}
	c.login, c.name, c.options = login, account.Name, o
	_, c.stored = login.(stored)
	in := account
	in.Name = ""
	c.realm = unique.Make(in)
	if o.store != nil {
		c.share = share.New(o.store, account.quoted(), o.unbound)
		c.share.NotFound, c.share.Unreadable = ErrTokenNotFound, ErrRecordUnreadable
		c.share.Trouble = o.watcher.troubles(account.Service)
	}
	return nil
}

// account returns whose token it is.
func (c *tokenCache) account() Account {
	account := c.realm.Value()
	account.Name = c.name
	return account
}

// state returns what is known of the account's logins. mu is held.
func (c *tokenCache) state() *state {
	s := c.known.Load()
	if s == nil {
		s = newState(c.account(), c.options.policy.MaxWait, c.current.Load(), &c.counts)
		if c.share != nil {
			s.id = c.share.ID
		}
		c.known.Store(s)
	}
	return s
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

// replaceTold returns the entry of a valid token in place of one that a program says was rejected.
func (c *tokenCache) replaceTold(ctx context.Context, rejected Token) (*entry, error) {
	e := c.current.Load()
	if e.standing(clock.Read(time.Now())) == gone || !e.token.Equal(rejected) {
		e, _, err := c.get(ctx)
		return e, err
	}
	return c.replace(ctx, &rejection{rejected: e, told: true})
}

// replaceBehind does the same as replace without waiting: for later callers.
func (c *tokenCache) replaceBehind(ctx context.Context, r *rejection) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, _, _ = c.next(context.WithoutCancel(ctx), &call{rejection: r, behind: true}, time.Now())
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

// fromRecord returns the entry of a record's token. It is nil if there is none, or if the token was rejected, has
// expired or is too old. mu is held.
func (c *tokenCache) fromRecord(r record.Record, now time.Time) *entry {
	if r.Token == nil {
		return nil
	}
	token, trusted, ok := tokenOf(r.Token, now)
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

// countsAhead reports whether a note that was written by a clock that is ahead counts: it is newer than those before.
// An older one was put back, or stays in a store that cannot be written.
func (c *tokenCache) countsAhead(written time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !written.After(c.state().ahead) {
		return false
	}
	c.state().ahead = written
	return true
}

// ask calls begins and asks for a Login's secret, from one goroutine at a time.
func (c *tokenCache) ask(ctx context.Context, secret Secret, begins func()) (string, error) {
	c.mu.Lock()
	s := c.state()
	s.askers++
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		s.askers--
	}()
	answer, err := asker{secret: secret, account: s.account, asking: s.asking}.ask(ctx, begins)
	if err != nil && ctx.Err() == nil && !c.stored {
		c.options.watcher.tell(ctx, c.options.watcher.SecretFailed, s.account, Event{}, err)
	}
	return answer, err
}
