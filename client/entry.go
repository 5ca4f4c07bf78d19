package client

import (
	"time"

	"github.com/latchkey-go/latchkey/client/internal/clock"
	"github.com/latchkey-go/latchkey/client/internal/evidence"
	"github.com/latchkey-go/latchkey/client/internal/expiry"
)

// entry is a token with what is prepared once for it.
type entry struct {
	token         Token
	authorization [1]string      // the value of the header that carries it
	freshUntil    clock.Reading  // from then on it is renewed in the background
	validUntil    clock.Reading  // from then on it is not handed out
	trusted       bool           // for a token out of a TokenStore: its age is known
	took          uint32         // by the login that gave it, in µs
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
func (e *entry) standing(now clock.Reading) standing {
	switch {
	case e == nil || !now.Before(e.validUntil):
		return gone
	case !now.Before(e.freshUntil):
		return stale
	default:
		return fresh
	}
}

// newEntry prepares a token. took is what the last login took. A token that looks expired or too old on arrival counts
// as one whose expiry is unknown, or as new: it must not cause a login per call.
func newEntry(token Token, maxAge, took time.Duration, now time.Time) *entry {
	_, value := token.Header()
	e := &entry{
		token: token, authorization: [1]string{value}, freshUntil: clock.Never, validUntil: clock.Never,
		took: uint32(took / time.Microsecond), //nolint:gosec // a login has its limit
	}
	if end := expiry.End(token.expiry, token.received, maxAge, now); !end.IsZero() {
		e.validUntil = clock.Read(now).Add(end.Sub(now))
		e.freshUntil = e.validUntil.Add(-expiry.Early(end.Sub(token.received), took))
	}
	return e
}
