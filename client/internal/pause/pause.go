// Package pause has times in which something is not tried again. It does no I/O, and its types are told the time. A
// lock of the caller's guards them.
package pause

import "time"

// Pause is a time in which something is not tried again, and the error meanwhile. Its length doubles each time it
// begins, until it is reset.
type Pause struct {
	First, Longest time.Duration

	Length time.Duration // of the last pause; 0: there was none since the reset
	Until  time.Time     // its end
	Err    error         // what calls get meanwhile
}

// Begin begins the pause. It lasts least or longer, and never ends before the one that is on.
func (p *Pause) Begin(err error, least time.Duration, now time.Time) {
	p.Length = min(max(2*p.Length, p.First), p.Longest)
	if until := now.Add(max(p.Length, least)); until.After(p.Until) {
		p.Until = until
	}
	p.Err = err
}

// Adopt takes over a pause that another client began, and returns the error meanwhile: the client's own if it has one,
// which tells more. left is the rest of the pause, and length all of it. A longer pause of the client's own stays.
func (p *Pause) Adopt(err error, left, length time.Duration, now time.Time) error {
	if !p.On(now) {
		p.Err = err
	}
	p.Length = min(max(p.Length, length), p.Longest)
	if until := now.Add(left); until.After(p.Until) {
		p.Until = until
	}
	return p.Err
}

// On reports whether the pause is not over.
func (p *Pause) On(now time.Time) bool { return now.Before(p.Until) }

// Left returns the rest of the pause; 0: it is over.
func (p *Pause) Left(now time.Time) time.Duration { return max(p.Until.Sub(now), 0) }

// End returns the end of the pause; zero: it is over.
func (p *Pause) End(now time.Time) time.Time { return ahead(p.Until, now) }

// ahead returns a time, or the zero time if it is over.
func ahead(then, now time.Time) time.Time {
	if then.After(now) {
		return then
	}
	return time.Time{}
}

// Reset ends the pause, and the next one is as short as the first.
func (p *Pause) Reset() { p.Length, p.Until, p.Err = 0, time.Time{}, nil }
