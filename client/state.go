package client

import (
	"crypto/rand"
	"crypto/sha256"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/evidence"
)

// state is what is known of an account's logins, and when the next may begin. It decides and remembers, and does no
// I/O, no waiting and no locking: its methods are told the time. tokenCache.mu guards it.
//
// A login is kept off by the refused latch (the service refused the credentials), the failing latch (a login failed in
// another way), the mute pause (the Secret failed), the gate (the service answered 429) and, in the background, by
// cooling (an early refresh failed). A 401 is a reason for a login if evidence says so.
type state struct {
	account Account
	maxWait time.Duration // longest wait at the gate
	id      string        // tells this client's notes from others'

	refused  latch
	failing  latch
	mute     pause
	gate     gate
	cooling  pause
	evidence evidence.Evidence
	unwanted unwanted // the tokens that were rejected last: a TokenStore must not bring them back

	met    bool          // another client met the failure too
	peeked time.Time     // last look into the TokenStore in a pause
	took   time.Duration // by the last login that gave a token
	counts Status
}

// outcome is what became of a flight, or of one attempt.
type outcome struct {
	token  Token
	found  *entry // the token's entry, if a TokenStore had it
	secret string
	err    error

	mute       bool          // the Secret failed
	sent       bool          // the Login was called
	took       time.Duration // by the Login
	retryAfter time.Duration // the service's word at a 5xx; 0: none
	limit      *limitation   // nil if err is no rate limit
	tooMany    int           // 429s to this login
}

// limitation is a rate limit that a login met, or that a TokenStore's record tells of.
type limitation struct {
	cause error // the *LoginError of the 429
	wait  time.Duration
	again bool // the policy allows another attempt after the wait
}

func newState(account Account, maxWait time.Duration) state {
	short := pause{first: time.Second, longest: time.Minute}
	return state{
		account: account,
		maxWait: maxWait,
		id:      rand.Text(),
		refused: latch{pause: pause{first: 30 * time.Second, longest: 15 * time.Minute}},
		failing: latch{pause: short},
		mute:    short,
		cooling: pause{first: 5 * time.Second, longest: time.Minute},
	}
}

// mayRefresh reports whether a login may begin in the background.
func (s *state) mayRefresh(now time.Time) bool {
	return s.nextRefresh(now).Equal(now)
}

// nextRefresh returns when a token is renewed that is due at a time.
func (s *state) nextRefresh(due time.Time) time.Time {
	for _, until := range []time.Time{s.cooling.until, s.refused.until, s.failing.until, s.mute.until, s.gate.until} {
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

// quiet reports whether no pause is on that keeps callers from a login.
func (s *state) quiet(now time.Time) bool {
	return !s.refused.on(now) && !s.failing.on(now) && !s.mute.on(now)
}

// paused returns the error that a call gets in a pause, nil if there is none.
func (s *state) paused(now time.Time) error {
	switch {
	case s.refused.shut(now):
		return s.refused.err
	case s.failing.shut(now):
		return s.failing.err
	case s.mute.on(now):
		return s.mute.err
	default:
		return nil
	}
}

// asks takes note that the Secret is asked.
func (s *state) asks(now time.Time) {
	s.refused.asked = s.refused.on(now)
	s.failing.asked = s.failing.on(now)
}

// holds returns the error if a secret must not be sent now. A login that is due in any case passes the pause after a
// failure, and no other.
func (s *state) holds(secret string, due bool, now time.Time) error {
	switch {
	case s.refused.holds(secret, now):
		return s.refused.err
	case s.failing.holds(secret, now) && !due:
		return s.failing.err
	default:
		return nil
	}
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

// succeeded draws the consequences of a token. One out of a TokenStore says nothing about the secret: another client
// may have logged in with another one. A service may give a rejected token again: its word counts more than a route's.
func (s *state) succeeded(o outcome) {
	s.cooling.reset()
	if !o.sent {
		return
	}
	s.counts.Logins++
	s.refused.reset()
	s.failing.reset()
	s.mute.reset()
	s.gate = gate{}
	s.met = false
	s.took = o.took
	s.unwanted.remove(o.token)
}

// failed draws the consequences of a login that is not tried again. A failed refresh only keeps off the next one: while
// its token serves, callers need no login, and later the first of them tries one.
func (s *state) failed(o outcome, err error, early bool, now time.Time) {
	switch {
	case o.mute:
		s.mute.begin(err, 0, now)
		return
	case !o.sent:
		return
	}
	s.counts.Failures++
	s.mute.reset()
	if refused(err) {
		s.refused.hold(o.secret, err, 0, now)
		s.failing.reset()
		return
	}
	s.refused.asked = false // a changed secret is tried again, since nobody has refused it
	_, limited := rateLimit(err)
	switch {
	case limited:
	case early:
		s.cooling.begin(err, min(o.retryAfter, maxGate), now)
	case foundBefore(err): // the service was not asked
	default:
		if !s.failing.isOf(o.secret) {
			s.failing.reset()
		}
		s.failing.hold(o.secret, err, min(o.retryAfter, maxGate), now)
	}
}

// adopt takes over the reason why there is no token for now, if another client's note counts. In an unbound record
// nobody knows which secret was refused.
func (s *state) adopt(n *note, secret [sha256.Size]byte, unbound, early bool, now time.Time) (*limitation, error) {
	if n == nil {
		return nil, nil
	}
	left, err := n.left(maxGate, now), n.err(s.account)
	s.met = s.met || n.Met || n.By != s.id && !n.counts() && now.Sub(n.Written) < metTTL
	switch {
	case left == 0 || !n.counts():
		return nil, nil
	case n.limits():
		return &limitation{cause: err, wait: left}, err
	case n.refuses() && unbound:
		return nil, nil
	case n.refuses():
		return nil, s.refused.adopt(secret, err, left, n.Pause, now)
	case early:
		return nil, s.cooling.adopt(err, left, min(n.Pause, s.cooling.longest), now)
	case s.failing.on(now): // whatever the secret is
		secret = s.failing.digest
	}
	return nil, s.failing.adopt(secret, err, left, min(n.Pause, s.failing.longest), now)
}

// note tells other clients why there is no token for now. It is nil if there is nothing to tell.
func (s *state) note(err error, unbound, early bool, now time.Time) *note {
	_, limited := rateLimit(err)
	pause := s.failing.left(now)
	switch {
	case limited:
		pause = s.gate.closed(now)
	case refused(err):
		pause = s.refused.left(now)
	case early:
		pause = s.cooling.left(now)
	}
	if pause == 0 || refused(err) && unbound {
		return nil
	}
	return noteOf(err, pause, s.id, s.met, now)
}
