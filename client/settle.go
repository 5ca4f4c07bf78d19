package client

import (
	"errors"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/clock"
	"github.com/latchkey-go/latchkey/client/internal/digest"
	"github.com/latchkey-go/latchkey/client/internal/record"
	"github.com/latchkey-go/latchkey/client/internal/share"
)

// settle draws the consequences of an outcome. It tells those who wait and those who come later, and returns what a
// TokenStore is to be told, and for how long; 0: nothing. A 429 is tried again if the policy allows it and somebody
// waits.
func (f *flight) settle(o outcome) (r record.Record, ttl time.Duration, s step) {
	c := f.cache
	c.mu.Lock()
	defer c.mu.Unlock()
	return f.settleLocked(o, time.Now())
}

// settleLocked is settle. mu is held.
func (f *flight) settleLocked(o outcome, now time.Time) (r record.Record, ttl time.Duration, s step) {
	c := f.cache
	err := c.state().count(o, now)
	if limit := c.options.limit; limit != nil && limit.ByAddress && o.limit != nil && o.sent {
		limit.queue.Close(c.state().Gate.Until, c.state().Gate.Named)
	}
	if f.waitsOut(o) {
		f.phase = waiting
		f.attempt++
		close(f.limited)
		f.limited = make(chan struct{})
		if o.sent {
			r, ttl = f.reason(err, now)
		}
		return r, ttl, again
	}
	f.phase, f.took = landed, now.Sub(f.began)
	if c.flight == f {
		c.flight = nil
	}
	if err != nil {
		r, ttl = f.failed(o, err, now)
	} else {
		r, ttl = f.succeeded(o, now)
	}
	if c.place != nil {
		held := c.current.Load().standing(clock.Read(now)) != gone
		c.options.places.End(c.place, held)
		c.options.memory.Keep(c.place.Key(), c.account(), held, c.state().Pauses)
	}
	close(f.done)
	return r, ttl, over
}

// waitsOut reports whether the flight waits until a rate limit is over. mu is held.
func (f *flight) waitsOut(o outcome) bool {
	return o.limit != nil && o.limit.again && f.waiters > 0 && f.kind != peek
}

// succeeded lands a flight that has a token. mu is held.
func (f *flight) succeeded(o outcome, now time.Time) (record.Record, time.Duration) {
	c := f.cache
	c.state().succeeded(o)
	f.entry = o.found
	if f.entry == nil {
		f.entry = newEntry(o.token, c.options.maxAge, c.state().took, now)
	}
	held := c.current.Load()
	old := o.found != nil || held != nil && held.token.Equal(f.entry.token)
	f.entry.evidence = c.state().evidence.Landed(f.trial, old, held != nil && !old, clock.Mono(f.entry.token.Received()))
	if held != nil && !old && held.standing(clock.Read(now)) == gone {
		c.reject(held.token) // a TokenStore that was restored must not bring it back
	}
	if f.logouts == c.logouts {
		c.current.Store(f.entry)
	} else if o.sent && (held == nil || !held.token.Equal(o.token)) {
		c.reject(o.token) // the logout may have dropped it
	}
	return recordOf(f.entry.token, c.options.maxAge, now, 0)
}

// failed lands a flight that has none. mu is held.
func (f *flight) failed(o outcome, err error, now time.Time) (record.Record, time.Duration) {
	c := f.cache
	f.err, f.own = err, o.sent || o.mute
	c.state().evidence.Failed(f.trial)
	if f.kind == peek {
		f.err = errNothingFound // also after the store's note: each caller decides whether it waits
		c.state().peeked = now
	}
	c.state().failed(o, err, f.kind == early, now)
	if !o.sent {
		return record.Record{}, 0
	}
	return f.reason(err, now)
}

// reason returns what a TokenStore is told if there is no new token. The old one may be alive: others go on with it,
// too. mu is held.
func (f *flight) reason(err error, now time.Time) (record.Record, time.Duration) {
	c := f.cache
	n := c.state().note(err, c.share.NeedsNoSecret(), f.kind == early, now)
	if n == nil {
		return record.Record{}, 0
	}
	r, ttl := record.Record{}, n.TTL()
	if e := c.current.Load(); f.logouts == c.logouts && e.standing(clock.Read(now)) != gone {
		r, ttl = recordOf(e.token, c.options.maxAge, now, ttl)
	}
	r.Note = n
	return r, ttl
}

// look reads the TokenStore: there may be a token, or the reason why there is none for now.
func (f *flight) look(v *share.Visit) step {
	v.Read()
	return f.consider(v, false)
}

// consider takes what the record that was read last says. locked reports whether the flight may change the record.
func (f *flight) consider(v *share.Visit, locked bool) step {
	if v == nil || v.Last == nil {
		return onward
	}
	r := *v.Last
	if now := time.Now(); r.Note != nil && r.Note.Ahead(now) {
		n := *r.Note
		r.Note = nil
		if locked && f.cache.countsAhead(n.Written) { // it counts once, when it is written anew
			n.Written = now.Round(0)
			r.Note = &n
			v.Write(r, max(n.TTL(), r.Token.Left(now)), f.keeps)
		}
	}
	return f.take(r, v)
}

// take lands the flight if a record has a token for it, or the reason why there is none for now.
func (f *flight) take(r record.Record, v *share.Visit) step {
	c := f.cache
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	o := outcome{found: f.usable(r, now)}
	if n := r.Note; n != nil && f.passes() && !n.Limits() && !n.Refuses() {
		r.Note = nil
	}
	if o.found == nil {
		o.limit, o.err = c.state().adopt(r.Note, v.Digest, c.share.NeedsNoSecret(), f.kind == early, now)
	}
	if o.limit != nil {
		o.limit.again = f.waits(o.limit.wait)
	}
	if o.found == nil && o.err == nil {
		return onward
	}
	f.source = fromStore
	_, _, s := f.settleLocked(o, now)
	return s
}

// lookAgain lands the flight, or has it wait, if there is a reason since it stood in the queue: a flight that a Logout
// left behind has met one, or another account has met a limit by address. Otherwise the login is sent: a wait after it
// goes on from the 429s that this and other clients have met.
func (f *flight) lookAgain(secret string) step {
	c := f.cache
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	c.heed(now)
	o := outcome{secret: secret, err: c.state().Holds(digest.Of(secret), f.passes(), now)}
	if wait := c.state().Gate.Closed(now); o.err == nil && wait > 0 {
		o.limit = &limitation{cause: c.state().Gate.Cause, wait: wait, again: f.waits(wait), named: c.state().Gate.Named}
	}
	if o.err == nil && o.limit == nil {
		f.tries.InARow = c.state().Gate.InARow
		return onward
	}
	_, _, s := f.settleLocked(o, now)
	return s
}

// waits reports whether the policy allows a flight to wait out a rate limit that it learns of before it sends its login.
func (f *flight) waits(wait time.Duration) bool {
	policy := f.sender.policy
	return f.attempt < policy.Attempts-1 && wait <= policy.MaxWait
}

// usable returns the entry of a record's token. It is nil if the token must not be used, or is the one that this flight
// is to renew. mu is held.
func (f *flight) usable(r record.Record, now time.Time) *entry {
	c := f.cache
	if f.anew > 0 || f.logouts != c.logouts { // a token that was deleted since is gone
		return nil
	}
	e := c.fromRecord(r, now)
	current := c.current.Load()
	if e != nil && e.trusted && f.kind == early && current != nil && current.token.Equal(e.token) {
		return nil
	}
	return e
}

// storeHasToken reports whether the TokenStore has a token by now that is not the one we hold.
func (f *flight) storeHasToken(v *share.Visit) bool {
	v.Read()
	f.cache.mu.Lock()
	defer f.cache.mu.Unlock()
	return v != nil && v.Last != nil && f.cache.fromRecord(*v.Last, time.Now()) != nil
}

// overtaken gives a login without an answer the token of another client, if the TokenStore has one by now: who is stopped
// for longer than the store's lease has lost the lock.
func (f *flight) overtaken(v *share.Visit, o *outcome) {
	if v == nil || !errors.Is(o.err, ErrUnavailable) {
		return
	}
	v.Read()
	c := f.cache
	c.mu.Lock()
	defer c.mu.Unlock()
	if v.Last == nil {
		return
	}
	if found := f.usable(*v.Last, time.Now()); found != nil {
		c.counts.Failures++
		f.source = fromStore
		*o = outcome{found: found}
	}
}

// goesOn lands the flight with the current token if a route has accepted that one: the route that answered 401 is most
// likely closed. It reports whether it did.
func (f *flight) goesOn() bool {
	c := f.cache
	c.mu.Lock()
	defer c.mu.Unlock()
	e, now := c.current.Load(), time.Now()
	if e == nil || e != c.state().worked.Load() || e.standing(clock.Read(now)) == gone {
		return false
	}
	c.state().unwanted.Remove(digest.Of(e.token.Value()))
	f.settleLocked(outcome{found: e}, now)
	return true
}

// dropRejected drops the current token if it was rejected, and reports whether it did.
func (f *flight) dropRejected() bool {
	c := f.cache
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.current.Load()
	rejected := e != nil && c.state().unwanted.Has(e.token.Value())
	if rejected {
		c.current.Store(nil)
	}
	return rejected
}

// unwanted reports whether a record's token was rejected.
func (f *flight) unwanted(r record.Record) bool {
	if r.Token == nil {
		return false
	}
	token, _, ok := tokenOf(r.Token, time.Now())
	f.cache.mu.Lock()
	defer f.cache.mu.Unlock()
	return ok && f.cache.state().unwanted.Has(token.Value())
}
