package client

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"sync"
	"time"
)

// pause is a time in which something is not tried again. Its length doubles each time it begins, until it is reset.
type pause struct {
	first, longest time.Duration
	length         time.Duration
	until          time.Time
}

func (p *pause) begin(now time.Time) {
	p.length = min(max(2*p.length, p.first), p.longest)
	p.until = now.Add(p.length)
}

func (p *pause) on(now time.Time) bool { return now.Before(p.until) }

func (p *pause) reset() { p.length, p.until = 0, time.Time{} }

// latch remembers refused credentials, so that the same ones are not sent again during a pause. To find out whether the
// secret has changed, the Secret is asked once per pause; a changed one is tried at once.
type latch struct {
	pause
	err    error
	digest [sha256.Size]byte // of the refused secret
	asked  bool              // the Secret was asked in this pause
}

// hold begins the pause of a refused secret.
func (l *latch) hold(secret string, err error, now time.Time) {
	// If a changed secret is refused too, the Secret was asked in this pause.
	l.asked = l.on(now)
	l.begin(now)
	l.err, l.digest = err, digest(secret)
}

// adopt takes over the pause that another client's refusal of the same secret began.
func (l *latch) adopt(secret string, err error, left, length time.Duration, now time.Time) {
	l.length, l.until = length, now.Add(left)
	l.err, l.digest = err, digest(secret)
}

// holds reports whether the secret is the refused one and its pause is on.
func (l *latch) holds(secret string, now time.Time) bool {
	return l.on(now) && l.digest == digest(secret)
}

func (l *latch) reset() {
	l.pause.reset()
	l.err, l.digest, l.asked = nil, [sha256.Size]byte{}, false
}

// digest identifies a secret within this process only.
func digest(secret string) [sha256.Size]byte {
	mac := hmac.New(sha256.New, digestKey())
	mac.Write([]byte(secret))
	return [sha256.Size]byte(mac.Sum(nil))
}

var digestKey = sync.OnceValue(func() []byte {
	key := make([]byte, sha256.Size)
	_, _ = rand.Read(key) // never fails, by its documentation
	return key
})

// maxGate caps how long a 429 keeps logins off, whatever the server says.
const maxGate = 15 * time.Minute

// gate keeps logins off after a 429, until the server's time is up.
type gate struct {
	until  time.Time
	cause  error // the *LoginError of the last 429
	inARow int   // 429s since the last login that gave a token
}

// close closes the gate. A shorter wait never replaces a longer one.
func (g *gate) close(wait time.Duration, now time.Time) {
	if until := now.Add(min(wait, maxGate)); until.After(g.until) {
		g.until = until
	}
}

// closed returns how long the gate stays closed; 0 if it is open.
func (g *gate) closed(now time.Time) time.Duration { return max(g.until.Sub(now), 0) }

func (g *gate) err(service string, now time.Time) error {
	return &RateLimitError{Service: service, RetryAfter: g.closed(now), Err: g.cause}
}
