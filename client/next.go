package client

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/clock"
	"github.com/latchkey-go/latchkey/client/internal/evidence"
	"github.com/latchkey-go/latchkey/client/internal/share"
)

// call is what a caller wants of the cache.
type call struct {
	*rejection      // why the caller wants another token; nil: it wants any
	behind     bool // the caller waits for no login
	anew       bool // no token will do but a new one
	peeked     bool // the TokenStore has nothing that helps
	again      bool // it has tried once more
	due        bool // the call passes the pause after a failed login
	began      bool // it began the login that it waits for

	joined time.Time // when it began to wait for another call's login
}

// trigger returns Event.Trigger of a login that the call begins.
func (wants *call) trigger(k kind) string {
	switch {
	case k == early:
		return "early"
	case wants.rejection != nil:
		return "rejected"
	case wants.anew:
		return "asked"
	default:
		return "cold"
	}
}

// rejection is a 401 to an authorised request, or something like it.
type rejection struct {
	rejected *entry // the token
	from     evidence.Route
	sent     int64 // when the request was sent
	told     bool  // by a program that carries the token itself: nothing else is known
	resent   int   // how often it had been sent before
}

const peekPace = time.Second // between looks into the TokenStore in a pause: another client may have logged in

// miss waits for a login if it must.
func (c *tokenCache) miss(ctx context.Context, wants call) (*entry, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, gaveUp(c.account(), err)
		}
		c.mu.Lock()
		e, f, err := c.next(ctx, &wants, time.Now())
		c.mu.Unlock()
		if f == nil {
			if err != nil {
				c.options.watcher.tell(ctx, c.options.watcher.KeptOff, c.account(), Event{}, err)
			}
			return e, err
		}
		e, err = c.wait(ctx, f, &wants)
		if since := wants.joined; !since.IsZero() {
			wants.joined = time.Time{}
			c.options.watcher.tell(ctx, c.options.watcher.WaitShared, c.account(), Event{Took: time.Since(since)}, nil)
		}
		switch {
		case errors.Is(err, errNothingFound):
			wants.peeked = true
		case err == nil && wants.anew && f.kind == peek: // what it found is no answer to a LogIn
		case err != nil && c.again(&wants, f, err):
		default:
			return e, err
		}
	}
}

// again reports whether a call that has joined a flight tries once more, since the flight's end is not its own.
func (c *tokenCache) again(wants *call, f *flight, err error) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, limited := rateLimit(err)
	if f.phase != landed || wants.began || wants.again || limited {
		return false
	}
	wants.again = true
	if (f.kind == early || f.kind == behind) && !refused(err) { // it began without callers, perhaps long ago
		wants.due = f.own // it does not pass a pause that others began
		return true
	}
	return f.logIn && !wants.anew // a token out of the TokenStore will do
}

// next decides what a call gets: a token, a login to wait for, or an error. mu is held.
func (c *tokenCache) next(ctx context.Context, wants *call, now time.Time) (*entry, *flight, error) {
	c.heed(now)
	e := c.current.Load()
	var rejected *entry
	if wants.rejection != nil {
		rejected = wants.rejected
	}
	if e != rejected && !wants.anew {
		switch e.standing(clock.Read(now)) {
		case stale:
			if c.flight == nil && c.state().Next(now).Equal(now) {
				c.counts.Refreshes++
				c.takeOff(ctx, early, wants)
			}
			return e, nil, nil
		case fresh:
			return e, nil, nil
		}
	}
	deadline, _ := ctx.Deadline()
	barred := c.state().barred(deadline, now)
	var trial evidence.Trial
	if rejected != nil {
		// If there is no login, the reason is the answer to the rejected request.
		possible := c.flight == nil && c.state().Quiet(now) && barred == nil
		if e == rejected && possible {
			var yes bool
			if trial, yes = c.reason(wants.rejection, now); !yes {
				return e, nil, nil
			}
		}
		c.reject(rejected.token)
	}
	if c.flight != nil {
		return c.join(wants, barred, now)
	}
	off := barred
	if off == nil {
		off = c.state().Shut(wants.due || wants.anew, now)
	}
	kind := forCallers
	if wants.behind {
		kind = behind
	}
	if off != nil {
		if wants.peeked || wants.anew || wants.behind || c.share == nil || now.Sub(c.state().peeked) < peekPace {
			return nil, nil, off
		}
		kind, c.state().peeked = peek, now
	}
	c.takeOff(ctx, kind, wants)
	c.flight.trial = trial
	wants.began = true
	if !wants.behind {
		c.flight.enlist(wants)
	}
	return nil, c.flight, nil
}

// reason reports whether a rejection of the current token is a reason for a login, and numbers the trial that it begins,
// if it is one of which there will be evidence. mu is held.
func (c *tokenCache) reason(r *rejection, now time.Time) (trial evidence.Trial, yes bool) {
	if r.told {
		return 0, c.state().told.Reason(now)
	}
	trial = c.state().evidence.Reason(r.rejected.evidence, r.from, r.sent, clock.Mono(now))
	return trial, trial != 0
}

// heed closes the gate if another account has met a rate limit that is by address. mu is held.
func (c *tokenCache) heed(now time.Time) {
	limit := c.options.limit
	if limit == nil || !limit.ByAddress {
		return
	}
	until, named := limit.queue.Closed()
	if !until.After(now) || !until.After(c.state().Gate.Until) {
		return
	}
	account := c.account()
	// The error names neither the other account nor the service's words to it.
	c.state().Gate.Close(until.Sub(now), named, &LoginError{
		Service: account.Service, Method: account.Method, Status: http.StatusTooManyRequests,
		Message: "the service limits logins by address, and another account's login has met that",
	}, now)
}

// join adds a call to the login under way. mu is held.
func (c *tokenCache) join(wants *call, barred error, now time.Time) (*entry, *flight, error) {
	wants.began = wants.anew // its token is to be in the store when it returns
	f := c.flight
	if wants.behind {
		return nil, f, nil
	}
	if barred != nil {
		return nil, nil, barred
	}
	if f.kind != peek { // that is no login
		c.counts.SharedWaits++
		wants.joined = now
	}
	f.enlist(wants)
	return nil, f, nil
}

// enlist adds a waiter to a flight. mu is held.
func (f *flight) enlist(wants *call) {
	f.waiters++
	f.ticket.Promote()
	if wants.anew && f.kind != peek {
		f.anew++
		f.logIn = true
	}
}

// wait waits for a login, until ctx is done or a rate limit lasts beyond its deadline. The call that began the login
// also waits until the TokenStore is told: its program may end right afterwards.
func (c *tokenCache) wait(ctx context.Context, f *flight, wants *call) (*entry, error) {
	deadline, _ := ctx.Deadline()
	for {
		c.mu.Lock()
		limited, err := f.limited, error(nil)
		if s := c.known.Load(); s != nil {
			err = s.barred(deadline, time.Now())
		}
		c.mu.Unlock()
		if err != nil && f.kind != peek {
			f.leave(wants)
			return nil, err
		}
		select {
		case <-f.done:
			if wants.began && (c.share != nil || c.options.watcher.LoginEnded != nil) {
				f.waitUntilTold(ctx)
			}
			return f.entry, f.err
		case <-ctx.Done():
			f.leave(wants)
			return nil, gaveUp(c.account(), ctx.Err())
		case <-limited:
		}
	}
}

// waitUntilTold waits until TokenStore and Observer have been told what became of the flight, but not until the token's
// end.
func (f *flight) waitUntilTold(ctx context.Context) {
	select {
	case <-f.told:
		return
	default:
	}
	patience := share.Limit
	if f.entry != nil {
		left := clock.Read(time.Now()).Until(f.entry.validUntil)
		patience = min(patience, left/2)
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-f.told:
	case <-timer.C:
	case <-ctx.Done():
	}
}
