package client

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/seal"
)

// record is what the users of a TokenStore tell each other: a token, and the reason if there is no new one for now. Times
// are by the writer's clock.
type record struct {
	Token   *tokenRecord   `json:"token,omitempty"`
	Refusal *refusalRecord `json:"refusal,omitempty"`
	Limit   *limitRecord   `json:"limit,omitempty"`
}

type tokenRecord struct {
	Value   string            `json:"value"`
	Type    string            `json:"type"`
	Extra   map[string]string `json:"extra,omitempty"`
	Written time.Time         `json:"written"`
	Life    time.Duration     `json:"life,omitempty"` // from Written on; 0: unknown
	Keep    time.Duration     `json:"keep"`           // from Written on: the time that the TokenStore was given
}

// refusalRecord keeps others from sending the same refused credentials.
type refusalRecord struct {
	Written time.Time     `json:"written"`
	Pause   time.Duration `json:"pause"`
	Input   bool          `json:"input,omitempty"` // ErrInvalidInput instead of ErrInvalidCredentials
	Status  int           `json:"status"`
	Code    string        `json:"code,omitempty"`
	Message string        `json:"message,omitempty"`
}

// limitRecord keeps others from logging in after a 429.
type limitRecord struct {
	Written time.Time     `json:"written"`
	Wait    time.Duration `json:"wait"`
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
		Value: secrets.value, Type: secrets.typ, Extra: secrets.extra, Written: t.received.Round(0), Keep: keep,
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

// refusalRecordOf returns the record of a refusal: a *LoginError, which holds no secret.
func refusalRecordOf(err error, pause time.Duration, now time.Time) *refusalRecord {
	e, _ := errors.AsType[*LoginError](err)
	return &refusalRecord{
		Written: now.Round(0), Pause: pause, Input: errors.Is(e.Kind, ErrInvalidInput), Status: e.Status, Code: e.Code, Message: e.Message,
	}
}

// err returns the error that a refusal was.
func (r *refusalRecord) err(account Account) *LoginError {
	kind := ErrInvalidCredentials
	if r.Input {
		kind = ErrInvalidInput
	}
	return &LoginError{
		Service: account.Service, Method: account.Method, Status: r.Status, Code: r.Code, Message: r.Message, Kind: kind,
	}
}

// unknownTTL is how long a TokenStore keeps a token whose expiry is unknown.
const unknownTTL = 30 * 24 * time.Hour

// skew is how far two right clocks may be apart, and how much later than it should a TokenStore may forget.
const skew = 5 * time.Second

// token returns the token of a record; ok is false if it has expired. If the writer's clock and ours cannot both be right,
// the token counts as new, since the TokenStore still has it, and trusted is false.
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

// left returns how much is left of a pause that began when its record was written. If the writer's clock and ours cannot
// both be right, all of it is left, since the TokenStore still has the record. But a store that forgets nothing must not
// prolong a pause without end.
func (r record) left(pause time.Duration, written time.Time, longest time.Duration, now time.Time) time.Duration {
	pause = max(0, min(pause, longest))
	age := now.Sub(written)
	if r.Token == nil && pause+skew <= age && age < 24*time.Hour {
		return pause
	}
	return min(pause, max(0, pause-age))
}
