package client

import (
	"net/http"
	"time"
)

// state is what is known of an account's logins, and when the next may begin. It decides and remembers, and does no
// I/O, no waiting and no locking: its methods are told the time. tokenCache.mu guards it.
//
// A login is kept off by the latch (the credentials were refused), by the gate (the service answered 429) and, in the
// background, by cooling (an early refresh failed). A 401 is a reason for a login if rejected admits it.
type state struct {
	account Account
	maxWait time.Duration // longest wait at the gate

	latch    latch
	gate     gate
	cooling  pause
	rejected rejections
	unwanted unwanted // the tokens that were rejected last: a TokenStore must not bring them back
	counts   Status
}

// outcome is what became of a flight, or of one attempt.
type outcome struct {
	token   Token
	found   *entry // the token's entry, if a TokenStore had it
	secret  string
	err     error
	sent    bool        // the Login was called
	limit   *limitation // nil if err is no rate limit
	tooMany int         // 429s to this login
}

// limitation is a rate limit that a login met, or that a TokenStore's record tells of.
type limitation struct {
	cause error // the *LoginError of the 429
	wait  time.Duration
	again bool // the policy allows another attempt after the wait
}

func newState(account Account, maxWait time.Duration) state {
	return state{
		account:  account,
		maxWait:  maxWait,
		latch:    latch{pause: pause{first: 30 * time.Second, longest: 15 * time.Minute}},
		cooling:  pause{first: 5 * time.Second, longest: time.Minute},
		rejected: newRejections(),
	}
}

// mayRefresh reports whether a login may begin in the background.
func (s *state) mayRefresh(now time.Time) bool {
	return !s.cooling.on(now) && !s.latch.on(now) && s.gate.closed(now) == 0
}

// nextRefresh returns when a token is renewed that is due at a time.
func (s *state) nextRefresh(due time.Time) time.Time {
	for _, until := range []time.Time{s.cooling.until, s.latch.until, s.gate.until} {
		if until.After(due) {
			due = until
		}
	}
	return due
}

// barred returns a *RateLimitError if the gate is closed for longer than the policy waits, or until the caller's
// deadline, which is zero if there is none.
func (s *state) barred(deadline, now time.Time) error {
	wait := s.gate.closed(now)
	if wait == 0 || wait <= s.maxWait && (deadline.IsZero() || deadline.Sub(now) > wait) {
		return nil
	}
	return s.gate.err(s.account.Service, now)
}

// count takes note of the 429s of an outcome, and returns the error for the callers.
func (s *state) count(o outcome, now time.Time) error {
	s.counts.RateLimited += int64(o.tooMany)
	s.gate.inARow += o.tooMany
	if o.limit == nil {
		return o.err
	}
	s.gate.close(o.limit.wait, now)
	s.gate.cause = o.limit.cause
	return s.gate.err(s.account.Service, now)
}

// succeeded draws the consequences of a token. A service may give the same token again: then the service's word counts
// more than a route's.
func (s *state) succeeded(o outcome) {
	s.latch.reset()
	s.cooling.reset()
	if o.sent {
		s.counts.Logins++
		s.gate = gate{}
		s.unwanted.remove(o.token)
	}
}

// failed draws the consequences of a login that is not tried again.
func (s *state) failed(secret string, err error, now time.Time) {
	s.counts.Failures++
	if refused(err) {
		s.latch.hold(secret, err, now)
	} else {
		s.latch.asked = false // a changed secret is tried again, since nobody has refused it
	}
}

// adopt returns the reason why there is no token for now, if another client's record tells one.
func (s *state) adopt(r record, secret string, unbound bool, now time.Time) (*limitation, error) {
	if r.Limit != nil {
		if wait := r.left(r.Limit.Wait, r.Limit.Written, maxGate, now); wait > 0 {
			return &limitation{cause: s.tooMany(), wait: wait}, s.tooMany()
		}
	}
	if r.Refusal != nil && !unbound { // of unbound records nobody knows which secret it was
		if left := r.left(r.Refusal.Pause, r.Refusal.Written, s.latch.longest, now); left > 0 {
			err := r.Refusal.err(s.account)
			s.latch.adopt(secret, err, left, r.Refusal.Pause, now)
			return nil, err
		}
	}
	return nil, nil
}

// note says why there is no token for now, for other clients, and how long that holds.
func (s *state) note(err error, unbound bool, now time.Time) (record, time.Duration) {
	if _, ok := rateLimit(err); ok {
		wait := s.gate.closed(now)
		return record{Limit: &limitRecord{Written: now.Round(0), Wait: wait}}, wait
	}
	if refused(err) && !unbound {
		pause := s.latch.until.Sub(now)
		return record{Refusal: refusalRecordOf(err, pause, now)}, pause
	}
	return record{}, 0
}

// tooMany is the error for a 429 of which no more is known.
func (s *state) tooMany() *LoginError {
	return &LoginError{Service: s.account.Service, Method: s.account.Method, Status: http.StatusTooManyRequests}
}
