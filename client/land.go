package client

import (
	"errors"
	"net/http"
	"time"
)

// find looks in the TokenStore for a token, or for the reason why there is none for now.
func (c *tokenCache) find(v *visit, f *flight) (outcome, bool) {
	r, ok := v.read()
	if !ok {
		return outcome{}, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if e := c.usable(r, f.early, now); e != nil {
		return outcome{token: e.token, found: e}, true
	}
	if r.Limit != nil {
		if wait := r.left(r.Limit.Wait, r.Limit.Written, maxGate, now); wait > 0 {
			c.gate.close(wait, now)
			c.gate.cause = c.tooMany()
			return outcome{err: c.gate.err(c.account.Service, now)}, true
		}
	}
	if r.Refusal != nil && !v.vouched {
		if left := r.left(r.Refusal.Pause, r.Refusal.Written, c.latch.longest, now); left > 0 {
			err := r.Refusal.err(c.account)
			c.latch.adopt(v.secret, err, left, r.Refusal.Pause, now)
			return outcome{err: err}, true
		}
	}
	return outcome{}, false
}

// foundMeanwhile reports whether the TokenStore has a token by now, which is worth more than the reason why there is no
// other.
func (c *tokenCache) foundMeanwhile(v *visit) bool {
	r, ok := v.read()
	c.mu.Lock()
	defer c.mu.Unlock()
	return ok && c.usable(r, false, time.Now()) != nil
}

// usable returns the entry of a record's token, nil if it is not to be used: it was rejected, it is the one that is to
// be renewed, or it is too old. mu is held.
func (c *tokenCache) usable(r record, early bool, now time.Time) *entry {
	if r.Token == nil {
		return nil
	}
	token, trusted, ok := r.Token.token(now)
	if !ok || c.unwanted.has(token) || c.maxAge > 0 && now.Sub(token.Issued()) >= c.maxAge {
		return nil
	}
	if current := c.current.Load(); trusted && early && current != nil && current.token.Equal(token) {
		return nil
	}
	e := c.newEntry(token, now)
	if !trusted {
		// Nobody knows how much of its life is left: the store is asked again soon, and those whose clock is right
		// will have renewed it there.
		e.freshUntil = int64(now.Add(r.Token.Keep / refreshShare).Sub(c.start))
	}
	return e
}

// land makes the outcome known, to those who wait and to those who come later, and returns what a TokenStore is to
// be told, and for how long; 0: nothing.
func (c *tokenCache) land(f *flight, o outcome) (record, time.Duration) {
	err := harmless(o.err, c.account, o.secret)

	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	f.landed = true
	if c.flight == f {
		c.flight = nil
	}
	if err != nil {
		f.err = c.failed(f, o.secret, err, now)
		return c.failureNote(f, f.err, now)
	}
	c.latch.reset()
	c.cooling.reset()
	f.entry = o.found
	if o.found == nil {
		f.entry = c.newEntry(o.token, now)
		c.status.Logins++
		c.gate = gate{}
		// A service may give the same token again: then it is the service's word against a route's.
		c.unwanted.remove(o.token)
	}
	if f.logouts == c.logouts {
		c.current.Store(f.entry)
	}
	return c.tokenNote(f.entry.token, now, 0)
}

// failed draws the consequences of a failed login and returns the error for those who wait. mu is held.
func (c *tokenCache) failed(f *flight, secret string, err error, now time.Time) error {
	if f.early {
		c.cooling.begin(now)
	}
	if !f.sent {
		return err
	}
	c.status.Failures++
	if refused(err) {
		c.latch.hold(secret, err, now)
	} else {
		c.latch.asked = false // a secret that has changed is tried again, since nobody has refused it
	}
	limit, ok := errors.AsType[*RateLimitError](err)
	if !ok && f.tooMany && !refused(err) { // of a Login that does not tell a 429 from other answers
		limit, ok = &RateLimitError{Err: err}, true
	}
	if ok {
		if c.gate.closed(now) == 0 {
			c.gate.close(limit.Wait, now)
		}
		c.gate.cause = limit.Err
		return c.gate.err(c.account.Service, now)
	}
	return err
}

// refused reports whether the service refused what was sent, and would again.
func refused(err error) bool {
	e, ok := errors.AsType[*LoginError](err)
	return ok && (errors.Is(err, ErrInvalidCredentials) || e.Status != 0 && errors.Is(e.Kind, ErrInvalidInput))
}

// tokenNote is what a TokenStore is told of a token, and to keep for least or longer. mu is held.
func (c *tokenCache) tokenNote(token Token, now time.Time, least time.Duration) (record, time.Duration) {
	ttl := unknownTTL
	if expiry, known := token.Expiry(); known && expiry.After(now) {
		ttl = expiry.Sub(now)
	}
	age := now.Sub(token.Issued())
	if c.maxAge > 0 {
		ttl = min(ttl, c.maxAge-age)
	}
	ttl = max(ttl, least)
	return record{Token: tokenRecordOf(token, age+ttl)}, ttl
}

// failureNote is what a TokenStore is told of a failed login, beside the token if that is still valid. mu is held.
func (c *tokenCache) failureNote(f *flight, err error, now time.Time) (record, time.Duration) {
	var r record
	var pause time.Duration
	switch {
	case !f.sent:
		return record{}, 0
	case rateLimited(err):
		pause = c.gate.closed(now)
		r.Limit = &limitRecord{Written: now.Round(0), Wait: pause}
	case refused(err) && !c.share.needsNoSecret(): // of vouched records nobody knows which secret it was
		pause = c.latch.until.Sub(now)
		r.Refusal = refusalRecordOf(err, pause, now)
	}
	if e := c.current.Load(); f.early && e != nil && pause > 0 {
		held, ttl := c.tokenNote(e.token, now, pause)
		r.Token = held.Token
		return r, ttl
	}
	return r, pause
}

// tooMany is the error for a 429 of which no more is known.
func (c *tokenCache) tooMany() *LoginError {
	return &LoginError{Service: c.account.Service, Method: c.account.Method, Status: http.StatusTooManyRequests}
}
