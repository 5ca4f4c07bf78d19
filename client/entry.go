package client

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/evidence"
)

const (
	// A token is renewed in the last tenth of its life, at most in its last 5 minutes.
	refreshShare  = 10
	refreshWindow = 5 * time.Minute
)

// entry is a token with what is prepared once for it. Times are nanoseconds since tokenCache.start, by the
// monotonic clock.
type entry struct {
	token         Token
	authorization []string       // the header's value
	freshUntil    int64          // from then on it is renewed in the background
	validUntil    int64          // from then on it is not handed out
	trusted       bool           // for a token out of a TokenStore: its age is known
	evidence      evidence.Token // what evidence knows it by
}

// standing is what a token is good for.
type standing int

const (
	gone  standing = iota // there is none, or it has expired
	stale                 // it is handed out, and renewed in the background
	fresh                 // it is handed out
)

// standing tells what a token, nil if there is none, is good for at a time.
func (e *entry) standing(at int64) standing {
	switch {
	case e == nil || at >= e.validUntil:
		return gone
	case at >= e.freshUntil:
		return stale
	default:
		return fresh
	}
}

// newEntry prepares a token, for a cache that began at start. took is what the last login took. A token that looks
// expired or too old on arrival counts as one whose expiry is unknown, or as new: it must not cause a login per call.
func newEntry(token Token, maxAge, took time.Duration, start, now time.Time) *entry {
	e := &entry{
		token:         token,
		authorization: []string{token.Type() + " " + token.Value()},
		freshUntil:    math.MaxInt64,
		validUntil:    math.MaxInt64,
	}
	expiry, known := token.Expiry()
	known = known && expiry.After(now)
	if maxAge > 0 {
		byAge := token.Received().Add(maxAge)
		if !byAge.After(now) {
			byAge = now.Add(maxAge)
		}
		if !known || byAge.Before(expiry) {
			expiry, known = byAge, true
		}
	}
	if known {
		life := expiry.Sub(token.Received())
		window := min(life/refreshShare, refreshWindow)
		// Jitter of ±10 %, so that clients which started together do not always log in together.
		window = time.Duration(float64(window) * (0.9 + 0.2*rand.Float64()))
		// Logins are so slow: nobody shall wait for one. But most of its life a token is just used.
		window = max(window, min(2*took, life*9/10))
		e.validUntil = int64(expiry.Sub(start))
		e.freshUntil = e.validUntil - int64(window)
	}
	return e
}
