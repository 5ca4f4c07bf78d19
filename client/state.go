package client

import (
	"net/http"
	"sync/atomic"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/clock"
	"github.com/latchkey-go/latchkey/client/internal/digest"
	"github.com/latchkey-go/latchkey/client/internal/evidence"
	"github.com/latchkey-go/latchkey/client/internal/pause"
	"github.com/latchkey-go/latchkey/client/internal/record"
)

// state is what is known of an account's logins, and when the next may begin. It decides and remembers, and does no
// I/O, no waiting and no locking: its methods are told the time. tokenCache.mu guards it.
//
// A login is kept off by Pauses. A 401 is a reason for a login if evidence says so.
type state struct {
	pause.Pauses

	account Account
	maxWait time.Duration // longest wait at the gate
	id      string        // tells this client's notes from others'; "": there is no TokenStore

	evidence evidence.Evidence
	told     pause.Hearsay         // a program's words that a token was rejected
	unwanted digest.Recent         // the tokens that were rejected last: a TokenStore must not bring them back
	worked   atomic.Pointer[entry] // the last one that a route accepted, for a Stored login

	met    bool          // another client met the failure too
	ahead  time.Time     // when the last note was written whose writer's clock was ahead
	peeked time.Time     // last look into the TokenStore in a pause
	took   time.Duration // by the last login that gave a token
	counts *counts

	flights int           // logins under way
	asking  chan struct{} // full while the Secret is asked
	askers  int           // calls that ask the Secret, or wait for their turn
}

// counts are those of Status. They are small: there may be a million Clients.
type counts struct{ Logins, SharedWaits, Refreshes, Failures, Replays, RateLimited uint32 }

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

// newState returns the state of an account of which held is the token; nil: there is none.
func newState(account Account, maxWait time.Duration, held *entry, n *counts) *state {
	s := &state{Pauses: pause.New(), account: account, maxWait: maxWait, counts: n, asking: make(chan struct{}, 1)}
	if held != nil {
		s.took = time.Duration(held.took) * time.Microsecond
		s.evidence.Recall(held.evidence)
	}
	return s
}

// idle reports whether nothing would be lost with the state but what a held token tells.
func (s *state) idle(now time.Time) bool {
	busy := s.flights > 0 || s.askers > 0 || len(s.asking) > 0
	known := s.worked.Load() != nil || s.met || !s.ahead.IsZero() || len(s.unwanted) > 0
	return !busy && !known && s.Empty() && s.told.Empty(now) && s.evidence.Empty(clock.Mono(now))
}

// barred returns a *RateLimitError if the gate is closed for longer than the policy waits, or until the caller's
// deadline, which is zero if there is none.
func (s *state) barred(deadline, now time.Time) error {
	wait := s.Gate.Closed(now)
	if wait == 0 || wait <= s.maxWait && (deadline.IsZero() || deadline.Sub(now) > wait) {
		return nil
	}
	return s.limited(now)
}

// limited returns the error while the gate is closed.
func (s *state) limited(now time.Time) error {
	return &RateLimitError{
		Service: s.account.Service, RetryAfter: s.Gate.Closed(now), Named: s.Gate.Named, Err: s.Gate.Cause,
	}
}

// count takes note of the 429s of an outcome, and returns the error for the callers.
func (s *state) count(o outcome, now time.Time) error {
	s.counts.RateLimited += uint32(o.tooMany) //nolint:gosec // there are not so many
	s.Gate.InARow += o.tooMany
	if o.limit == nil {
		return o.err
	}
	s.Gate.Close(o.limit.wait, o.limit.named, o.limit.cause, now)
	return s.limited(now)
}

// succeeded draws the consequences of a token. One out of a TokenStore says nothing about the secret: another client
// may have logged in with another one. A service may give a rejected token again: its word counts more than a route's.
func (s *state) succeeded(o outcome) {
	s.Cooling.Reset()
	s.Gate.InARow = 0
	if !o.sent {
		return
	}
	s.counts.Logins++
	s.Succeeded()
	s.met = false
	s.took = o.took
	s.unwanted.Remove(digest.Of(o.token.Value()))
}

// failed draws the consequences of a login that is not tried again. A failed refresh only keeps off the next one: while
// its token serves, callers need no login, and later the first of them tries one.
func (s *state) failed(o outcome, err error, early bool, now time.Time) {
	switch {
	case o.mute:
		s.Mute.Begin(err, 0, now)
		return
	case !o.sent:
		return
	}
	s.counts.Failures++
	s.Mute.Reset()
	secret := digest.Of(o.secret)
	if refused(err) {
		s.Refused.Hold(secret, err, 0, now)
		return
	}
	s.Refused.Asked = false // as in holds
	_, limited := rateLimit(err)
	switch {
	case limited:
	case early:
		s.Cooling.Begin(err, min(o.retryAfter, pause.MaxGate), now)
	case foundBefore(err): // the service was not asked
	default:
		s.Failing.Hold(secret, err, min(o.retryAfter, pause.MaxGate), now)
	}
}

// adopt takes over the reason why there is no token for now, if another client's note counts. In an unbound record
// nobody knows which secret was refused, but a locked account (423) is locked for all.
func (s *state) adopt(n *record.Note, secret digest.Digest, unbound, early bool, now time.Time) (*limitation, error) {
	if n == nil {
		return nil, nil
	}
	left, err := n.Left(pause.MaxGate, now), noted(n, s.account)
	s.met = s.met || n.ConfirmedBy(n.By != s.id, now)
	switch {
	case left == 0 || !n.Counts():
		return nil, nil
	case n.Limits():
		s.Gate.InARow = max(s.Gate.InARow, min(n.InARow, record.MaxInARow))
		return &limitation{cause: err, wait: left, named: n.Named}, err
	case n.Refuses() && unbound && n.Status != http.StatusLocked:
		return nil, nil
	case n.Refuses():
		return nil, s.Refused.Adopt(secret, err, left, n.Pause, now)
	case early:
		return nil, s.Cooling.Adopt(err, left, n.Pause, now)
	case s.Failing.On(now): // whatever the secret is
		secret = s.Failing.Secret
	}
	return nil, s.Failing.Adopt(secret, err, left, n.Pause, now)
}

// note tells other clients why there is no token for now. It is nil if there is nothing to tell.
func (s *state) note(err error, unbound, early bool, now time.Time) *record.Note {
	_, limited := rateLimit(err)
	left := s.Failing.Left(now)
	switch {
	case limited:
		left = s.Gate.Closed(now)
	case refused(err):
		left = s.Refused.Left(now)
	case early:
		left = s.Cooling.Left(now)
	}
	n := noteOf(err, left, s.id, s.met, now)
	if left == 0 || n.Refuses() && unbound && n.Status != http.StatusLocked {
		return nil
	}
	if limited {
		n.InARow = s.Gate.InARow
	}
	return n
}
