package evidence

import (
	"net/http/httptest"
	"slices"
	"testing"
	"unsafe"
)

func TestP8LoginThatHelpsCostsOnlyThePace(t *testing.T) {
	l := newLab(t)
	l.want(jobs, true, "the token may be dead")
	l.left(3, 4)
	l.inPlace(jobs)
	l.left(4, 3)
	l.sleep(replicaLag)
	l.accept(jobs)
	if l.Watching() || l.routes != nil || l.trial != (trial{}) {
		t.Errorf("something is remembered: %v, %v", l.routes, l.trial)
	}
	l.sleep(usefulRate.every)
	l.left(4, 4)
}

// Shortly after a login a 401 may be that of a replica that does not know the token yet. A route that has accepted it
// often in a row has met each replica.
func TestP8RevocationShortlyAfterALogin(t *testing.T) {
	for accepted, login := range map[int]bool{1: false, knownAfter - 1: false, knownAfter: true, 100: true} {
		l := newLab(t)
		l.want(jobs, true, "the token may be dead")
		l.inPlace(jobs)
		for range accepted - 1 {
			l.sleep(ms)
			l.accept(jobs)
		}
		l.sleep(ms)
		l.want(docs, false, "that route has not met each replica")
		l.want(jobs, login, "of how often it has accepted the token")
		l.want(jobs, false, "it is no longer in a row")
	}
}

func TestP8LoginThatDoesNotHelpStaysPaid(t *testing.T) {
	l := newLab(t)
	l.want(closed, true, "the token may be dead")
	l.Rejected(l.token, closed, l.now, l.now)
	l.left(3, 4)
	l.sleep(replicaLag)
	l.want(closed, false, "the route rejects the new token too")
	l.left(3, 4)
	l.accept(jobs)
	l.left(3, 4)
}

// The route's own success counts, another's does not.
func TestP8TokenThatWorkedSince(t *testing.T) {
	for name, tt := range map[string]struct {
		by    Route
		sent  int64 // of the success, after that of the 401
		login bool
	}{
		"on the route":            {by: jobs, sent: ms, login: false},
		"on the route, before":    {by: jobs, sent: -ms, login: true},
		"on the route, just then": {by: jobs, sent: 0, login: true},
		"on another route":        {by: public, sent: ms, login: true},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			l.want(closed, true, "so that successes are watched")
			l.sleep(10 * second)
			l.Accepted(l.token, tt.by, l.now+tt.sent, false)
			if got := l.Reason(l.token, jobs, l.now, l.now+2*ms) != 0; got != tt.login {
				t.Errorf("a login: %t; want %t", got, tt.login)
			}
		})
	}
}

func TestP8ReplicaThatDoesNotKnowANewToken(t *testing.T) {
	l := newLab(t)
	l.want(jobs, true, "the token may be dead")
	for range 9 {
		l.sleep(100 * ms)
		l.want(jobs, false, "the token is new")
		l.want(docs, false, "the token is new")
	}
	l.sleep(100 * ms)
	l.want(docs, true, "the token is not new any more")
}

// When a route that rejects every token has logins, asked 33 times a second for an hour.
func TestP8LoginsOfAClosedRoute(t *testing.T) {
	l := newLab(t)
	var got []int64
	for range 120_000 {
		if l.logsIn(closed) {
			got = append(got, l.now/second-1)
		}
		l.sleep(30 * ms)
	}
	want := []int64{0, 2, 300, 600, 900, 1200, 1500, 1800, 2100, 2400, 2700, 3000, 3300}
	for i, at := range got {
		if i >= len(want) || at < want[i] || at > want[i]+1 {
			t.Fatalf("logins after %v s; want %v", got, want)
		}
	}
	if len(got) != len(want) {
		t.Errorf("logins after %v s; want %v", got, want)
	}
}

// If closed routes have used up the budget, what is known to be open has logins beyond it, and what is not waits until
// nobody is served.
func TestP8BeyondTheBudget(t *testing.T) {
	l := newLab(t)
	l.closedBefore()
	l.accept(jobs)
	l.sleep(second)
	l.want(docs, false, "an unknown route may be closed")
	l.want(jobs, true, "the route accepted a token")
	l.inPlace(jobs)
	l.left(0, 3)
	l.sleep(replicaLag)
	l.want(docs, false, "others are served")
	l.sleep(8 * second)
	l.want(docs, false, "for 8 s nobody was served before, so that 9 s are usual")
	l.sleep(5 * second)
	l.want(docs, true, "nobody is served")
	l.sleep(2 * second)
	l.want(public, true, "nobody is served")
	l.sleep(2 * second)
	l.want(closed, false, "two logins in a row did not help")
	l.accept(jobs)
	l.sleep(100 * second) // there was one login after the other
	l.want(jobs, true, "a route was served since, and this one is open")
}

// Half of the budget is for routes that nobody knows to be closed.
func TestP8KnownClosedRouteLeavesHalfOfTheBudget(t *testing.T) {
	l := newLab(t)
	for range 100 {
		l.logsIn(closed)
		l.sleep(second)
	}
	l.left(2, 4)
	l.want(docs, true, "an unknown route may have the rest")
}

// A route that accepts now this, now that, such as one with closed IDs among open ones, is asked for longer each time.
func TestP8RouteOfOpenAndClosedIDs(t *testing.T) {
	l := newLab(t)
	logins := 0
	for i := range 3 * 3600 * 10 {
		if l.logsIn(docs) {
			logins++
		}
		l.sleep(50 * ms)
		if i%7 == 0 {
			l.accept(docs)
		}
		l.sleep(50 * ms)
	}
	if logins > 4 {
		t.Errorf("%d logins in three hours; want at most 4", logins)
	}
}

func TestP8SuccessTakesTheMarkAway(t *testing.T) {
	l := newLab(t)
	for range 100 {
		l.logsIn(jobs)
		l.sleep(second)
	}
	l.accept(jobs)
	if c := l.routes[jobs]; c.against || c.strikes == 0 {
		t.Errorf("%+v; want the doubt to last for a while", c)
	}
	l.sleep(strikesEnd + second)
	l.accept(jobs)
	if l.routes != nil || l.Watching() {
		t.Errorf("%v is remembered", l.routes)
	}
}

// An answer that is late may be from before the token died.
func TestP8LateSuccessSaysNothing(t *testing.T) {
	l := newLab(t)
	l.closedBefore()
	l.accept(jobs)
	l.sleep(second)
	l.Rejected(l.token, jobs, l.now, l.now)
	l.Accepted(l.token, jobs, l.now-ms, false)
	if !l.routes[jobs].against {
		t.Error("a success before the 401 took the mark away")
	}
	l.Accepted(l.token, jobs, l.now+ms, false)
	if l.routes[jobs].against {
		t.Error("a success after the 401 did not take the mark away")
	}
}

func TestP8FailedLoginCostsNothing(t *testing.T) {
	l := newLab(t)
	for range 10 {
		id := l.Reason(l.token, jobs, l.now, l.now)
		if id == 0 {
			t.Fatal("no login")
		}
		l.Failed(id)
		l.Failed(id) // once is enough
		l.Failed(0)
		l.left(4, 4)
		l.sleep(second)
	}
}

// An abandoned login that fails late takes back nothing of the next one.
func TestP8LateFailureOfAnotherLogin(t *testing.T) {
	l := newLab(t)
	first := l.Reason(l.token, jobs, l.now, l.now)
	second := l.Reason(l.token, docs, l.now, l.now)
	l.Failed(first)
	if l.trial.id != second {
		t.Error("the second trial is gone")
	}
}

// A token out of a TokenStore that is dead proves nothing against the route, and costs nothing if the next login helps.
func TestP8OldTokenThatIsDead(t *testing.T) {
	l := newLab(t)
	id := l.Reason(l.token, jobs, l.now, l.now)
	l.token = l.Landed(id, true, false, l.now-60*second)
	l.Rejected(l.token, jobs, l.now, l.now)
	l.sleep(ms)
	l.left(3, 4)
	l.want(jobs, true, "the token was old")
	l.left(2, 4)
	l.inPlace(jobs)
	l.left(4, 3)
}

// If logins follow each other too fast, more 401s are needed for the next, but never for more than about a minute.
func TestP8PaceOfLoginsThatHelp(t *testing.T) {
	l := newLab(t)
	var waits []int64 // in s
	for range 12 {
		died := l.now
		for !l.logsIn(jobs) {
			l.sleep(100 * ms)
		}
		waits = append(waits, (l.now-died)/second)
		l.inPlace(jobs)
		l.sleep(replicaLag)
	}
	if !slices.Equal(waits[:6], []int64{0, 0, 0, 1, 2, 4}) || slices.Max(waits) > 64 {
		t.Errorf("waits of %v s", waits)
	}
}

func TestP8RememberedRoutesAreBounded(t *testing.T) {
	l := newLab(t)
	for i := range Route(1000) {
		l.Rejected(l.token, 1+i, l.now, l.now)
		l.accept(2000 + i%500)
		l.sleep(ms)
	}
	open := 0
	for _, c := range l.routes {
		if c.open {
			open++
		}
	}
	if len(l.routes) != maxRoutes || open < maxRoutes/2 || open > maxRoutes/2+1 {
		t.Errorf("%d routes, %d of them open; want %d, half of them open", len(l.routes), open, maxRoutes)
	}
	if _, ok := l.routes[1000]; !ok {
		t.Error("the last closed route is forgotten")
	}
	l.sleep(memory + second)
	l.accept(jobs)
	if l.routes != nil || l.Watching() {
		t.Errorf("%d routes are remembered after a quiet time", len(l.routes))
	}
}

func TestP8Meter(t *testing.T) {
	r := rate{atOnce: 3, every: 10}
	var m meter
	for i, step := range []struct {
		now        int64
		take, give bool
		want       int
	}{
		{now: 0, want: 3},
		{now: 100, take: true, want: 2},
		{now: 100, take: true, want: 1},
		{now: 109, want: 1},
		{now: 110, want: 2},
		{now: 110, give: true, want: 3},
		{now: 110, give: true, want: 3},
		{now: 200, take: true, want: 2},
		{now: 200, take: true, want: 1},
		{now: 200, take: true, want: 0},
		{now: 200, take: true, want: -1},
		{now: 210, want: 0},
		{now: 1000, want: 3},
	} {
		if step.take {
			m.take(r, step.now)
		}
		if step.give {
			m.giveBack(r)
		}
		if got := m.left(r, step.now); got != step.want {
			t.Errorf("step %d: %d left; want %d", i, got, step.want)
		}
	}
}

// What promise 8 costs a Client against whose routes there is nothing.
func TestP8EvidenceIsSmall(t *testing.T) {
	if n := unsafe.Sizeof(Evidence{}) + unsafe.Sizeof(Token{}); n > 128 {
		t.Errorf("%d bytes; want at most 128", n)
	}
	l := newLab(t)
	l.want(closed, true, "so that successes are watched")
	l.accept(jobs)
	if n := testing.AllocsPerRun(100, func() { l.accept(jobs) }); n > 0 {
		t.Errorf("a success that is watched allocates %f times", n)
	}
	if most := maxRoutes * (unsafe.Sizeof(Route(0)) + unsafe.Sizeof(conduct{})); most > 4<<10 {
		t.Errorf("%d bytes for remembered routes", most)
	}
}

// What a success costs on the hot path: the first as long as there is nothing against any route.
func BenchmarkSuccess(b *testing.B) {
	b.Run("unwatched", func(b *testing.B) {
		var e Evidence
		b.ReportAllocs()
		for b.Loop() {
			if e.Watching() {
				b.Fatal("watched")
			}
		}
	})
	b.Run("watched", func(b *testing.B) {
		var e Evidence
		token := e.Landed(0, false, false, 0)
		e.Reason(token, closed, second, second)
		b.ReportAllocs()
		for b.Loop() {
			if e.Watching() {
				e.Accepted(token, jobs, 2*second, false)
			}
		}
	})
}

func BenchmarkRouteOf(b *testing.B) {
	req := httptest.NewRequest("GET", "https://api.example/v1/customers/4711/transactions", nil)
	b.ReportAllocs()
	for b.Loop() {
		RouteOf(req)
	}
}

// Evidence that is empty is dropped, and what the held token tells is enough for new one.
func TestP8EmptyEvidenceIsRecalledByItsToken(t *testing.T) {
	var before Evidence
	first := before.Landed(0, false, false, second)
	held := before.Landed(0, false, true, 2*second)
	if !before.Empty(2 * second) {
		t.Error("tokens alone count as more than they are")
	}
	var after Evidence
	after.Recall(held)
	if after.Watching() || !after.Empty(3*second) {
		t.Error("more is recalled than there was")
	}
	if next := after.Landed(0, false, false, 3*second); next.number == held.number || next.number == first.number {
		t.Error("two tokens have one number")
	}
	after.Rejected(held, 1, 4*second, 4*second)
	if after.Empty(4 * second) {
		t.Error("evidence with a 401 counts as empty")
	}
}
