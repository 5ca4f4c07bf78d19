// Package record has what the users of a token store tell each other.
package record

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/seal"
)

// Record is a token, and a note if there is no new one for now.
type Record struct {
	Token *Token `json:"token,omitempty"`
	Note  *Note  `json:"note,omitempty"`
}

// Token is a token. Times are by the writer's clock.
type Token struct {
	Value   string            `json:"value"`
	Type    string            `json:"type"`
	Header  string            `json:"header,omitempty"`
	Extra   map[string]string `json:"extra,omitempty"`
	Written time.Time         `json:"written"`
	Life    time.Duration     `json:"life,omitempty"` // from Written on; 0: unknown
	Keep    time.Duration     `json:"keep"`           // from Written on: the time that the store was given
}

// Seal returns the bytes that a store keeps.
func (r Record) Seal(keys seal.Keys) ([]byte, error) {
	plain, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	return keys.Seal(plain), nil
}

// Open reads the bytes of Seal. Its errors hold nothing of the content.
func Open(sealed []byte, keys seal.Keys) (Record, error) {
	plain, err := keys.Open(sealed)
	if err != nil {
		return Record{}, err
	}
	var r Record
	if json.Unmarshal(plain, &r) != nil {
		return Record{}, errors.New("its content is not a record")
	}
	return r, nil
}

// skew is how far two right clocks may be apart, and how much later than it should a store may forget.
const skew = 5 * time.Second

// Age returns how old the token is. If the writer's clock and ours cannot both be right, the token counts as new, since
// the store still has it, and trusted is false.
func (t *Token) Age(now time.Time) (age time.Duration, trusted bool) {
	age = now.Sub(t.Written)
	if age <= -skew || age-skew >= t.Keep {
		return 0, false
	}
	return max(age, 0), true
}

// Left returns how long the store is still to keep the token; 0 if it is nil.
func (t *Token) Left(now time.Time) time.Duration {
	if t == nil {
		return 0
	}
	return max(0, max(0, t.Keep)-max(0, now.Sub(t.Written)))
}
