package client

import "time"

// Status is the state of a Client at one moment. It holds no secret.
type Status struct {
	LastLogin    time.Time // when the current token was received; zero: there is none
	Expiry       time.Time // when it expires, by our clock; zero: unknown, or there is none
	NextRefresh  time.Time // from when on a call renews it; zero: never, or there is none
	LatchedUntil time.Time // refused credentials are not sent again before; zero: not latched
	GatedUntil   time.Time // a rate limit keeps logins off until then; zero: it does not

	// Counters since New. What happens all the time (a call that finds a token) is not counted.
	Logins      int64 // that gave a token
	SharedWaits int64 // calls that waited for a login which another call had started
	Refreshes   int64 // logins begun before the token expired, while callers went on with it
	Failures    int64 // logins that gave an error, refused and rate limited ones included
	Replays     int64 // requests sent again after a 401
	RateLimited int64 // 429 answers to logins
}

// Status returns the Client's state. It is cheap, does no I/O and may be called at any time.
func (c *Client) Status() Status { return c.cache.snapshot() }

func (c *tokenCache) snapshot() Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	s, now := c.status, time.Now()
	if e := c.current.Load(); e != nil {
		s.LastLogin = e.token.Issued()
		s.Expiry, _ = e.token.Expiry()
		if e.freshUntil < e.validUntil {
			s.NextRefresh = c.start.Add(time.Duration(e.freshUntil))
			for _, until := range []time.Time{c.cooling.until, c.latch.until, c.gate.until} {
				if until.After(s.NextRefresh) {
					s.NextRefresh = until
				}
			}
		}
	}
	if c.latch.on(now) {
		s.LatchedUntil = c.latch.until
	}
	if c.gate.closed(now) > 0 {
		s.GatedUntil = c.gate.until
	}
	return s
}

// count changes a counter.
func (c *tokenCache) count(change func(*Status)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(&c.status)
}
