//go:build unix

package soak_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// Six processes use four accounts, in calm phases and in storms. They are stopped and killed, their Redis and their disk
// fail, and tokens end and are revoked. These must hold:
//   - each call ends by the time of its ctx, with an answer, a typed error of package client, or the loss of its own
//     connection;
//   - no call fails in a calm phase; less than 5 % of the requests are refused in them;
//   - the services see as many logins as computed, and no more failed ones;
//   - no request breaks a service's document;
//   - what a worker has of memory and goroutines stays the same, and no goroutine is left in the end.
func TestSoak(t *testing.T) {
	seed := *soakSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("-soak.seed %d -soak.for %s", seed, *soakFor)
	s := newSchedule(seed, *soakFor)
	p := player{stage: newStage(t, s.pace.life)}
	if p.disk.reason != "" {
		t.Log(p.disk.reason)
	}
	p.book = newBook(s)
	o := p.order()
	o.Sample = max(1, int(s.pace.life/time.Second)/4)
	p.crew = newCrew(t, o, p.book)
	for who := range workers {
		p.crew.start(t, who)
	}
	p.play(t, s)
	p.crew.stop()

	p.judgeLogins()
	p.judgeQuiet()
	p.judgeMemory()
	t.Log(p.table())
	for _, violation := range p.book.violations[:min(50, len(p.book.violations))] {
		t.Errorf("-soak.seed %d: %s", seed, violation)
	}
	t.Logf("%d failures", len(p.book.violations))
}

func (p *player) judgeLogins() {
	for i, service := range p.services {
		n, b := service.Counts(), boundsOf(p.book.schedule, i)
		if n.Logins < b.fewest || n.Logins > b.most {
			p.book.violation("%s: %d logins; computed are %d to %d", serviceNames[i], n.Logins, b.fewest, b.most)
		}
		if failed := n.LoginRequests - n.Logins; failed > b.failed {
			p.book.violation("%s: %d failed logins; computed are %d at most", serviceNames[i], failed, b.failed)
		}
		for _, err := range service.Violations() {
			p.book.violation("%s: %v", serviceNames[i], err)
		}
	}
}

// judgeQuiet looks whether the calm phases were what they are to be.
func (p *player) judgeQuiet() {
	if q := p.quiet; q.faults*20 > q.requests {
		p.book.violation("in calm phases %d of %d requests were refused; this is no calm", q.faults, q.requests)
	}
}

// judgeMemory compares the two halves of what comes after minute 2, in calm phases. Only workers that were never killed
// have halves, and all of them in a soak of 10 min.
func (p *player) judgeMemory() {
	for who := range survivors {
		before, after, enough := p.halves(who)
		if !enough {
			if p.book.schedule.length >= 10*time.Minute {
				p.book.violation("worker %d: too few samples of memory to compare", who)
			}
			continue
		}
		if what := before.grows(after); what != "" {
			p.book.violation("worker %d: %s grows: %s, then %s", who, what, before, after)
		}
	}
}

// halves returns what a worker had in both halves, if the soak is long enough for that.
func (p *player) halves(who int) (before, after half, enough bool) {
	const warm = 2 * time.Minute
	var samples []memory
	for _, m := range p.book.memory[who] {
		at := p.book.since(m.At)
		if at > warm && p.book.schedule.during(at, at) == "calm" {
			samples = append(samples, m)
		}
	}
	i := slices.IndexFunc(samples, func(m memory) bool {
		return p.book.since(m.At) >= warm+(p.book.schedule.length-warm)/2
	})
	if i < 3 || len(samples)-i < 3 {
		return half{}, half{}, false
	}
	return newHalf(samples[:i]), newHalf(samples[i:]), true
}
