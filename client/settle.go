package client

import "time"

// settle draws the consequences of an outcome. It tells those who wait and those who come later, and returns what a
// TokenStore is to be told, and for how long; 0: nothing. A 429 is tried again if the policy allows it and somebody
// waits.
func (f *flight) settle(o outcome) (note record, ttl time.Duration, s step) {
	c := f.cache
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	err := c.state.count(o, now)
	if f.waitsOut(o) {
		f.phase = waiting
		f.attempt++
		close(f.limited)
		f.limited = make(chan struct{})
		if o.sent {
			note, ttl = c.state.note(err, c.share.needsNoSecret(), now)
		}
		return note, ttl, again
	}
	f.phase = landed
	if c.flight == f {
		c.flight = nil
	}
	if err != nil {
		note, ttl = f.failed(o, err, now)
	} else {
		note, ttl = f.succeeded(o, now)
	}
	return note, ttl, over
}

// waitsOut reports whether the flight waits until a rate limit is over. mu is held.
func (f *flight) waitsOut(o outcome) bool {
	return o.limit != nil && o.limit.again && f.waiters > 0
}

// succeeded lands a flight that has a token. mu is held.
func (f *flight) succeeded(o outcome, now time.Time) (record, time.Duration) {
	c := f.cache
	c.state.succeeded(o)
	f.entry = o.found
	if f.entry == nil {
		f.entry = newEntry(o.token, c.maxAge, c.start, now)
	}
	if f.logouts == c.logouts {
		c.current.Store(f.entry)
	}
	return tokenNote(f.entry.token, c.maxAge, now, 0)
}

// failed lands a flight that has none. mu is held.
func (f *flight) failed(o outcome, err error, now time.Time) (record, time.Duration) {
	c := f.cache
	f.err = err
	if f.early {
		c.state.cooling.begin(now)
	}
	if !o.sent {
		return record{}, 0
	}
	c.state.failed(o.secret, err, now)
	note, ttl := c.state.note(err, c.share.needsNoSecret(), now)
	if e := c.current.Load(); f.early && e != nil && ttl > 0 { // the token stays beside the reason, if it is still valid
		held, longer := tokenNote(e.token, c.maxAge, now, ttl)
		note.Token, ttl = held.Token, longer
	}
	return note, ttl
}

// look reads the TokenStore: there may be a token, or the reason why there is none for now.
func (f *flight) look(v *visit) step {
	r, ok := v.read()
	if !ok {
		return onward
	}
	c := f.cache
	c.mu.Lock()
	now := time.Now()
	o := outcome{found: f.usable(r, now)}
	if o.found == nil {
		o.limit, o.err = c.state.adopt(r, v.secret, v.unbound, now)
	}
	if o.limit != nil {
		o.limit.again = f.attempt < c.policy.Attempts-1 && o.limit.wait <= c.policy.MaxWait
	}
	c.mu.Unlock()
	if o.found == nil && o.err == nil {
		return onward
	}
	_, _, s := f.settle(o)
	return s
}

// storeHasToken reports whether the TokenStore has a token by now.
func (f *flight) storeHasToken(v *visit) bool {
	r, ok := v.read()
	f.cache.mu.Lock()
	defer f.cache.mu.Unlock()
	return ok && f.cache.fromRecord(r, time.Now()) != nil
}

// usable returns the entry of a record's token. It is nil if the token must not be used, or is the one that this flight
// is to renew. mu is held.
func (f *flight) usable(r record, now time.Time) *entry {
	e := f.cache.fromRecord(r, now)
	current := f.cache.current.Load()
	if e != nil && e.trusted && f.early && current != nil && current.token.Equal(e.token) {
		return nil
	}
	return e
}
