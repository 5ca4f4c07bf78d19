package evidence

import "testing"

// Whatever a login cost, evidence is empty from the moment on at which all is paid, and not before.
func TestP8EmptyOnceAllIsPaid(t *testing.T) {
	for name, e := range map[string]*Evidence{
		"logins that did not help": {useless: 10}, "logins that helped": {useful: 10}, "logins beyond the budget": {unsure: 10},
	} {
		if e.Empty(9) || !e.Empty(10) || !e.Empty(11) {
			t.Errorf("%s: empty %t, %t and %t before, at and after the moment", name, e.Empty(9), e.Empty(10), e.Empty(11))
		}
	}
}

func TestP8EvidenceWithAnythingIsNotEmpty(t *testing.T) {
	for name, e := range map[string]*Evidence{
		"a route": {routes: map[Route]conduct{1: {}}}, "a trial": {trial: trial{id: 1}}, "logins in a row": {beyond: 1},
		"a quiet time": {quietSince: 1}, "what is usual": {quietUsual: 1},
	} {
		if e.Empty(1e18) {
			t.Errorf("%s is nothing", name)
		}
	}
}

// A success that was sent before the 401 came may be from before the token died. One that was sent then is not.
func TestP8SuccessSentWhenThe401Came(t *testing.T) {
	for sent, against := range map[int64]bool{-1: true, 0: false, 1: false} {
		l := newLab(t)
		l.Rejected(l.token, jobs, l.now, l.now)
		l.Accepted(l.token, jobs, l.now+sent, false)
		if got := l.routes[jobs].against; got != against {
			t.Errorf("%d ns after the 401: the route is closed: %t", sent, got)
		}
	}
}

// A route keeps its strikes for a minute without a 401, and all else is forgotten after a quarter of an hour.
func TestP8MomentsOfForgetting(t *testing.T) {
	closed := func(quiet int64) *lab {
		l := newLab(t)
		for range 3 { // two strikes
			l.logsIn(jobs)
			l.sleep(5 * second)
		}
		l.Rejected(l.token, jobs, l.now, l.now)
		l.sleep(quiet)
		return l
	}
	for quiet, strikes := range map[int64]uint8{strikesEnd: 2, strikesEnd + 1: 0} {
		l := closed(quiet)
		before := l.routes[jobs].strikes
		l.accept(jobs)
		if got := l.routes[jobs].strikes; before != 2 || got != strikes {
			t.Errorf("%d strikes become %d in %d ms; want %d", before, got, quiet/ms, strikes)
		}
	}
	for quiet, forgotten := range map[int64]bool{memory: false, memory + 1: true} {
		l := closed(quiet)
		l.accept(docs)
		if got := l.routes == nil; got != forgotten {
			t.Errorf("after %d ms all is forgotten: %t", quiet/ms, got)
		}
	}
}

// A 401 that caused no login is forgotten with the route's next success.
func TestP8401WithoutALoginIsForgotten(t *testing.T) {
	l := newLab(t)
	l.Rejected(l.token, jobs, l.now, l.now)
	if !l.Watching() {
		t.Error("successes say nothing after a 401")
	}
	l.sleep(second)
	l.accept(jobs)
	if l.Watching() || l.routes != nil {
		t.Errorf("%v is remembered", l.routes)
	}
}

// A route that was known before is watched when it answers 401.
func TestP8KnownRouteIsWatchedAfterA401(t *testing.T) {
	l := newLab(t)
	l.token = l.Landed(0, false, true, l.now) // a replica may not know it
	l.accept(jobs)
	l.sleep(2 * replicaLag)
	l.Rejected(l.token, jobs, l.now, l.now)
	if !l.Watching() {
		t.Error("successes say nothing after a 401")
	}
}

// The routes that are remembered are those that were heard of last.
func TestP8OldestRouteIsForgotten(t *testing.T) {
	l := newLab(t)
	const all = Route(2 * maxRoutes)
	for i := range all {
		l.Rejected(l.token, 1+i, l.now, l.now)
		l.sleep(ms)
	}
	for i := range all {
		if _, known := l.routes[1+i]; known != (i >= all-maxRoutes) {
			t.Errorf("route %d of %d is remembered: %t", i, all, known)
		}
	}
}

// Room is for open and closed routes alike: where one kind has more than half of it, the oldest of that kind goes.
func TestP8RoomOfOpenAndClosedRoutes(t *testing.T) {
	for _, open := range []int{0, 1, maxRoutes/2 - 1, maxRoutes / 2, maxRoutes/2 + 1, maxRoutes} {
		l := newLab(t)
		for i := range maxRoutes {
			from := Route(1 + i)
			l.Rejected(l.token, from, l.now, l.now)
			if i < open {
				l.routes[from] = conduct{token: l.token.number, open: true, accepted: l.now, strikes: 1}
			}
			l.sleep(ms)
		}
		l.Rejected(l.token, 1000, l.now, l.now)
		gone := Route(1)
		if open > 0 && open <= maxRoutes/2 {
			gone = Route(1 + open) // the oldest of the closed ones
		}
		if _, known := l.routes[gone]; known || len(l.routes) != maxRoutes {
			t.Errorf("with %d open routes of %d: %d are left, among them route %d", open, maxRoutes, len(l.routes), gone)
		}
	}
}
