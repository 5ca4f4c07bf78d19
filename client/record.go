package client

import (
	"errors"
	"math"
	"net/http"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/record"
)

// recordOf returns the record of a token, and how long a TokenStore keeps it: least or longer.
func recordOf(token Token, maxAge time.Duration, now time.Time, least time.Duration) (record.Record, time.Duration) {
	ttl := unknownTTL
	if expiry, known := token.Expiry(); known && expiry.After(now) {
		ttl = expiry.Sub(now)
	}
	age := now.Sub(token.Received())
	if maxAge > 0 {
		ttl = min(ttl, maxAge-age)
	}
	ttl = min(max(ttl, least), math.MaxInt64-max(age, 0)) // the sum is a time.Duration, too
	secrets := token.secrets()
	r := &record.Token{
		Value: token.Value(), Type: token.Type(), Header: secrets.header, Extra: secrets.extra,
		Written: token.received.Round(0), Keep: age + ttl,
	}
	if !token.expiry.IsZero() {
		r.Life = token.expiry.Sub(token.received)
	}
	return record.Record{Token: r}, ttl
}

// unknownTTL is how long a TokenStore keeps a token whose expiry is unknown.
const unknownTTL = 30 * 24 * time.Hour

// tokenOf returns the token of a record; ok is false if it has expired. trusted is that of its age.
func tokenOf(r *record.Token, now time.Time) (token Token, trusted, ok bool) {
	age, trusted := r.Age(now)
	token, err := NewToken(TokenResponse{Value: r.Value, Type: r.Type, Header: r.Header, Extra: r.Extra, Received: now})
	if err != nil || r.Keep <= 0 || r.Life > 0 && age >= r.Life {
		return Token{}, false, false
	}
	token.received = now.Add(-age)
	// NewToken has measured what a JWT says from now on. The record holds what was measured at its receipt.
	token.expiry = time.Time{}
	if r.Life > 0 {
		token.expiry = now.Add(r.Life - age)
	}
	return token, trusted, true
}

// kinds are the errors behind the kinds of notes.
var kinds = map[string]error{
	record.Limited: nil, // a *RateLimitError
	record.Refused: ErrInvalidCredentials,
	"input":        ErrInvalidInput, // by the service's word
	"unavailable":  ErrUnavailable,
	"unexpected":   ErrUnexpectedResponse,
	"failed":       nil, // of no kind
}

// noteOf returns the note of a failed login.
func noteOf(err error, pause time.Duration, by string, met bool, now time.Time) *record.Note {
	n := &record.Note{Kind: "failed", Written: now.Round(0), Pause: pause, By: by, Met: met}
	if e, ok := errors.AsType[*LoginError](err); ok {
		n.Status = e.Status
	}
	for kind, is := range kinds {
		if is != nil && errors.Is(err, is) {
			n.Kind = kind
		}
	}
	if limit, limited := rateLimit(err); limited {
		n.Kind, n.Status, n.Named = record.Limited, http.StatusTooManyRequests, limit.Named
	}
	return n
}

// noted returns the error for those who read a note.
func noted(n *record.Note, account Account) *LoginError {
	return &LoginError{
		Service: account.Service, Method: account.Method, Status: n.Status, Kind: kinds[n.Kind],
		Message: "another client's login has failed a moment ago",
	}
}
