package client

import (
	"errors"
	"testing"
	"time"
)

// What another client's record tells, for as long as it holds.
func TestP9StateAdoptsWhatARecordTells(t *testing.T) {
	limit := func(ago, wait time.Duration) *limitRecord {
		return &limitRecord{Written: after(-ago), Wait: wait}
	}
	refusal := func(ago, pause time.Duration) *refusalRecord {
		return refusalRecordOf(errRefused, pause, after(-ago))
	}
	const day = 24 * time.Hour
	for name, tt := range map[string]struct {
		limit   *limitRecord
		refusal *refusalRecord
		token   bool
		unbound bool
		wait    time.Duration // of a rate limit
		refused time.Duration
	}{
		"nothing":                         {},
		"a token only":                    {token: true},
		"a rate limit":                    {limit: limit(0, time.Minute), wait: time.Minute},
		"a rate limit, some time ago":     {limit: limit(20*time.Second, time.Minute), wait: 40 * time.Second},
		"a rate limit, unbound":           {limit: limit(0, time.Minute), unbound: true, wait: time.Minute},
		"a rate limit that is over":       {limit: limit(time.Minute, time.Minute)},
		"a rate limit, capped":            {limit: limit(0, day), wait: 15 * time.Minute},
		"a rate limit of hours ago":       {limit: limit(2*time.Hour, time.Minute), wait: time.Minute}, // by a wrong clock
		"a rate limit of days ago":        {limit: limit(2*day, time.Minute)},
		"a refusal":                       {refusal: refusal(0, time.Minute), refused: time.Minute},
		"a refusal, some time ago":        {refusal: refusal(20*time.Second, time.Minute), refused: 40 * time.Second},
		"a refusal, unbound":              {refusal: refusal(0, time.Minute), unbound: true},
		"a refusal that is over":          {refusal: refusal(time.Minute, time.Minute)},
		"a refusal, capped":               {refusal: refusal(0, day), refused: 15 * time.Minute},
		"a refusal of a clock ahead":      {refusal: refusal(-2*time.Hour, time.Minute), refused: time.Minute},
		"a rate limit beside a refusal":   {limit: limit(0, 1e9), refusal: refusal(0, time.Minute), wait: time.Second},
		"a refusal beside an old limit":   {limit: limit(1e9, 1e9), refusal: refusal(0, time.Minute), refused: time.Minute},
		"an old limit beside its token":   {token: true, limit: limit(2*time.Hour, time.Minute)},
		"an old refusal beside its token": {token: true, refusal: refusal(2*time.Hour, time.Minute)},
	} {
		t.Run(name, func(t *testing.T) {
			s := testState()
			r := record{Limit: tt.limit, Refusal: tt.refusal}
			if tt.token {
				r.Token = &tokenRecord{Value: "x"}
			}
			found, err := s.adopt(r, "secret", tt.unbound, stateStart)
			if got := s.latch.holds("secret", stateStart); got != (tt.refused > 0) || s.latch.holds("other", stateStart) {
				t.Errorf("the secret is refused: %t; want %t", got, tt.refused > 0)
			}
			switch {
			case tt.wait > 0:
				login, ok := errors.AsType[*LoginError](err)
				if found == nil || found.wait != tt.wait || found.again || !ok || *login != *err429 {
					t.Fatalf("%+v, %v; want a wait of %s", found, err, tt.wait)
				}
				if cause, ok := errors.AsType[*LoginError](found.cause); !ok || *cause != *err429 {
					t.Errorf("the cause is %v; want the 429", found.cause)
				}
			case tt.refused > 0:
				login, ok := errors.AsType[*LoginError](err)
				if found != nil || !ok || *login != *errRefused {
					t.Errorf("%+v, %#v; want the refusal %#v", found, err, errRefused)
				}
				if got := s.latch.until.Sub(stateStart); got != tt.refused || !errors.Is(s.latch.err, err) {
					t.Errorf("refused for %s with %v; want %s", got, s.latch.err, tt.refused)
				}
			default:
				if found != nil || err != nil {
					t.Errorf("%+v, %v; want a login", found, err)
				}
			}
		})
	}
}

// What other clients are told of a login that gave no token, and for how long.
func TestP9NoteOfAFailedLogin(t *testing.T) {
	limit := &RateLimitError{Service: "own", Err: err429}
	for name, tt := range map[string]struct {
		err     error
		unbound bool
		ttl     time.Duration
	}{
		"rate limited":          {err: limit, ttl: time.Minute},
		"rate limited, unbound": {err: limit, unbound: true, ttl: time.Minute},
		"refused":               {err: errRefused, ttl: 30 * time.Second},
		"refused, unbound":      {err: errRefused, unbound: true},
		"down":                  {err: errOutage},
		"invalid, and not sent": {err: &LoginError{Service: "own", Kind: ErrInvalidInput}},
		"invalid to the service": {
			err: &LoginError{Service: "own", Status: 422, Kind: ErrInvalidInput}, ttl: 30 * time.Second,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := testState()
			if _, limited := rateLimit(tt.err); limited {
				_ = s.closeGate(time.Minute, 0)
			}
			s.failed("secret", tt.err, stateStart)
			note, ttl := s.note(tt.err, tt.unbound, stateStart)
			if ttl != tt.ttl || note.Token != nil {
				t.Errorf("%+v for %s; want it for %s", note, ttl, tt.ttl)
			}
			if tt.ttl == 0 {
				if note != (record{}) {
					t.Errorf("%+v; want nothing", note)
				}
				return
			}
			// Another client draws the same conclusion from it.
			other := testState()
			found, err := other.adopt(note, "secret", false, stateStart)
			if found != nil {
				if _, limited := rateLimit(tt.err); !limited || found.wait != tt.ttl || note.Refusal != nil {
					t.Errorf("another client waits for %s; want %s", found.wait, tt.ttl)
				}
				return
			}
			got, _ := errors.AsType[*LoginError](err)
			want, _ := errors.AsType[*LoginError](tt.err)
			if got == nil || !errors.Is(got.Kind, want.Kind) || got.Status != want.Status || note.Limit != nil {
				t.Errorf("another client gets %v; want %v", err, tt.err)
			}
			if left := other.latch.until.Sub(stateStart); left != tt.ttl {
				t.Errorf("another client pauses for %s; want %s", left, tt.ttl)
			}
		})
	}
}
