package client_test

import "time"

// modelMoment is a time, and which of the moments at that time: fake time stands still while things move.
type modelMoment struct {
	at    time.Time
	epoch int
}

func (m *model) now() modelMoment { return modelMoment{time.Now(), m.epoch} }

// after reports whether m is surely after another moment.
func (m modelMoment) after(other modelMoment) bool {
	return m.at.After(other.at) || m.epoch > other.epoch
}

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
