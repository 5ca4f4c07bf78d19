package evidence

import "testing"

// A login that helps gives back what it cost, and nothing of what others cost.
func TestP8LoginThatHelpsPaysForNoOther(t *testing.T) {
	l := newLab(t)
	l.want(closed, true, "the token may be dead")
	l.sleep(2 * second)
	l.want(docs, true, "the token may be dead")
	l.sleep(2 * second)
	l.want(jobs, true, "the token may be dead")
	l.left(1, 4)
	l.inPlace(jobs)
	l.left(2, 3)
}

// Nor does one beyond the budget.
func TestP8LoginBeyondTheBudgetPaysForNoOther(t *testing.T) {
	l := newLab(t)
	l.closedBefore()
	l.accept(jobs)
	l.accept(docs)
	l.sleep(second)
	l.want(docs, true, "the route accepted a token")
	l.sleep(2 * second)
	l.want(jobs, true, "the route accepted a token")
	l.left(0, 2)
	if left := l.unsure.left(unsureRate, l.now); left != 1 {
		t.Errorf("%d logins beyond the budget are left; want 1", left)
	}
	l.inPlace(jobs)
	l.left(0, 2) // it is paid back, and counts as one that helped
	if left := l.unsure.left(unsureRate, l.now); left != 2 {
		t.Errorf("%d logins beyond the budget are left; want 2", left)
	}
}

// quietFor lets no route accept the token for a time in which one answers 401.
func (l *lab) quietFor(d int64) {
	l.Rejected(l.token, closed, l.now, l.now)
	l.sleep(d)
	l.accept(public)
}

// How long it is quiet, of late, is the longest time, which fades by a quarter with each shorter one.
func TestP8UsualQuietFades(t *testing.T) {
	l := newLab(t)
	l.quietFor(8 * second)
	for _, want := range []int64{8 * second, 6 * second, 4500 * ms, 3375 * ms} {
		if l.quietUsual != want {
			t.Errorf("%d ms are usual; want %d", l.quietUsual/ms, want/ms)
		}
		l.quietFor(ms)
	}
	l.quietFor(20 * second)
	if most := l.quietUsual; most < 20*second || most > 20*second+ms {
		t.Errorf("%d ms are usual; want 20 s", most/ms)
	}
	l.quietFor(2 * maxUsual)
	if l.quietUsual != maxUsual {
		t.Errorf("%d ms are usual; want the most that counts", l.quietUsual/ms)
	}
}

// Successes without a 401 between them are no quiet, however far apart they are.
func TestP8SuccessesAloneAreNoQuiet(t *testing.T) {
	l := newLab(t)
	l.quietFor(2 * second)
	usual := l.quietUsual
	for range 5 {
		l.sleep(100 * second)
		l.accept(public)
	}
	if l.quietUsual != usual || l.quietSince != 0 {
		t.Errorf("%d ms are usual; want %d", l.quietUsual/ms, usual/ms)
	}
}

// A success that was sent before the first 401 does not end the quiet. One that was sent then does.
func TestP8SuccessEndsTheQuiet(t *testing.T) {
	for sent, quiet := range map[int64]bool{-1: true, 0: false, 1: false} {
		l := newLab(t)
		l.Rejected(l.token, closed, l.now, l.now)
		l.Accepted(l.token, public, l.now+sent, false)
		if got := l.quietSince != 0; got != quiet {
			t.Errorf("%d ns after the 401: it is quiet: %t", sent, got)
		}
	}
}

// It is quiet for longer than usual after half as much again, and after a second at least.
func TestP8LongerThanUsual(t *testing.T) {
	for usual, longer := range map[int64]int64{0: second, 600 * ms: second, 2 * second: 3 * second, 8 * second: 12 * second} {
		e := Evidence{quietSince: second, quietUsual: usual}
		if e.quiet(second+longer-1) || !e.quiet(second+longer) {
			t.Errorf("if %d ms are usual, %d ms are not longer, or less is", usual/ms, longer/ms)
		}
	}
}

// Two logins beyond the budget that did not help are enough, until a route accepts the token.
func TestP8TwoBeyondTheBudgetInARow(t *testing.T) {
	l := newLab(t)
	l.closedBefore()
	for _, open := range []Route{jobs, docs, public} {
		l.accept(open)
	}
	l.sleep(second)
	l.want(jobs, true, "the first beyond the budget")
	l.sleep(2 * second)
	l.want(docs, true, "the second")
	l.sleep(2 * second)
	l.want(public, false, "the third in a row")
	l.sleep(second)
	l.accept(docs)
	l.want(public, true, "a route has accepted the token since")
}

// All in all there are three at once.
func TestP8ThreeBeyondTheBudget(t *testing.T) {
	l := newLab(t)
	l.closedBefore()
	routes := []Route{jobs, docs, public, 5}
	for _, open := range routes {
		l.accept(open)
	}
	l.sleep(second)
	for i, from := range routes {
		l.Rejected(l.token, from, l.now, l.now)
		l.sleep(2 * second)
		l.want(from, i < 3, "three are all")
		l.sleep(2 * second)
		l.accept(9) // so that they are not in a row
	}
}
