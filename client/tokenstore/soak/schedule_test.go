package soak_test

import (
	"math/rand/v2"
	"slices"
	"time"
)

const (
	workers   = 6
	survivors = 2 // the first ones: they are stopped, but never killed
)

// pace is how long the phases of a cycle are, and how long a token lives.
type pace struct{ calm, storm, settle, life time.Duration }

// paceOf returns the pace of a soak of some length. After a storm, logins are kept off for as long as they have failed:
// so long a phase settles. In a long one a login may hang for its whole 30 s, too.
func paceOf(length time.Duration) pace {
	if length < 2*time.Minute {
		return pace{7 * time.Second, 4 * time.Second, 8 * time.Second, 4 * time.Second}
	}
	return pace{35 * time.Second, 20 * time.Second, 30 * time.Second, 10 * time.Second}
}

// phase is a part of a cycle. In a calm one, retryable faults are few, and no call may fail. In a storm a service
// answers anything at all.
type phase struct {
	name        string // "calm", "storm" or "settle"
	from, until time.Duration
}

// event is something that happens at a time.
type event struct {
	at    time.Duration
	lasts time.Duration // until the event of what that ends it
	what  string        // a key of actions
	who   int           // which worker or service
	kind  int           // of trouble, any number: whoever plays it takes what is left of a division
}

// schedule is what happens in a soak. The same seed gives the same one.
type schedule struct {
	pace   pace
	length time.Duration
	phases []phase
	events []event
}

func newSchedule(seed uint64, length time.Duration) schedule {
	s := schedule{pace: paceOf(length), length: length}
	d := &drawer{rand.New(rand.NewPCG(seed, 0)), &s}
	lengths := []phase{{"calm", 0, s.pace.calm}, {"storm", 0, s.pace.storm}, {"settle", 0, s.pace.settle}}
	for at, i := time.Duration(0), 0; at < length; i++ {
		next := lengths[i%len(lengths)]
		p := phase{next.name, at, min(at+next.until, length)}
		s.phases = append(s.phases, p)
		d.draw(p)
		at = p.until
	}
	slices.SortStableFunc(s.events, func(a, b event) int { return int(a.at - b.at) })
	return s
}

// during returns the name of the phase in which all of a time lies, or "".
func (s schedule) during(from, until time.Duration) string {
	for _, p := range s.phases {
		if from >= p.from && until < p.until {
			return p.name
		}
	}
	return ""
}

// drawer draws the events of phases.
type drawer struct {
	*rand.Rand
	s *schedule
}

// between draws a time.
func (d *drawer) between(from, until time.Duration) time.Duration {
	return from + time.Duration(d.Int64N(int64(max(1, until-from))))
}

// within draws a time in a phase at which something begins that lasts for some time, and that is over when the phase
// has still a quarter to go.
func (d *drawer) within(p phase, lasts time.Duration) time.Duration {
	return d.between(p.from+200*time.Millisecond, p.until-lasts-(p.until-p.from)/4)
}

func (d *drawer) add(e event) { d.s.events = append(d.s.events, e) }

// pair adds an event and the one that ends it.
func (d *drawer) pair(e event, end string) {
	d.add(e)
	d.add(event{at: e.at + e.lasts, what: end, who: e.who, kind: e.kind})
}

func (d *drawer) draw(p phase) {
	if p.name == "settle" || p.until-p.from < d.s.pace.storm {
		return
	}
	d.trouble(p)
	if p.name == "calm" {
		d.revocations(p)
		d.limits(p)
	} else {
		d.outages(p)
	}
}

// trouble draws what must harm no call, not even in a calm phase: processes that stop and die, stores that fall.
func (d *drawer) trouble(p phase) {
	longest := min(4*time.Second, (p.until-p.from)/4)
	for range 2 {
		lasts := d.between(longest/20, longest)
		d.pair(event{at: d.within(p, lasts), lasts: lasts, what: "stop", who: d.IntN(workers)}, "continue")
		lasts = d.between(longest/20, longest/2)
		d.pair(event{at: d.within(p, lasts), lasts: lasts, what: "kill", who: survivors + d.IntN(workers-survivors)}, "start")
	}
	for _, store := range []string{"redis", "disk"} {
		lasts := d.between(longest/4, longest)
		d.pair(event{at: d.within(p, lasts), lasts: lasts, what: store + " fails", kind: d.Int()}, store+" works")
	}
}

// revocations draws one for each service. The 401s of a revocation cost a login each, of which there is one a minute in
// the long run: so there is one in a cycle, and in a short phase for every other service, or the 401s were too many.
func (d *drawer) revocations(p phase) {
	first, step := 0, 1
	if p.until-p.from < 10*time.Second {
		first, step = d.IntN(2), 2
	}
	for service := first; service < len(serviceNames); service += step {
		d.add(event{at: d.within(p, 0), what: "revoke", who: service})
	}
}

// limits draws 429s for single requests of each service, less than one in twenty.
func (d *drawer) limits(p phase) {
	for service := range serviceNames {
		for at := p.from; at < p.until; at += d.between(time.Second, 2*time.Second) {
			d.add(event{at: at, what: "limit", who: service, kind: d.Int()})
		}
	}
}

// outages draws one after the other for each service. A login may hang for 30 s: so that comes early in a long storm,
// and in no short one.
func (d *drawer) outages(p phase) {
	for service := range serviceNames {
		for at := p.from; at < p.until; {
			lasts := min(d.between(500*time.Millisecond, 4*time.Second), p.until-at)
			e := event{at: at, lasts: lasts, what: "outage", who: service, kind: d.Int()}
			if early := (p.until - p.from) / 4; early > 2*time.Second && at < p.from+early && d.IntN(2) == 0 {
				e.what = "hang"
			}
			d.pair(e, "outage ends")
			at += lasts + d.between(1, time.Second)
		}
	}
}
