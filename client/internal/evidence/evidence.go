// Package evidence tells what a 401 to an authorised request is a reason for: a login, or nothing.
//
// Either the token is dead, or the route is closed to the account and answers 401 to every token. Only a login can tell
// the two apart, by whether it helps, and logins must be few. A 401 is a reason for a login if all of this holds:
//
//   - The 401 says something. The route did not accept the token after the request was sent, and all replicas of the
//     service know the token: it is old enough, or the route has accepted it several times in a row.
//   - The route has answered nothing but 401 for long enough. At first any 401 will do. The time grows with each new
//     token that the route rejects, and if logins follow each other too fast.
//   - The login can be paid for. The budget is small and refills slowly. A login that helps, since its token is
//     accepted in place of the rejected one, is paid back. If the budget is used up, a 401 that most likely means a
//     dead token is still a reason for a login.
//
// What one route accepts says nothing about another: a public route accepts dead tokens too.
package evidence

import "sync/atomic"

// Evidence is what is known of one account's tokens and routes. It does no I/O, and is told the time, in nanoseconds
// since a start of the caller's choice. A lock of the caller's guards all methods but Watching. The zero value knows
// nothing.
type Evidence struct {
	watching atomic.Bool       // a success may say something
	beyond   uint8             // logins begun beyond the budget since a route last accepted the token
	routes   map[Route]conduct // what is remembered while watching; nil if there is nothing against any route
	trial    trial

	useless meter  // logins that did not help, or of which that is not known yet
	useful  meter  // logins that helped, or were begun beyond the budget
	unsure  meter  // logins begun beyond the budget, of which it is not known that they helped
	tokens  uint32 // tokens numbered so far
	trials  Trial  // trials numbered so far

	quietSince int64 // the first 401 after a route last accepted the token; 0: there was none
	quietUsual int64 // how long no route has accepted the token, of late, with 401s meanwhile
	latest     int64 // the last 401
	lastHeard  int64 // when the last request was sent that the token was accepted for, while watching; 0: none was
	lagUntil   int64 // until then successes are watched, since a replica may not know the token
}

const (
	second = int64(1e9)

	// A replica may need this long to know a token that replaced a rejected one, unless a route has accepted it so
	// often in a row: then some request has met each replica.
	replicaLag = second
	knownAfter = 8

	// A route that answered no 401 for this long has no strikes any more.
	strikesEnd = 60 * second

	// If nothing was answered 401 for this long, all is forgotten but what logins cost.
	memory = 15 * 60 * second

	maxRoutes = 64
	maxBeyond = 2
	maxDoubt  = 7 // a route that answered 401 for about a minute has waited long enough, whatever happened
	maxUsual  = 15 * 60 * second
)

var (
	uselessRate = rate{atOnce: 4, every: 5 * 60 * second}
	unsureRate  = rate{atOnce: 3, every: 6 * 60 * second}
	usefulRate  = rate{atOnce: 4, every: 60 * second}
)

// Token is one token, as Evidence knows it.
type Token struct {
	number  uint32
	old     bool  // a store had it, or the login gave the rejected token again: it may be dead
	knownBy int64 // a 401 to a request that was sent earlier says nothing, unless the route has accepted it often
}

// conduct is what a route has answered.
type conduct struct {
	token    uint32 // the number of the token that it accepted or rejected last
	strikes  uint8  // how many tokens it rejected that replaced one it had rejected
	against  bool   // its last answer was a 401
	open     bool   // it accepted a token at some time
	inARow   uint8  // how often it has accepted the token since it last answered 401, at most knownAfter
	accepted int64  // when the last request was sent that the token was accepted for; 0: none was
	since    int64  // when it began to answer 401 to the token
	latest   int64  // when it answered 401 last
}

// Trial numbers a login that a 401 caused; 0: no 401 caused it.
type Trial uint32

// trial is the last login that a 401 caused, as long as it may turn out to help.
type trial struct {
	id    Trial  // 0: there is no trial
	from  Route  // whose 401 it was
	token uint32 // the number of the token that it gave; 0: there is none yet, or it was an old one and is dead

	useless, useful uint8 // what it cost; useful: of unsure too
}

// judges reports whether the trial turns out useful or useless by what a route does with a token.
func (t trial) judges(from Route, token Token) bool { return t.gave(token) && t.from == from }

func (t trial) gave(token Token) bool { return t.id != 0 && t.token == token.number }

// Recall makes new Evidence know the current token, which was numbered by Evidence that was empty since.
func (e *Evidence) Recall(token Token) { e.tokens, e.lagUntil = token.number, token.knownBy }

// Empty reports whether nothing is known but what Recall brings back.
func (e *Evidence) Empty(now int64) bool {
	paid := int64(e.useless) <= now && int64(e.useful) <= now && int64(e.unsure) <= now
	return paid && e.routes == nil && e.trial == trial{} && e.beyond == 0 && e.quietSince == 0 && e.quietUsual == 0
}

// Watching reports whether successes may say something, so that Accepted must be told of them. It is safe for
// concurrent use by multiple goroutines.
func (e *Evidence) Watching() bool { return e.watching.Load() }

// Reason returns the trial that a 401 to the current token begins; 0: the 401 is no reason for a login. No login may
// be under way. sent is when the request was sent.
func (e *Evidence) Reason(token Token, from Route, sent, now int64) Trial {
	if !e.Rejected(token, from, sent, now) {
		return 0
	}
	if c := e.routes[from]; now-c.since < e.patience(c, now) || !e.pay(from, c, now) {
		return 0
	}
	e.trials++
	e.trial.id, e.trial.from, e.trial.token = e.trials, from, 0
	return e.trial.id
}

// Landed numbers the token that a login or a store gave. old tells that it may be dead: a store had it, or the login
// gave the same token again. replaces tells that it is new, in place of one that was held: a replica may not know it
// yet. received is when the service gave it.
func (e *Evidence) Landed(id Trial, old, replaces bool, received int64) Token {
	e.tokens++
	token := Token{number: e.tokens, old: old}
	if id != 0 || replaces {
		token.knownBy = received + replicaLag
		e.lagUntil = token.knownBy
	}
	if id != 0 && id == e.trial.id {
		e.trial.token = token.number
	}
	return token
}

// Failed ends the trial of a login that gave no token: it costs nothing.
func (e *Evidence) Failed(id Trial) {
	if id != 0 && id == e.trial.id {
		e.payBack()
	}
}

// Rejected takes note of a 401 to the current token, and reports whether it says something.
func (e *Evidence) Rejected(token Token, from Route, sent, now int64) bool {
	c, known := e.routes[from]
	if known && c.token == token.number && c.accepted > sent {
		return false
	}
	if sent < token.knownBy && (c.token != token.number || c.inARow < knownAfter) {
		if known {
			c.inARow = 0
			e.routes[from] = c
		}
		return false
	}
	e.latest = now
	if e.quietSince == 0 {
		e.quietSince = now
	}
	switch {
	case !e.trial.judges(from, token):
	case token.old:
		e.trial.token = 0 // the next login for the route shows whether both were useful
	default:
		e.trial = trial{} // useless
	}
	if !c.against {
		c.since = now
	} else if c.token != token.number && !token.old {
		c.strikes, c.since = min(c.strikes+1, maxDoubt), now
	}
	if c.token != token.number {
		c.token, c.accepted = token.number, 0
	}
	c.against, c.latest, c.inARow = true, now, 0
	e.keep(from, c)
	return true
}

// Accepted takes note that a route accepted the current token, and whether in place of a rejected one: then that one
// was dead. sent is when the request was sent.
func (e *Evidence) Accepted(token Token, from Route, sent int64, inPlace bool) {
	c := e.routes[from]
	judges := e.trial.judges(from, token)
	late := c.against && c.token == token.number && sent < c.since
	over := sent-c.latest > strikesEnd
	switch {
	case inPlace:
		c.strikes = 0
	case judges: // was the token before dead, or does the route accept now this, now that?
		c.strikes = max(c.strikes, 1)
	case late:
		return // the answer may be from before the token died
	case over:
		c.strikes = 0
	}
	if judges {
		e.payBack()
		if !token.old {
			e.useful.take(usefulRate, sent)
		}
	}
	e.heard(sent, inPlace)
	if c.token != token.number {
		c.inARow = 0
	}
	c.token, c.against, c.open, c.accepted, c.inARow = token.number, false, true, sent, min(c.inARow+1, knownAfter)
	e.keep(from, c)
	if sent-e.latest > memory {
		e.forget()
	}
}

// heard takes note that a request was sent that the token was accepted for. If that was in place of a rejected one, it
// was quiet because the token was dead, which is not usual.
func (e *Evidence) heard(sent int64, inPlace bool) {
	e.beyond = 0
	if e.quietSince > 0 && sent >= e.quietSince {
		if !inPlace {
			began := e.quietSince
			if e.lastHeard > 0 {
				began = min(began, e.lastHeard)
			}
			e.quietUsual = min(max(sent-began, e.quietUsual-e.quietUsual/4), maxUsual)
		}
		e.quietSince = 0
	}
	e.lastHeard = max(e.lastHeard, sent)
}

// patience returns how long a route must have answered 401 before that is reason for a login: no time at all, or 1 s,
// 2 s, 4 s and so on up to about a minute.
func (e *Evidence) patience(c conduct, now int64) int64 {
	tooFast := 2 - e.useful.left(usefulRate, now)
	doubt := min(max(int(c.strikes), tooFast), maxDoubt)
	if doubt <= 0 {
		return 0
	}
	return second << (doubt - 1)
}

// pay pays for a login for a route's 401, and reports whether it could. Half of the budget is for routes without
// strikes, so that routes that are known to be closed cannot use it up.
func (e *Evidence) pay(from Route, c conduct, now int64) bool {
	if e.trial.token != 0 || e.trial.from != from {
		e.trial = trial{} // nobody will know whether the last one helped
	}
	if e.useless.left(uselessRate, now) > int(min(c.strikes, uselessRate.atOnce/2)) {
		e.useless.take(uselessRate, now)
		e.trial.useless++
		return true
	}
	if e.likelyDead(c, now) && e.beyond < maxBeyond && e.unsure.left(unsureRate, now) > e.reserve(c, now) {
		e.useful.take(usefulRate, now)
		e.unsure.take(unsureRate, now)
		e.trial.useful++
		e.beyond++
		return true
	}
	return false
}

// likelyDead reports whether a 401 most likely means a dead token: the route accepted one before, or no route has
// accepted the token for longer than usual.
func (e *Evidence) likelyDead(c conduct, now int64) bool {
	quiet := e.quiet(now)
	return c.open && quiet || c.strikes < 2 && (c.open || quiet)
}

// quiet reports whether no route has accepted the token for longer than usual.
func (e *Evidence) quiet(now int64) bool {
	return now-e.quietSince >= max(second, e.quietUsual+e.quietUsual/2)
}

// reserve returns how many of the logins beyond the budget are kept for a dead token that is noticed by the quiet. A
// route that accepts now this, now that, uses up the others.
func (e *Evidence) reserve(c conduct, now int64) int {
	if c.strikes == 0 || e.quiet(now) {
		return 0
	}
	return 1
}

// payBack ends the trial and gives back what it cost.
func (e *Evidence) payBack() {
	for range e.trial.useless {
		e.useless.giveBack(uselessRate)
	}
	for range e.trial.useful {
		e.useful.giveBack(usefulRate)
		e.unsure.giveBack(unsureRate)
	}
	e.trial = trial{}
}

// keep remembers a route's conduct. Successes are watched as long as there is something against a route.
func (e *Evidence) keep(from Route, c conduct) {
	if e.routes == nil {
		e.routes = make(map[Route]conduct)
	}
	before, known := e.routes[from]
	e.routes[from] = c
	lagging := c.accepted < e.lagUntil
	if known && before.against == c.against && before.strikes == c.strikes && (lagging || e.lagUntil == 0) {
		return // as most of the time
	}
	if !lagging {
		e.lagUntil = 0
	}
	if len(e.routes) > maxRoutes {
		e.evict(from)
	}
	for _, c := range e.routes {
		if c.against || c.strikes > 0 {
			e.watching.Store(true)
			return
		}
	}
	if e.trial.id == 0 && !lagging {
		e.forget()
	}
}

// evict forgets the route that was not heard of for the longest time, other than the one that was just kept. Open and
// closed routes have half of the room each: neither kind pushes out the other.
func (e *Evidence) evict(kept Route) {
	open := 0
	for _, c := range e.routes {
		if c.open {
			open++
		}
	}
	var oldest Route
	var since int64
	for from, c := range e.routes {
		heard := max(c.latest, c.accepted)
		if from != kept && c.open == (open > maxRoutes/2) && (oldest == 0 || heard < since) {
			oldest, since = from, heard
		}
	}
	delete(e.routes, oldest)
}

// forget forgets all but what logins cost.
func (e *Evidence) forget() {
	e.routes, e.trial, e.quietSince, e.lastHeard = nil, trial{}, 0, 0
	e.watching.Store(false)
}
