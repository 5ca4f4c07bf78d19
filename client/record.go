package client

import (
	"encoding/json"
	"errors"
	"math"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/seal"
)

// record is what the users of a TokenStore tell each other: a token, and a note if there is no new one for now.
type record struct {
	Token *tokenRecord `json:"token,omitempty"`
	Note  *note        `json:"note,omitempty"`
}

// tokenRecord is a token. Times are by the writer's clock.
type tokenRecord struct {
	Value   string            `json:"value"`
	Type    string            `json:"type"`
	Header  string            `json:"header,omitempty"`
	Extra   map[string]string `json:"extra,omitempty"`
	Written time.Time         `json:"written"`
	Life    time.Duration     `json:"life,omitempty"` // from Written on; 0: unknown
	Keep    time.Duration     `json:"keep"`           // from Written on: the time that the TokenStore was given
}

// seal returns the bytes that a TokenStore keeps.
func (r record) seal(keys seal.Keys) ([]byte, error) {
	plain, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	return keys.Seal(plain), nil
}

// openRecord reads the bytes of seal. Its errors hold nothing of the content.
func openRecord(sealed []byte, keys seal.Keys) (record, error) {
	plain, err := keys.Open(sealed)
	if err != nil {
		return record{}, err
	}
	var r record
	if json.Unmarshal(plain, &r) != nil {
		return record{}, errors.New("its content is not a record")
	}
	return r, nil
}

// tokenRecordOf returns the record of a token.
func tokenRecordOf(t Token, keep time.Duration) *tokenRecord {
	secrets := t.secrets()
	r := &tokenRecord{
		Value: t.Value(), Type: t.Type(), Header: secrets.header, Extra: secrets.extra,
		Written: t.received.Round(0), Keep: keep,
	}
	if !t.expiry.IsZero() {
		r.Life = t.expiry.Sub(t.received)
	}
	return r
}

// recordOf returns the record of a token, and how long a TokenStore keeps it: least or longer.
func recordOf(token Token, maxAge time.Duration, now time.Time, least time.Duration) (record, time.Duration) {
	ttl := unknownTTL
	if expiry, known := token.Expiry(); known && expiry.After(now) {
		ttl = expiry.Sub(now)
	}
	age := now.Sub(token.Received())
	if maxAge > 0 {
		ttl = min(ttl, maxAge-age)
	}
	ttl = min(max(ttl, least), math.MaxInt64-max(age, 0)) // the sum is a time.Duration, too
	return record{Token: tokenRecordOf(token, age+ttl)}, ttl
}

// unknownTTL is how long a TokenStore keeps a token whose expiry is unknown.
const unknownTTL = 30 * 24 * time.Hour

// skew is how far two right clocks may be apart, and how much later than it should a TokenStore may forget.
const skew = 5 * time.Second

// token returns the token of a record; ok is false if it has expired. If the writer's clock and ours cannot both be
// right, the token counts as new, since the TokenStore still has it, and trusted is false.
func (r *tokenRecord) token(now time.Time) (token Token, trusted, ok bool) {
	age := now.Sub(r.Written)
	trusted = age > -skew && age < r.Keep+skew
	if !trusted {
		age = 0
	}
	age = max(age, 0)
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

// left returns how long the TokenStore is still to keep the token; 0 if there is none.
func (r *tokenRecord) left(now time.Time) time.Duration {
	if r == nil {
		return 0
	}
	return max(0, r.Keep-max(0, now.Sub(r.Written)))
}
