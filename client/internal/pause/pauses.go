package pause

import (
	"time"

	"github.com/latchkey-go/latchkey/client/internal/digest"
)

// Pauses are what keeps off the logins of one account.
type Pauses struct {
	Refused Latch // the service refused the credentials
	Failing Latch // a login failed in another way
	Mute    Pause // the Secret failed
	Cooling Pause // an early refresh failed: it keeps off other refreshes
	Gate    Gate  // the service answered 429
}

// New returns Pauses none of which has begun.
func New() Pauses {
	short := Pause{First: time.Second, Longest: time.Minute}
	return Pauses{
		Refused: Latch{Pause: Pause{First: 30 * time.Second, Longest: 15 * time.Minute}},
		Failing: Latch{Pause: short},
		Mute:    short,
		Cooling: Pause{First: 5 * time.Second, Longest: time.Minute},
	}
}

// Empty reports whether nothing would be lost with the Pauses.
func (p *Pauses) Empty() bool {
	paused := p.Refused.Length > 0 || p.Failing.Length > 0 || p.Mute.Length > 0 || p.Cooling.Length > 0
	return !paused && p.Gate.Until.IsZero() && p.Gate.InARow == 0
}

// Quiet reports whether no pause is on that keeps callers from a login.
func (p *Pauses) Quiet(now time.Time) bool {
	return !p.Refused.On(now) && !p.Failing.On(now) && !p.Mute.On(now)
}

// Shut returns the error that a call gets in a pause, nil if there is none. A login that is due in any case passes all
// but the one after a refusal.
func (p *Pauses) Shut(due bool, now time.Time) error {
	switch {
	case p.Refused.Shut(now):
		return p.Refused.Err
	case due:
		return nil
	case p.Failing.Shut(now):
		return p.Failing.Err
	case p.Mute.On(now):
		return p.Mute.Err
	default:
		return nil
	}
}

// Asks takes note that the Secret is asked.
func (p *Pauses) Asks(now time.Time) {
	p.Refused.Asked = p.Refused.On(now)
	p.Failing.Asked = p.Failing.On(now)
}

// Holds returns the error if a secret must not be sent now. A login that is due in any case passes the pause after a
// failure, and no other.
func (p *Pauses) Holds(secret digest.Digest, due bool, now time.Time) error {
	switch {
	case p.Refused.Holds(secret, now):
		return p.Refused.Err
	case p.Failing.Holds(secret, now) && !due:
		p.Refused.Asked = false // nobody has refused it
		return p.Failing.Err
	default:
		return nil
	}
}

// Succeeded ends all pauses: a login gave a token.
func (p *Pauses) Succeeded() {
	p.Refused.Reset()
	p.Failing.Reset()
	p.Mute.Reset()
	p.Cooling.Reset()
	p.Gate = Gate{}
}

// Next returns when a token is renewed that is due at a time.
func (p *Pauses) Next(due time.Time) time.Time {
	for _, until := range []time.Time{p.Cooling.Until, p.Refused.Until, p.Failing.Until, p.Mute.Until, p.Gate.Until} {
		if until.After(due) {
			due = until
		}
	}
	return due
}
