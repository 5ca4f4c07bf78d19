package client

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"sync"
	"time"
)

// pause is a time in which something is not tried again, and the error meanwhile. Its length doubles each time it
// begins, until it is reset.
type pause struct {
	first, longest time.Duration
	length         time.Duration
	until          time.Time
	err            error
}

// begin begins the pause. It lasts least or longer.
func (p *pause) begin(err error, least time.Duration, now time.Time) {
	p.length = min(max(2*p.length, p.first), p.longest)
	p.until, p.err = now.Add(max(p.length, least)), err
}

// adopt takes over a pause that another client began, and returns the error meanwhile: the client's own if it has one,
// which tells more. left is the rest of the pause.
func (p *pause) adopt(err error, left, length time.Duration, now time.Time) error {
	if !p.on(now) {
		p.err = err
	}
	p.length, p.until = length, now.Add(left)
	return p.err
}

func (p *pause) on(now time.Time) bool { return now.Before(p.until) }

func (p *pause) left(now time.Time) time.Duration { return max(p.until.Sub(now), 0) }

func (p *pause) reset() { p.length, p.until, p.err = 0, time.Time{}, nil }

// latch is the pause of one secret, which is not sent meanwhile. To find out whether it has changed, the Secret is
// asked once per pause; a changed one is tried at once.
type latch struct {
	pause
	digest [sha256.Size]byte // of the secret; zero: any
	asked  bool              // the Secret was asked in this pause
}

// hold begins the pause of a secret.
func (l *latch) hold(secret string, err error, least time.Duration, now time.Time) {
	// If another secret fails too, the Secret was asked in this pause.
	l.asked = l.on(now)
	l.begin(err, least, now)
	l.digest = digest(secret)
}

// adopt takes over the pause of the same secret that another client began.
func (l *latch) adopt(secret [sha256.Size]byte, err error, left, length time.Duration, now time.Time) error {
	if l.digest != secret {
		l.reset()
	}
	l.digest = secret
	return l.pause.adopt(err, left, length, now)
}

// holds reports whether the secret must not be sent now.
func (l *latch) holds(secret string, now time.Time) bool {
	return l.on(now) && l.isOf(secret)
}

func (l *latch) isOf(secret string) bool {
	return l.digest == digest(secret) || l.digest == [sha256.Size]byte{}
}

// shut reports whether a call gets the pause's error without another look at the secret.
func (l *latch) shut(now time.Time) bool { return l.on(now) && l.asked }

func (l *latch) reset() {
	l.pause.reset()
	l.digest, l.asked = [sha256.Size]byte{}, false
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

// maxGate caps how long a 429, or a 503's Retry-After, keeps logins off, whatever the server says.
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
