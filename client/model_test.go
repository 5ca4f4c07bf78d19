package client_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// modelChecks says which promises the model checks. Each name begins with the number that the promise has in the design;
// T stands for the promises of the transport, E for errors, L for what holds in the end. LATCHKEY_MODEL_ONLY switches all
// off but those whose names begin with one of its words.
var modelChecks = map[string]bool{
	"0 nothing panics":                                  true,
	"0 nothing hangs":                                   true,
	"0 errors name the service and no secret":           true,
	"1 a held token is handed out at once":              true,
	"2 nobody waits past its context":                   true,
	"2 one login at a time":                             true,
	"2 one Secret at a time":                            true,
	"2 a hung Secret has a limit":                       true,
	"3 a login has a reason":                            true,
	"3 a failed refresh has a cool-down":                true,
	"4 a refused secret is not sent again":              true,
	"4 a found token does not reset the latch":          true,
	"4b a failed login has a pause":                     true,
	"4b a locked account is latched":                    true,
	"5 no login while the gate is closed":               true,
	"5 pauses hold across a Logout":                     true,
	"6 no token is handed out after its end":            true,
	"6 a token does not end while the store is written": true,
	"6 a store does not bring an expired token back":    true,
	"7 an invalidated token is not handed out":          true,
	"8 a replaced token does not come back":             true,
	"8 a live token keeps serving":                      true,
	"8 a revocation leaves open routes no 401s":         true,
	"8 a closed route costs few logins":                 true,
	"9 no login while the store has a token":            true,
	"9 no error while the store has a token":            true,
	"9 a latched Client finds the store's token":        true,
	"9 a refusal is shared":                             true,
	"9 a rate limit is shared":                          true,
	"9 a failure is shared":                             true,
	"9 one login at a time among Clients":               true,
	"9 the observer is told what happened":              true,
	"10 a past pause in a record is over":               true,
	"T a request is repeated once":                      true,
	"T a body that was sent brings its 401 at once":     true,
	"E an error is that of a login":                     true,
	"L in the end everybody is logged in again":         true,
}

// model is what is known of the Clients of one account from outside: it is told what happens at their borders, and notes
// each promise that does not hold. It predicts nothing that is random; it knows what must not be.
type model struct {
	mu      sync.Mutex
	epoch   int // counts the moments at which nothing moved
	began   time.Time
	clients []*modelClient
	answers []modelAnswer
	calls   []*modelCall // that have ended, and are to be judged
	broken  []string     // by check
	log     []string     // what happened
	over    bool         // the calls that have not come back are cancelled

	store   string       // that the Clients share: "", "bound" or "unbound"
	stored  *modelToken  // that it surely has, if nothing is wrong with it
	puts    modelMoment  // when that was put there
	left    time.Time    // when the last Logout was, of any Client
	trouble modelTrouble // with the store
	illness modelTrouble // with anything that a login needs
	deaths  []time.Time  // of tokens

	clocksOff bool // clocks disagree, or did when they wrote what lies in the store: nobody knows how old it is
}

// modelTrouble says whether something is wrong, and until when it was.
type modelTrouble struct {
	on    bool
	until modelMoment
}

// modelClient is what is known of one Client.
type modelClient struct {
	id       int
	clock    modelClock
	ahead    time.Duration // by which its clock was set forward, beside that of the service
	failed   string        // the secret of the last login that failed
	slowest  time.Duration // login
	asking   int
	asked    time.Time     // when the Secret was asked last
	logins   []*modelLogin // under way
	open     []*modelCall  // under way
	needless []time.Time   // new tokens for a 401, though the old one was alive
	welcomed modelMoment   // when it was given a token last
	anew     int           // calls of LogIn that are under way
	lockless time.Time     // when it gave up to wait for the store's lock
	leftover bool          // a LogIn's caller has gone, and its login may be yet to come

	// What keeps logins off.
	refusals map[string]*modelPause // by secret
	locked   map[string]*modelPause // answers 423, likewise
	failures modelPause
	gate     modelPause
	cooling  modelPause

	// The last token that it surely has had.
	held      *modelToken
	heldAt    modelMoment
	heldAhead time.Duration // ahead, when it had the token
	gone      bool          // it was told to forget it
	doubted   bool          // a route answered 401
	logouts   int
	left      time.Time // when the last logout was
}

// modelToken is a token that the service gave.
type modelToken struct {
	value    string
	by       *modelClient  // whose login gave it
	slept    time.Duration // since
	issued   time.Time
	end      time.Time           // as the service says; zero: it does not
	dead     bool                // revoked, or its session has ended
	known    time.Time           // from when on each replica of the service knows it
	had      map[int]bool        // by Client
	dropped  map[int]modelMoment // by Client: it was told that the token is invalid
	rejected map[int]modelMoment // a route answered 401 first
	replaced map[int]modelMoment // another one was had after that
}

// modelLogin is one call of a Login.
type modelLogin struct {
	client  *modelClient
	secret  string
	began   time.Time
	logouts int
	early   bool // it may renew a token that is still good
	calm    bool // no route has answered that token 401
	ended   bool

	needless bool // a route answered 401, and the token is alive
}

// modelAnswer is what a login was answered, or a Secret's failure.
type modelAnswer struct {
	client *modelClient
	secret string
	kind   string // "token", "refused", "limited" or "failed"
	status int
	wait   time.Duration // Retry-After; 0: none
	token  *modelToken
	at     modelMoment
	until  time.Time // a call that begins before may be told of it
}

// asks is told that a Client asks its Secret.
func (m *model) asks(c *modelClient) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c.asked = time.Now()
	if c.asking++; c.asking > 1 {
		m.fails("2 one Secret at a time", "client %d asks %d at once", c.id, c.asking)
	}
}

// told is told what a Secret answered.
func (m *model) told(c *modelClient, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c.asking--
	now := m.now()
	if took := now.at.Sub(c.asked); took > 5*time.Minute {
		m.fails("2 a hung Secret has a limit", "client %d asks for %s", c.id, took)
	}
	if err != nil {
		m.answers = append(m.answers, modelAnswer{client: c, kind: "failed", at: now, until: now.at.Add(time.Minute)})
	}
}

// sends is told that a login begins.
func (m *model) sends(c *modelClient, secret string) *modelLogin {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	l := &modelLogin{client: c, secret: secret, began: now.at, logouts: c.logouts}
	m.notes("client %d logs in", c.id)
	for check, pause := range map[string]*modelPause{
		"4 a refused secret is not sent again": c.refusals[secret],
		"4b a locked account is latched":       c.locked[secret],
		"5 no login while the gate is closed":  &c.gate,
		"4b a failed login has a pause":        &c.failures,
	} {
		if pause.on(now) && pause.from.after(c.welcomed) && (pause != &c.failures || c.failed == secret && !c.mayLogIn()) {
			if m.store != "" && strings.HasPrefix(check, "4 ") {
				check = "4 a found token does not reset the latch"
			}
			if !c.knownAfterLogout(now) {
				check = "5 pauses hold across a Logout" // two logins were under way
			}
			m.fails(check, "client %d: %s too early", c.id, pause.until.Sub(now.at))
		}
	}
	late := now
	late.at = late.at.Add(-c.slowest) // a Client counts a token's life from its receipt
	l.calm = !c.doubted
	l.early = c.holds(late) && (l.calm || !now.at.Before(c.refreshes()))
	if c.knownAfterLogout(now) && !c.mayLogIn() {
		m.needed(c, l, now)
	}
	if c.knownAfterLogout(now) && c.anew == 0 {
		m.shares(c, l, now)
	}
	c.logins = append(c.logins, l)
	return l
}

// needed judges whether there is a reason for a login. mu is held.
func (m *model) needed(c *modelClient, l *modelLogin, now modelMoment) {
	if slices.ContainsFunc(c.logins, func(other *modelLogin) bool { return other.logouts == c.logouts && other.lasts(now) }) {
		m.fails("2 one login at a time", "client %d", c.id)
	}
	if !c.holds(now) {
		return
	}
	if l.early && l.calm && c.cooling.on(now) {
		m.fails("3 a failed refresh has a cool-down", "client %d: %s too early", c.id, c.cooling.until.Sub(now.at))
	}
	if !now.after(c.heldAt) || !now.at.Before(c.refreshes()) {
		return
	}
	if !c.doubted {
		m.fails("3 a login has a reason", "client %d holds a good token", c.id)
	}
	l.needless = !c.held.dead
}

// lasts reports whether a login is surely under way: its Client leaves it behind after 30 s.
func (l *modelLogin) lasts(now modelMoment) bool { return now.at.Sub(l.began) < 30*time.Second }

// answered is told what came of a login. One that does not return counts after 30 s.
func (m *model) answered(l *modelLogin, a modelAnswer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if l.ended {
		return
	}
	now, c := m.now(), l.client
	m.notes("client %d is answered %s %d %s", c.id, a.kind, a.status, a.wait)
	l.ended, c.leftover = true, false
	c.logins = slices.DeleteFunc(c.logins, func(other *modelLogin) bool { return other == l })
	c.slowest = max(c.slowest, now.at.Sub(l.began))
	a.client, a.secret, a.at, a.wait = c, l.secret, now, min(a.wait, 15*time.Minute)
	switch {
	case a.kind == "token":
		a.token.by = c
		c.welcomed = now
		c.refusals, c.locked = map[string]*modelPause{}, map[string]*modelPause{}
		c.failures.reset()
		c.gate.reset()
		c.cooling.reset()
		if c.knownAfterLogout(now) {
			c.has(a.token, now, true)
		}
		if l.needless {
			m.wasNeedless(c, now)
		}
	case a.kind == "limited":
		c.gate.begin(now, a.wait)
		a.until = now.at.Add(15 * time.Minute)
	case a.kind == "refused":
		latch(c.refusals, l.secret, now)
		a.until = now.at.Add(15 * time.Minute)
	case a.status == 423:
		latch(c.locked, l.secret, now)
		a.until = now.at.Add(15 * time.Minute)
	default:
		if !l.early { // else callers have the token, and the cool-down is enough
			c.failures.begin(now, a.wait)
			c.failed = l.secret
		}
		a.until = now.at.Add(max(time.Minute, a.wait))
		if c.failures.until.After(a.until) {
			a.until = c.failures.until
		}
	}
	if a.kind != "token" && l.early && l.calm {
		c.cooling.begin(now, 0)
	}
	m.answers = append(m.answers, a)
}

// wasNeedless counts the logins that a closed route has cost, beside those that failed, which have pauses of their own.
// mu is held.
func (m *model) wasNeedless(c *modelClient, now modelMoment) {
	c.needless = append(c.needless, now.at)
	for most, length := range map[int]time.Duration{10: 5 * time.Minute, 30: time.Hour} {
		if n := len(c.needless); n > most && now.at.Sub(c.needless[n-1-most]) < length {
			m.fails("8 a closed route costs few logins", "client %d: %d in %s", c.id, most+1, now.at.Sub(c.needless[n-1-most]))
		}
	}
}

// knownAfterLogout reports whether what happens now surely began after the last Logout. A login may be a later try of
// an earlier one, and what began before a Logout is not kept.
func (c *modelClient) knownAfterLogout(now modelMoment) bool {
	return now.at.Sub(c.left) > 5*time.Minute &&
		!slices.ContainsFunc(c.open, func(call *modelCall) bool { return call.logouts < c.logouts })
}

// has notes that a Client has a token. One that is older than the held one is the held one only if a call was surely
// given it after that: a store may bring it back. mu is held.
func (c *modelClient) has(t *modelToken, now modelMoment, surely bool) {
	t.had[c.id] = true
	if c.held == t || c.held != nil && !t.issued.After(c.held.issued) && !surely {
		return
	}
	if c.held != nil && c.doubted {
		c.held.replaced[c.id] = now
	}
	c.held, c.heldAt, c.heldAhead, c.gone, c.doubted = t, now, c.ahead, false, false
}

// holds reports whether a Client has a token that is good as far as it knows, or at least not known to be dead.
func (c *modelClient) holds(now modelMoment) bool {
	return c.held != nil && !c.gone && (c.held.end.IsZero() || now.at.Add(c.lost()).Before(c.held.end))
}

// refreshes returns from when on the token may be renewed early, if a login takes as long as the slowest one did.
func (t *modelToken) refreshes(slowest time.Duration) time.Time {
	if t.end.IsZero() {
		return t.issued.Add(100000 * time.Hour)
	}
	window := min(t.end.Sub(t.issued)/10, 5*time.Minute) * 11 / 10 // jitter
	return t.end.Add(-max(window, 5*slowest/2))
}

// refreshes returns from when on a Client may renew the token that it has.
func (c *modelClient) refreshes() time.Time { return c.held.refreshes(c.slowest).Add(-c.lost()) }

// leaves is told that a Logout begins. It returns the token that the Client surely had.
func (m *model) leaves(c *modelClient) *modelToken {
	m.mu.Lock()
	defer m.mu.Unlock()
	held := c.held
	c.logouts++
	c.left, c.held, m.stored, m.left = time.Now(), nil, nil, time.Now()
	return held
}

// logsIn is told that a LogIn begins.
func (m *model) logsIn(c *modelClient) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c.anew++
}

// loggedIn is told that a LogIn has ended. If its caller has stopped waiting, or cannot wait so long, it goes on.
func (m *model) loggedIn(c *modelClient, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c.anew--
	c.leftover = c.leftover || err != nil
}

// mayLogIn reports whether a LogIn is under way, which needs no reason and passes the pause after a failure.
func (c *modelClient) mayLogIn() bool { return c.anew > 0 || c.leftover }

// drops is told that a Client was told to forget a token.
func (m *model) drops(c *modelClient, t *modelToken) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t.dropped[c.id] = m.now()
	c.gone = c.gone || t == c.held
}

// fails notes that a promise does not hold. mu is held.
func (m *model) fails(check, format string, args ...any) {
	on, known := modelChecks[check]
	if !known {
		panic("no such check: " + check)
	}
	if on && !m.over {
		m.broken = append(m.broken, check)
		m.notes("BROKEN "+check+": "+format, args...)
	}
}

// notes writes the log. mu is held.
func (m *model) notes(format string, args ...any) {
	m.log = append(m.log, fmt.Sprintf("%12s ", time.Since(m.began))+fmt.Sprintf(format, args...))
}
