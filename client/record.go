package client

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/seal"
)

// record is what the users of a TokenStore tell each other: a token, and notes why there is no new one for now. A note
// has none of the service's words.
type record struct {
	Token   *tokenRecord   `json:"token,omitempty"`
	Refusal *refusalRecord `json:"refusal,omitempty"`
	Limit   *limitRecord   `json:"limit,omitempty"`
	Failure *failureRecord `json:"failure,omitempty"`
}

// writtenAt is when a record was written, by the writer's clock.
type writtenAt struct {
	Written time.Time `json:"written"`
}

type tokenRecord struct {
	Value string            `json:"value"`
	Type  string            `json:"type"`
	Extra map[string]string `json:"extra,omitempty"`
	writtenAt
	Life time.Duration `json:"life,omitempty"` // from Written on; 0: unknown
	Keep time.Duration `json:"keep"`           // from Written on: the time that the TokenStore was given
}

// refusalRecord keeps others from sending the same refused credentials.
type refusalRecord struct {
	writtenAt
	Pause  time.Duration `json:"pause"`
	Input  bool          `json:"input,omitempty"` // ErrInvalidInput instead of ErrInvalidCredentials
	Status int           `json:"status"`
}

// limitRecord keeps others from logging in after a 429.
type limitRecord struct {
	writtenAt
	Wait time.Duration `json:"wait"`
}

// failureRecord keeps others from logging in at a service that gives nobody a token.
type failureRecord struct {
	writtenAt
	Pause  time.Duration `json:"pause"`
	Kind   string        `json:"kind,omitempty"`
	Status int           `json:"status,omitempty"` // 0: there was no answer
	By     string        `json:"by"`               // the client that wrote it
	Met    bool          `json:"met,omitempty"`    // by a second client, too
}

// metTTL is how long a failure without an answer is remembered for a second client to meet it.
const metTTL = 2 * time.Minute

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
		Value: secrets.value, Type: secrets.typ, Extra: secrets.extra, writtenAt: writtenAt{t.received.Round(0)}, Keep: keep,
	}
	if !t.expiry.IsZero() {
		r.Life = t.expiry.Sub(t.received)
	}
	return r
}

// tokenNote returns the record of a token, and how long a TokenStore keeps it: least or longer.
func tokenNote(token Token, maxAge time.Duration, now time.Time, least time.Duration) (record, time.Duration) {
	ttl := unknownTTL
	if expiry, known := token.Expiry(); known && expiry.After(now) {
		ttl = expiry.Sub(now)
	}
	age := now.Sub(token.Received())
	if maxAge > 0 {
		ttl = min(ttl, maxAge-age)
	}
	ttl = max(ttl, least)
	return record{Token: tokenRecordOf(token, age+ttl)}, ttl
}

// refusalRecordOf returns the note of a refusal.
func refusalRecordOf(err error, left time.Duration, written writtenAt) *refusalRecord {
	e, _ := errors.AsType[*LoginError](err)
	return &refusalRecord{writtenAt: written, Pause: left, Input: errors.Is(e.Kind, ErrInvalidInput), Status: e.Status}
}

// err returns the error for those who read of a refusal.
func (r *refusalRecord) err(account Account) *LoginError {
	kind := ErrInvalidCredentials
	if r.Input {
		kind = ErrInvalidInput
	}
	return &LoginError{Service: account.Service, Method: account.Method, Status: r.Status, Kind: kind}
}

// kinds are the errors of a failure, by their names in a note.
var kinds = map[string]error{"unavailable": ErrUnavailable, "unexpected": ErrUnexpectedResponse, "input": ErrInvalidInput}

// failureRecordOf returns the note of another failure.
func failureRecordOf(err error, left time.Duration, written writtenAt) *failureRecord {
	r := &failureRecord{writtenAt: written, Pause: left}
	if e, ok := errors.AsType[*LoginError](err); ok {
		r.Status = e.Status
	}
	for name, kind := range kinds {
		if errors.Is(err, kind) {
			r.Kind = name
		}
	}
	return r
}

// err returns the error for those who read of a failure.
func (r *failureRecord) err(account Account) *LoginError {
	return &LoginError{
		Service: account.Service, Method: account.Method, Status: r.Status, Kind: kinds[r.Kind],
		Message: "another client's login has failed a moment ago",
	}
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
	token, err := NewToken(TokenResponse{Value: r.Value, Type: r.Type, Extra: r.Extra, Received: now})
	if err != nil || r.Life > 0 && age >= r.Life {
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

// ahead reports whether the writer's clock was ahead of ours.
func (w writtenAt) ahead(now time.Time) bool { return now.Sub(w.Written) < -skew }

// left returns the rest of a pause that began when its record was written.
func (w writtenAt) left(pause, longest time.Duration, now time.Time) time.Duration {
	return max(0, min(pause, longest)-max(0, now.Sub(w.Written)))
}

// ttl returns how long a TokenStore is to keep a record from now on.
func (r record) ttl(now time.Time) time.Duration {
	ttl := time.Second
	if n := r.Token; n != nil {
		ttl = max(ttl, n.left(n.Keep, n.Keep, now))
	}
	if n := r.Refusal; n != nil {
		ttl = max(ttl, n.left(n.Pause, n.Pause, now))
	}
	if n := r.Limit; n != nil {
		ttl = max(ttl, n.left(n.Wait, n.Wait, now))
	}
	if n := r.Failure; n != nil {
		ttl = max(ttl, n.left(n.Pause, n.Pause, now))
	}
	return ttl
}

// restamped returns the record with its notes written now, if a clock was ahead when they were: otherwise they would
// last until our clock has caught up. ok is false if none was.
func (r record) restamped(now time.Time) (restamped record, ok bool) {
	written := writtenAt{now.Round(0)}
	if n := r.Refusal; n != nil && n.ahead(now) {
		note := *n
		note.writtenAt, r.Refusal, ok = written, &note, true
	}
	if n := r.Limit; n != nil && n.ahead(now) {
		note := *n
		note.writtenAt, r.Limit, ok = written, &note, true
	}
	if n := r.Failure; n != nil && n.ahead(now) {
		note := *n
		note.writtenAt, r.Failure, ok = written, &note, true
	}
	return r, ok
}
