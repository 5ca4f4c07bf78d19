//go:build unix

package soak_test

import (
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/tokenstore/internal/redistest"
)

// player makes the events of a schedule happen.
type player struct {
	*stage
	crew *crew
	book *book

	quiet quiet // of the calm phases so far
}

// quiet is how many requests the services saw in calm phases, and how many of them they refused.
type quiet struct{ requests, faults int }

// play plays the whole schedule.
func (p *player) play(t *testing.T, s schedule) {
	events := s.events
	for _, phase := range s.phases {
		requests, faults := p.counts()
		for len(events) > 0 && events[0].at < phase.until {
			p.waits(events[0].at)
			p.act(t, events[0])
			events = events[1:]
		}
		p.waits(phase.until)
		if phase.name == "calm" {
			toRequests, toFaults := p.counts()
			p.quiet.requests += toRequests - requests
			p.quiet.faults += toFaults - faults
		}
	}
}

func (p *player) waits(at time.Duration) { <-time.After(time.Until(p.book.began.Add(at))) }

func (p *player) act(t *testing.T, e event) {
	switch e.what {
	case "stop":
		p.crew.signal(e.who, syscall.SIGSTOP)
	case "continue":
		p.crew.signal(e.who, syscall.SIGCONT)
	case "kill":
		p.crew.kill(e.who)
	case "start":
		if p.crew.all[e.who] == nil { // two kills may overlap
			p.crew.start(t, e.who)
		}
	case "revoke":
		p.book.revokes(e.who)
		p.services[e.who].RevokeAll()
	case "limit":
		p.services[e.who].SetOutage(limitOf(e))
	case "outage":
		p.services[e.who].SetOutage(outages[e.kind%len(outages)])
	case "hang":
		p.services[e.who].SetOutage(sandbox.Outage{Kind: sandbox.Hang})
	case "outage ends":
		p.services[e.who].SetOutage(sandbox.Outage{})
	case "redis fails":
		p.failRedis(t, e.kind)
	case "redis works":
		p.mendRedis(t, e.kind)
	case "disk fails":
		p.disk.fill(t)
	case "disk works":
		p.disk.empty(t)
	default:
		t.Fatalf("nobody knows how to %q", e.what)
	}
}

// limitOf answers one request 429, one in ten times a login.
func limitOf(e event) sandbox.Outage {
	o := sandbox.Outage{
		Kind: sandbox.TooManyRequests, Scope: sandbox.Protected, Times: 1,
		Wait: time.Duration(e.kind%2000) * time.Millisecond, Dialect: waits[e.kind%len(waits)],
	}
	if e.kind/16%10 == 0 {
		o.Scope = sandbox.Logins
	}
	return o
}

// waits are the dialects of a 429 that say how long to wait. Without that, bleepay's logins would wait for the 300 s of
// its document, and others for up to 40 s.
var waits = []sandbox.Dialect{
	sandbox.RetryAfter, sandbox.RetryAfterMS, sandbox.Laravel, sandbox.ExpressLegacy, sandbox.ExpressDraft6,
	sandbox.FlaskHTTPDate, sandbox.IETF, sandbox.NestJS, sandbox.NestJSNamed,
}

// outages are what a service in trouble answers.
var outages = []sandbox.Outage{
	{Kind: sandbox.ErrorJSON},
	{Kind: sandbox.ErrorJSON, Status: http.StatusInternalServerError},
	{Kind: sandbox.ErrorHTML, Status: http.StatusBadGateway},
	{Kind: sandbox.ErrorHTML, Status: http.StatusForbidden},
	{Kind: sandbox.ErrorHTML, Status: http.StatusOK, Scope: sandbox.Logins},
	{Kind: sandbox.GarbageJSON, Scope: sandbox.Logins},
	{Kind: sandbox.Redirect, Scope: sandbox.Logins},
	{Kind: sandbox.Reset},
	{Kind: sandbox.Reset, Scope: sandbox.Logins},
	{Kind: sandbox.TooManyRequests, Wait: time.Second},
	{Kind: sandbox.TooManyRequests, Wait: 3 * time.Second, Dialect: sandbox.IETF},
	{Kind: sandbox.TooManyRequests, Wait: 2 * time.Second, Scope: sandbox.Logins, Dialect: sandbox.Laravel},
}

// toxics are what is wrong on the way to Redis. The last kind of trouble is a Redis that dies and comes back empty.
var toxics = [][]redistest.Toxic{
	{{Name: "slow", Type: "latency", Stream: "downstream", Attributes: map[string]int{"latency": 700, "jitter": 500}}},
	{
		{Name: "down", Type: "timeout", Stream: "downstream", Attributes: map[string]int{"timeout": 0}},
		{Name: "up", Type: "timeout", Stream: "upstream", Attributes: map[string]int{"timeout": 0}},
	},
	{{Name: "reset", Type: "reset_peer", Stream: "downstream", Attributes: map[string]int{"timeout": 0}}},
	{{Name: "cut", Type: "limit_data", Stream: "downstream", Attributes: map[string]int{"bytes": 1}}},
}

func (p *player) failRedis(t *testing.T, kind int) {
	if i := kind % (len(toxics) + 1); i < len(toxics) {
		p.proxy.Add(t, toxics[i]...)
	} else {
		p.redis.Kill()
	}
}

func (p *player) mendRedis(t *testing.T, kind int) {
	if i := kind % (len(toxics) + 1); i < len(toxics) {
		p.proxy.Remove(t, toxics[i]...)
	} else {
		p.redis.Restart(t)
	}
}
