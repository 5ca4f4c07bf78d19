package pause

import "time"

// MaxGate caps how long a 429, or another answer's Retry-After, keeps logins off, whatever the server says.
const MaxGate = 15 * time.Minute

// Gate keeps logins off after a 429, until the server's time is up.
type Gate struct {
	Until  time.Time
	Named  bool  // the service has named that time
	Cause  error // what tells of the last 429
	InARow int   // 429s since the last token, those of other clients too
}

// Close closes the gate, at most for MaxGate. named tells whether the service has named the wait. A shorter wait never
// replaces a longer one.
func (g *Gate) Close(wait time.Duration, named bool, cause error, now time.Time) {
	if until := now.Add(min(wait, MaxGate)); until.After(g.Until) {
		g.Until, g.Named = until, named
	}
	g.Cause = cause
}

// Closed returns how long the gate stays closed; 0 if it is open.
func (g *Gate) Closed(now time.Time) time.Duration { return max(g.Until.Sub(now), 0) }

// End returns when the gate opens; zero: it is open.
func (g *Gate) End(now time.Time) time.Time { return ahead(g.Until, now) }
