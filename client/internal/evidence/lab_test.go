package evidence

import (
	"testing"
)

const ms = second / 1000

// lab is evidence with a token in use, and a clock. A request takes no time.
type lab struct {
	*testing.T
	Evidence

	token Token
	now   int64
}

func newLab(t *testing.T) *lab {
	l := &lab{T: t, now: second}
	l.token = l.Landed(0, false, false, l.now)
	return l
}

func (l *lab) sleep(d int64) { l.now += d }

// logsIn reports whether a 401 is reason for a login, which takes place then.
func (l *lab) logsIn(from Route) bool {
	id := l.Reason(l.token, from, l.now, l.now)
	if id != 0 {
		l.token = l.Landed(id, false, false, l.now)
	}
	return id != 0
}

// want checks what a 401 is reason for.
func (l *lab) want(from Route, login bool, why string) {
	l.Helper()
	if l.logsIn(from) != login {
		l.Errorf("after %d ms, route %d: a login: %t; want %t: %s", l.now/ms-1000, from, !login, login, why)
	}
}

func (l *lab) accept(from Route)  { l.Accepted(l.token, from, l.now, false) }
func (l *lab) inPlace(from Route) { l.Accepted(l.token, from, l.now, true) }

// left checks what is left of the budgets.
func (l *lab) left(useless, useful int) {
	l.Helper()
	gotUseless, gotUseful := l.useless.left(uselessRate, l.now), l.useful.left(usefulRate, l.now)
	if gotUseless != useless || gotUseful != useful {
		l.Errorf("%d and %d logins are left; want %d and %d", gotUseless, gotUseful, useless, useful)
	}
}

// closedBefore uses up the budget by as many closed routes.
func (l *lab) closedBefore() {
	for i := range Route(uselessRate.atOnce) {
		l.want(1000+i, true, "a route that is not known yet")
		l.sleep(2 * second)
	}
	l.left(0, 4)
}

const jobs, docs, closed, public Route = 1, 2, 3, 4
