package client_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

// modelCall is a call of Token, or a request.
type modelCall struct {
	client  *modelClient
	what    string
	began   modelMoment
	ended   time.Time
	done    time.Time // of its context; zero: never
	logouts int
	holds   bool        // when it began its Client had a good token
	lives   *modelToken // the Client's when it began, if it is alive
	stored  *modelToken // the store's when it began, if it is alive and nothing is wrong with the store
	well    bool        // when it began nothing was wrong
	err     error

	// Of a request.
	path   string
	sound  bool // the service answers open routes as usual
	stream bool // its body cannot be sent again
	tokens []*modelToken
	first  time.Time // when it was answered 401 first; zero: it was not
	status int
}

// begins is told that a call begins, until when its caller waits, and what for.
func (m *model) begins(c *modelClient, what string, done time.Time) *modelCall {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	call := &modelCall{client: c, what: what, began: now, done: done, logouts: c.logouts}
	if c.holds(now) && now.after(c.heldAt) {
		call.holds = !c.doubted
		if !c.held.dead && !now.at.Before(c.held.known) {
			call.lives = c.held
		}
	}
	if t := m.stored; m.store != "" && m.calm(c, now) && t.usable(now) && now.at.Sub(m.puts.at) >= time.Second { // a peek per second
		call.stored = t
	}
	call.well = m.illness.over(now, 0) && !c.barred(now)
	c.open = append(c.open, call)
	return call
}

// barred reports whether a pause is on. mu is held.
func (c *modelClient) barred(now modelMoment) bool {
	pauses := []*modelPause{&c.failures, &c.gate, &c.cooling}
	for _, latches := range []map[string]*modelPause{c.refusals, c.locked} {
		for _, p := range latches {
			pauses = append(pauses, p)
		}
	}
	return slices.ContainsFunc(pauses, func(p *modelPause) bool { return now.at.Before(p.until) })
}

// over reports whether trouble has been over for a time.
func (t modelTrouble) over(now modelMoment, since time.Duration) bool {
	return !t.on && (t.until.at.IsZero() || now.at.Sub(t.until.at) >= since && now.after(t.until))
}

// troubles is told whether something is wrong with the store, and with anything at all.
func (m *model) troubles(store, anything bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	if store || m.trouble.on {
		m.trouble = modelTrouble{store, now}
		m.stored = nil
	}
	if anything || m.illness.on {
		m.illness = modelTrouble{anything, now}
	}
}

// calm reports whether nothing was wrong with the store as long as anything has lasted that a Client does now. mu is held.
func (m *model) calm(c *modelClient, now modelMoment) bool {
	return m.trouble.over(now, 2*time.Minute) &&
		!slices.ContainsFunc(c.open, func(call *modelCall) bool { return !m.trouble.over(call.began, 0) })
}

// put is told that a Client has put a record into the store.
func (m *model) put(c *modelClient) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stored = nil
	for _, a := range slices.Backward(m.answers) {
		if a.client == c {
			if a.kind == "token" && c.knownAfterLogout(m.now()) {
				m.stored, m.puts = a.token, m.now()
			}
			return
		}
	}
}

// deleted is told that a record was deleted.
func (m *model) deleted() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stored = nil
}

// usable reports whether a token is alive as far as anybody knows, and not due to be renewed.
func (t *modelToken) usable(now modelMoment) bool {
	return t != nil && !t.dead && len(t.dropped)+len(t.rejected) == 0 && now.at.Before(t.refreshes(0))
}

// shares judges a login by what the store told its Client. mu is held.
func (m *model) shares(c *modelClient, l *modelLogin, now modelMoment) {
	if m.store == "" || !m.calm(c, now) {
		return
	}
	if m.stored.usable(now) && now.at.Before(m.stored.refreshes(c.slowest)) && now.after(m.puts) && (m.store == "unbound" || l.secret == "right-secret") {
		m.fails("9 no login while the store has a token", "client %d", c.id)
	}
	for _, other := range m.clients {
		if other != c && now.at != c.lockless && now.at.Sub(other.lockless) > 30*time.Second && other.knownAfterLogout(now) && slices.ContainsFunc(other.logins, func(l *modelLogin) bool { return l.lasts(now) }) {
			m.fails("9 one login at a time among Clients", "clients %d and %d", other.id, c.id)
		}
	}
	for _, a := range slices.Backward(m.answers) {
		if a.kind == "token" {
			return
		}
		if a.client == c || !now.after(a.at) || a.at.at.Sub(m.left) < 5*time.Minute || !m.trouble.over(a.at, 2*time.Minute) {
			continue
		}
		ago := now.at.Sub(a.at.at)
		switch {
		case a.kind == "refused" && a.secret == l.secret && m.store == "bound" && ago < 30*time.Second:
			m.fails("9 a refusal is shared", "clients %d and %d", a.client.id, c.id)
		case a.kind == "limited" && ago < a.wait && (m.store == "unbound" || a.secret == l.secret):
			m.fails("9 a rate limit is shared", "clients %d and %d", a.client.id, c.id)
		case a.kind == "failed" && a.status != 0 && !c.mayLogIn() && ago < time.Second && a.secret == l.secret:
			m.fails("9 a failure is shared", "clients %d and %d", a.client.id, c.id)
		}
	}
}

// reports is told what an observer is told.
func (m *model) reports(c *modelClient, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.notes("client %d reports: %v", c.id, err)
	if strings.Contains(err.Error(), "waiting for its lock") {
		c.lockless = time.Now() // it goes on without
	}
	if !m.trouble.on && m.trouble.until.at.IsZero() && !strings.Contains(err.Error(), "waiting for its lock") {
		m.fails("9 the observer is told what happened", "client %d reports trouble that is none: %v", c.id, err)
	}
	if text := err.Error(); !strings.HasPrefix(text, "own: token store: ") || strings.Contains(text, "-secret") {
		m.fails("0 errors name the service and no secret", "%s", text)
	}
}

// sees is told that the service has answered a request.
func (m *model) sees(call *modelCall, t *modelToken, status int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now, c := m.now(), call.client
	m.notes("client %d, %s with %s: %d", c.id, call.what, t.value, status)
	if !slices.Contains(call.tokens, t) { // the second time it is repeated after a 429
		m.uses(call, t, now)
	}
	call.tokens = append(call.tokens, t)
	if status != http.StatusUnauthorized {
		return
	}
	if call.first.IsZero() {
		call.first = now.at
	}
	if _, again := t.rejected[c.id]; !again {
		t.rejected[c.id] = now
	}
	c.doubted = c.doubted || t == c.held
}

// uses judges a token that a call was given. mu is held.
func (m *model) uses(call *modelCall, t *modelToken, now modelMoment) {
	c := call.client
	if m.ended(c, t, now) {
		check := "6 no token is handed out after its end"
		switch {
		case m.trouble.on || !m.trouble.until.at.IsZero():
			check = "6 a store does not bring an expired token back"
		case now.at.Sub(t.issued) <= 2*time.Second+100*time.Millisecond && m.store != "":
			check = "6 a token does not end while the store is written"
		}
		if check != "6 a store does not bring an expired token back" || t.had[c.id] && m.tokensSince(t) < 8 {
			m.fails(check, "client %d, %s: %s late", c.id, call.what, now.at.Sub(t.end))
		}
	}
	if dropped, ok := t.dropped[c.id]; ok && call.began.after(dropped) {
		m.fails("7 an invalidated token is not handed out", "client %d, %s", c.id, call.what)
	}
	if replaced, ok := t.replaced[c.id]; ok && call.began.after(replaced) {
		m.fails("8 a replaced token does not come back", "client %d, %s", c.id, call.what)
	}
	if call.logouts == c.logouts {
		c.has(t, now, call.began.after(c.heldAt))
	}
}

// tokensSince counts the tokens that were given after a token. A Client remembers a few. mu is held.
func (m *model) tokensSince(t *modelToken) int {
	return len(slices.DeleteFunc(slices.Clone(m.answers), func(a modelAnswer) bool { return a.token == nil || !a.token.issued.After(t.issued) }))
}

// ends is told what came of a call.
func (m *model) ends(call *modelCall, t *modelToken, status int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, now := call.client, m.now()
	call.ended, call.status, call.err = now.at, status, err
	c.open = slices.DeleteFunc(c.open, func(other *modelCall) bool { return other == call })
	m.calls = append(m.calls, call)
	if t != nil {
		m.uses(call, t, now)
	}
}

// rests is told that nothing moves. It judges the calls that have ended.
func (m *model) rests() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.epoch++
	for _, call := range m.calls {
		m.judge(call)
	}
	m.calls = nil
}

// judge says whether a call ended as it may. mu is held.
func (m *model) judge(call *modelCall) {
	c, waited := call.client, call.ended.Sub(call.began.at)
	m.notes("client %d, %s: begun at %s, took %s: %d %v", c.id, call.what, call.began.at.Sub(m.began), waited, call.status, call.err)
	over := !call.done.IsZero() && !call.ended.Before(call.done)
	if over && call.ended.After(call.done) && waited > 0 {
		m.fails("2 nobody waits past its context", "client %d, %s: %s", c.id, call.what, call.ended.Sub(call.done))
	}
	if !over && call.path == "" && call.holds && (call.err != nil || waited > 0) {
		m.fails("1 a held token is handed out at once", "client %d, %s: %v", c.id, call.what, call.err)
	}
	if call.path != "" {
		m.judgeRequest(call, over)
	}
	if call.err == nil {
		return
	}
	if text := call.err.Error(); strings.Contains(text, "-secret") || strings.Contains(text, "token-") ||
		!strings.HasPrefix(text, "own: ") && !errors.Is(call.err, context.Canceled) && !errors.Is(call.err, context.DeadlineExceeded) {
		m.fails("0 errors name the service and no secret", "%s", text)
	}
	if over {
		return
	}
	kind, status := modelKind(call.err)
	if call.stored == m.stored && m.stored.usable(modelMoment{call.ended, m.epoch}) && m.store == "unbound" {
		check := "9 no error while the store has a token"
		if kind == "refused" {
			check = "9 a latched Client finds the store's token"
		}
		m.fails(check, "client %d, %s: %v", c.id, call.what, call.err)
	}
	check := "E an error is that of a login"
	if m.trouble.on || !m.trouble.until.at.IsZero() {
		check = "10 a past pause in a record is over"
	}
	if !slices.ContainsFunc(m.answers, func(a modelAnswer) bool {
		return (a.client == c || m.store != "") && a.kind == kind && a.status == status &&
			!a.at.at.After(call.ended) && (!a.at.at.Before(call.began.at) || call.began.at.Before(m.toldUntil(a)))
	}) {
		m.fails(check, "client %d, %s: %v", c.id, call.what, call.err)
	}
}

// judgeRequest says whether a request ended as it may. mu is held.
func (m *model) judgeRequest(call *modelCall, over bool) {
	c := call.client
	if len(slices.Compact(slices.Clone(call.tokens))) > 2 {
		m.fails("T a request is repeated once", "client %d, %s: %d tokens", c.id, call.what, len(call.tokens))
	}
	if call.stream && !call.first.IsZero() && call.ended.After(call.first) {
		m.fails("T a body that was sent brings its 401 at once", "client %d, %s: %s later", c.id, call.what, call.ended.Sub(call.first))
	}
	open := call.sound && call.path != "/closed" && call.path != "/closed/"
	if over || !open || call.status < 400 && call.err == nil {
		return
	}
	if t := call.lives; t != nil && !t.dead && (t.end.IsZero() || call.ended.Before(t.end)) && len(t.dropped) == 0 && call.logouts == c.logouts {
		m.fails("8 a live token keeps serving", "client %d, %s: %d %v", c.id, call.what, call.status, call.err)
	}
	if call.stream || call.status != http.StatusUnauthorized || !call.well || m.illness.on || m.dying(call.ended) {
		return
	}
	t := call.tokens[len(call.tokens)-1]
	if first, ok := t.rejected[c.id]; ok && t.dead && call.began.at.Sub(first.at) >= 2*time.Second {
		m.fails("8 a revocation leaves open routes no 401s", "client %d, %s: %s after the first 401", c.id, call.what, call.began.at.Sub(first.at))
	}
}

// dying reports whether so many tokens have died of late that logins for 401s may be paced. mu is held.
func (m *model) dying(now time.Time) bool {
	return len(slices.DeleteFunc(slices.Clone(m.deaths), func(at time.Time) bool { return now.Sub(at) > 5*time.Minute })) > 3
}

// modelKind says what a call's error tells.
func modelKind(err error) (kind string, status int) {
	if limited, ok := errors.AsType[*client.RateLimitError](err); ok {
		return "limited", modelStatus(limited.Err)
	}
	if errors.Is(err, client.ErrInvalidCredentials) {
		return "refused", modelStatus(err)
	}
	return "failed", modelStatus(err)
}

func modelStatus(err error) int {
	if e, ok := errors.AsType[*client.LoginError](err); ok {
		return e.Status
	}
	return 0
}

// modelUnwrapped takes off what http.Client puts around an error.
func modelUnwrapped(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}
