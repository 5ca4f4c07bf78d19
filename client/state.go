package client

import (
	"crypto/rand"
	"net/http"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/digest"
	"github.com/latchkey-go/latchkey/client/internal/evidence"
	"github.com/latchkey-go/latchkey/client/internal/pause"
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
	id      string        // tells this client's notes from others'; "": there is no TokenStore

	refused  pause.Latch
	failing  pause.Latch
	mute     pause.Pause
	gate     pause.Gate
	cooling  pause.Pause
	evidence evidence.Evidence
	unwanted digest.Recent // the tokens that were rejected last: a TokenStore must not bring them back

	met    bool          // another client met the failure too
	ahead  time.Time     // when the last note was written whose writer's clock was ahead
	peeked time.Time     // last look into the TokenStore in a pause
	took   time.Duration // by the last login that gave a token
	counts counts
}

// counts are those of Status.
type counts struct{ Logins, SharedWaits, Refreshes, Failures, Replays, RateLimited int64 }

func (n *counts) add(more counts) {
	n.Logins += more.Logins
	n.SharedWaits += more.SharedWaits
	n.Refreshes += more.Refreshes
	n.Failures += more.Failures
	n.Replays += more.Replays
	n.RateLimited += more.RateLimited
}

// pauses are those that a Pool remembers when the Client has left.
type pauses struct {
	refused, failing pause.Latch
	gate             pause.Gate
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
	retryAfter time.Duration // what the service asks for; 0: nothing
	limit      *limitation   // nil if err is no rate limit
	tooMany    int           // 429s to this login
}

// limitation is a rate limit that a login met, or that a TokenStore's record tells of.
type limitation struct {
	cause error // the *LoginError of the 429
	wait  time.Duration
	again bool // the policy allows another attempt after the wait
	named bool // the service has named the wait
}

func newState(account Account, maxWait time.Duration) state {
	short := pause.Pause{First: time.Second, Longest: time.Minute}
	return state{
		account: account,
		maxWait: maxWait,
		id:      rand.Text(),
		refused: pause.Latch{Pause: pause.Pause{First: 30 * time.Second, Longest: 15 * time.Minute}},
		failing: pause.Latch{Pause: short},
		mute:    short,
		cooling: pause.Pause{First: 5 * time.Second, Longest: time.Minute},
	}
}

// recall takes over what a held token tells of earlier logins; it may be nil.
func (s *state) recall(held *entry) {
	if held != nil {
		s.took = time.Duration(held.took) * time.Microsecond
		s.evidence.Recall(held.evidence)
	}
}

// empty reports whether nothing would be lost with the state, but its counts and what recall brings back.
func (s *state) empty(now int64) bool {
	paused := s.refused.Length > 0 || s.failing.Length > 0 || s.mute.Length > 0 || s.cooling.Length > 0
	limited := !s.gate.Until.IsZero() || s.gate.InARow > 0
	return !paused && !limited && !s.met && s.ahead.IsZero() && len(s.unwanted) == 0 && s.evidence.Empty(now)
}

// pauses returns what a Pool is to remember.
func (s *state) pauses() pauses { return pauses{s.refused, s.failing, s.gate} }

// nextRefresh returns when a token is renewed that is due at a time.
func (s *state) nextRefresh(due time.Time) time.Time {
	for _, until := range []time.Time{s.cooling.Until, s.refused.Until, s.failing.Until, s.mute.Until, s.gate.Until} {
		if until.After(due) {
			due = until
		}
	}
	return due
}

// barred returns a *RateLimitError if the gate is closed for longer than the policy waits, or until the caller's
// deadline, which is zero if there is none.
func (s *state) barred(deadline, now time.Time) error {
	wait := s.gate.Closed(now)
	if wait == 0 || wait <= s.maxWait && (deadline.IsZero() || deadline.Sub(now) > wait) {
		return nil
	}
	return s.limited(now)
}

// limited returns the error while the gate is closed.
func (s *state) limited(now time.Time) error {
	return &RateLimitError{
		Service: s.account.Service, RetryAfter: s.gate.Closed(now), Named: s.gate.Named, Err: s.gate.Cause,
	}
}

// quiet reports whether no pause is on that keeps callers from a login.
func (s *state) quiet(now time.Time) bool {
	return !s.refused.On(now) && !s.failing.On(now) && !s.mute.On(now)
}

// paused returns the error that a call gets in a pause, nil if there is none. A login that is due in any case passes
// all but the one after a refusal.
func (s *state) paused(due bool, now time.Time) error {
	switch {
	case s.refused.Shut(now):
		return s.refused.Err
	case due:
		return nil
	case s.failing.Shut(now):
		return s.failing.Err
	case s.mute.On(now):
		return s.mute.Err
	default:
		return nil
	}
}

// asks takes note that the Secret is asked.
func (s *state) asks(now time.Time) {
	s.refused.Asked = s.refused.On(now)
	s.failing.Asked = s.failing.On(now)
}

// holds returns the error if a secret must not be sent now. A login that is due in any case passes the pause after a
// failure, and no other.
func (s *state) holds(secret string, due bool, now time.Time) error {
	switch d := digest.Of(secret); {
	case s.refused.Holds(d, now):
		return s.refused.Err
	case s.failing.Holds(d, now) && !due:
		s.refused.Asked = false // nobody has refused it
		return s.failing.Err
	default:
		return nil
	}
}

// count takes note of the 429s of an outcome, and returns the error for the callers.
func (s *state) count(o outcome, now time.Time) error {
	s.counts.RateLimited += int64(o.tooMany)
	s.gate.InARow += o.tooMany
	if o.limit == nil {
		return o.err
	}
	s.gate.Close(o.limit.wait, o.limit.named, o.limit.cause, now)
	return s.limited(now)
}

// succeeded draws the consequences of a token. One out of a TokenStore says nothing about the secret: another client
// may have logged in with another one. A service may give a rejected token again: its word counts more than a route's.
func (s *state) succeeded(o outcome) {
	s.cooling.Reset()
	if !o.sent {
		return
	}
	s.counts.Logins++
	s.refused.Reset()
	s.failing.Reset()
	s.mute.Reset()
	s.gate = pause.Gate{}
	s.met = false
	s.took = o.took
	s.unwanted.Remove(digest.Of(o.token.Value()))
}

// failed draws the consequences of a login that is not tried again. A failed refresh only keeps off the next one: while
// its token serves, callers need no login, and later the first of them tries one.
func (s *state) failed(o outcome, err error, early bool, now time.Time) {
	switch {
	case o.mute:
		s.mute.Begin(err, 0, now)
		return
	case !o.sent:
		return
	}
	s.counts.Failures++
	s.mute.Reset()
	secret := digest.Of(o.secret)
	if refused(err) {
		s.refused.Hold(secret, err, 0, now)
		return
	}
	s.refused.Asked = false // as in holds
	_, limited := rateLimit(err)
	switch {
	case limited:
	case early:
		s.cooling.Begin(err, min(o.retryAfter, pause.MaxGate), now)
	case foundBefore(err): // the service was not asked
	default:
		s.failing.Hold(secret, err, min(o.retryAfter, pause.MaxGate), now)
	}
}

// adopt takes over the reason why there is no token for now, if another client's note counts. In an unbound record
// nobody knows which secret was refused, but a locked account (423) is locked for all.
func (s *state) adopt(n *note, secret digest.Digest, unbound, early bool, now time.Time) (*limitation, error) {
	if n == nil {
		return nil, nil
	}
	left, err := n.left(pause.MaxGate, now), n.err(s.account)
	s.met = s.met || n.Met || n.By != s.id && !n.counts() && now.Sub(n.Written) < metTTL
	switch {
	case left == 0 || !n.counts():
		return nil, nil
	case n.limits():
		return &limitation{cause: err, wait: left, named: n.Named}, err
	case n.refuses() && unbound && n.Status != http.StatusLocked:
		return nil, nil
	case n.refuses():
		return nil, s.refused.Adopt(secret, err, left, n.Pause, now)
	case early:
		return nil, s.cooling.Adopt(err, left, n.Pause, now)
	case s.failing.On(now): // whatever the secret is
		secret = s.failing.Secret
	}
	return nil, s.failing.Adopt(secret, err, left, n.Pause, now)
}

// note tells other clients why there is no token for now. It is nil if there is nothing to tell.
func (s *state) note(err error, unbound, early bool, now time.Time) *note {
	_, limited := rateLimit(err)
	left := s.failing.Left(now)
	switch {
	case limited:
		left = s.gate.Closed(now)
	case refused(err):
		left = s.refused.Left(now)
	case early:
		left = s.cooling.Left(now)
	}
	n := noteOf(err, left, s.id, s.met, now)
	if left == 0 || n.refuses() && unbound && n.Status != http.StatusLocked {
		return nil
	}
	return n
}
