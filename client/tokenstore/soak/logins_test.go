package soak_test

import (
	"math/bits"
	"time"
)

// bounds are how many logins a service must see, and may see.
type bounds struct {
	fewest, most int // logins that gave a token
	failed       int // most of those that gave none
}

// boundsOf computes them from what happens. A group is the Clients that log in for themselves: the whole fleet is one
// if it shares a store.
//
// At least: each revocation costs a login. Where tokens end, no token serves longer than its life, and in a calm phase
// each call has one: so a time between two revocations costs as many logins as lives fit into it. A worker without a
// store does not call while it is stopped, and only those that are never killed count.
//
// At most, for each group: the first login; as many as there are times for which a token serves, of all the time; and
// one for each revocation. A token serves for its life, less one second, for services write whole seconds, and less the
// early refresh, which is a tenth of the life and a tenth of that, or twice what a login takes, here up to half a second.
// On top of that, for the whole fleet:
//   - a stop costs one, for a login that takes so long makes the next refresh come as early as a token's life allows;
//   - a kill costs two: the token that nobody could write, and what the new worker does not find in an empty store;
//   - while a store fails, each worker may log in for itself: once if tokens end, and once for a revocation that falls
//     into that time or just before it. Redis lets workers wait for up to 2 s after that.
//
// At most failed, for each worker: one more than the binary digits of a storm's seconds, since pauses double, and two
// tries more, for waits after a 429 are no failures; and one for each 429 that is meant for a single request.
func boundsOf(s schedule, service int) bounds {
	n := tally(s, service)
	groups, witnesses := 1, 1
	if service == becardService {
		groups, witnesses = workers, survivors
	}
	b := bounds{fewest: witnesses * n.revocations, most: groups * (1 + n.revocations)}
	if service != bezalaService {
		b.fewest += witnesses * n.lives
		early := max(s.pace.life*11/100, time.Second)
		b.most += groups * (int(s.length/(s.pace.life-time.Second-early)) + 1)
	}
	b.most += n.stops + 2*n.kills + workers*n.alone
	digits := bits.Len(uint(s.pace.storm / time.Second))
	b.failed = workers*n.storms*(digits+3) + n.limits
	return b
}

// tallied is what counts for a service's logins.
type tallied struct {
	revocations, stops, kills, storms, limits int
	lives                                     int // that fit between revocations in calm phases
	alone                                     int // reasons for each worker to log in for itself
}

func tally(s schedule, service int) (n tallied) {
	for _, e := range s.events {
		switch e.what {
		case "revoke":
			if e.who == service {
				n.revocations++
			}
		case "limit":
			if e.who == service {
				n.limits++
			}
		case "stop":
			n.stops++
		case "kill":
			n.kills++
		case storeOf[service] + " fails":
			n.alone += n.reasons(s, service, e)
		}
	}
	for _, p := range s.phases {
		switch p.name {
		case "storm":
			n.storms++
		case "calm":
			n.lives += livesIn(s, service, p)
		}
	}
	return n
}

// storeOf is what fails when a service's store does.
var storeOf = []string{becardService: "none", bezalaService: "redis", bleepayService: "disk", formLoginService: "redis"}

// reasons returns for how many reasons each worker may log in for itself while a store fails.
func (tallied) reasons(s schedule, service int, failure event) (n int) {
	if service != bezalaService {
		n++
	}
	for _, e := range s.events {
		if e.what == "revoke" && e.who == service && e.at > failure.at-time.Second && e.at < failure.at+failure.lasts+2*time.Second {
			n++
		}
	}
	return n
}

// livesIn returns how many lives of a token fit between the revocations in a phase, less the time of stops.
func livesIn(s schedule, service int, p phase) (n int) {
	from, stopped := p.from, time.Duration(0)
	for _, e := range s.events {
		switch {
		case e.at < p.from || e.at >= p.until:
		case e.what == "stop":
			stopped += e.lasts
		case e.what == "revoke" && e.who == service:
			n += max(0, int((e.at-from-stopped)/s.pace.life))
			from, stopped = e.at, 0
		}
	}
	return n + max(0, int((p.until-from-stopped)/s.pace.life))
}
