package client_test

import "time"

// modelPause is a time in which something must not be tried again.
type modelPause struct {
	first, longest time.Duration
	length         time.Duration
	from           modelMoment
	until          time.Time
}

func (p *modelPause) begin(now modelMoment, atLeast time.Duration) {
	p.length = min(max(2*p.length, p.first), p.longest)
	p.from = now
	if until := now.at.Add(max(p.length, atLeast)); until.After(p.until) {
		p.until = until
	}
}

func (p *modelPause) reset() { p.length, p.until = 0, time.Time{} }

// on reports whether the pause is surely on.
func (p *modelPause) on(now modelMoment) bool {
	return p != nil && now.after(p.from) && now.at.Before(p.until)
}

func latch(pauses map[string]*modelPause, secret string, now modelMoment) {
	if pauses[secret] == nil {
		pauses[secret] = &modelPause{first: 30 * time.Second, longest: 15 * time.Minute}
	}
	pauses[secret].begin(now, 0)
}
