package client

import (
	"time"

	"github.com/latchkey-go/latchkey/client/internal/clock"
)

// Status is the state of a [Client] at one moment. It holds no secret. In JSON its fields have the same names, and a
// time that is zero is left out.
type Status struct {
	TokenReceived    time.Time `json:",omitzero"` // receipt of the current token; zero: there is none
	Expiry           time.Time `json:",omitzero"` // its end, by our clock; zero: unknown
	NextRefresh      time.Time `json:",omitzero"` // time from which a call renews it; zero: never
	RefusedUntil     time.Time `json:",omitzero"` // end of the pause after refused credentials; zero: none
	FailingUntil     time.Time `json:",omitzero"` // end of the pause after another failed login; zero: none
	RateLimitedUntil time.Time `json:",omitzero"` // end of the wait after a 429; zero: none

	// Counters since New. A call that finds a token is not counted. If Logins and Replays grow together all the time,
	// sessions end early: most often another program uses the account too, and the service keeps one session per
	// account. After 4 such logins there is one a minute, and requests between them get the 401.
	Logins      int64 // successful logins
	SharedWaits int64 // calls that waited for another call's login
	Refreshes   int64 // logins in the background, before the token expired
	Failures    int64 // failed logins, refused and rate limited ones included
	Replays     int64 // requests sent again after a 401
	RateLimited int64 // 429 answers to logins
}

// snapshot returns the state for Client.Status.
func (c *tokenCache) snapshot() Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	known, n, now := c.known.Load(), c.counts, time.Now()
	if known == nil {
		known = new(state)
	}
	s := Status{
		RefusedUntil: known.Refused.End(now), FailingUntil: known.Failing.End(now), RateLimitedUntil: known.Gate.End(now),
		Logins: int64(n.Logins), SharedWaits: int64(n.SharedWaits), Refreshes: int64(n.Refreshes),
		Failures: int64(n.Failures), Replays: int64(n.Replays), RateLimited: int64(n.RateLimited),
	}
	if e := c.current.Load(); e != nil {
		s.TokenReceived = e.token.Received()
		s.Expiry, _ = e.token.Expiry()
		if e.freshUntil.Before(e.validUntil) {
			s.NextRefresh = known.Next(now.Add(clock.Read(now).Until(e.freshUntil)))
		}
	}
	return s
}
