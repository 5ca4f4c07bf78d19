package client

import (
	"errors"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/digest"
	"github.com/latchkey-go/latchkey/client/internal/pause"
	"github.com/latchkey-go/latchkey/client/internal/record"
)

// What another client's note tells, for as long as it holds.
func TestP9StateAdoptsWhatANoteTells(t *testing.T) {
	written := func(err error, ago, pause time.Duration, met bool) *record.Note {
		return noteOf(err, pause, "another", met, after(-ago))
	}
	limit := &RateLimitError{Service: "own", Err: err429}
	unreachable := &LoginError{Service: "own", Kind: ErrUnavailable}
	const day = 24 * time.Hour
	for name, tt := range map[string]struct {
		note    *record.Note
		unbound bool
		early   bool
		want    string // what is on: "", "limited", "refused", "failing", "cooling"
		left    time.Duration
	}{
		"nothing":                     {},
		"a rate limit":                {note: written(limit, 0, time.Minute, false), want: "limited", left: time.Minute},
		"a rate limit, some time ago": {note: written(limit, 20e9, time.Minute, false), want: "limited", left: 40e9},
		"a rate limit, unbound":       {note: written(limit, 0, time.Minute, false), unbound: true, want: "limited", left: time.Minute},
		"a rate limit that is over":   {note: written(limit, time.Minute, time.Minute, false)},
		"a rate limit, capped":        {note: written(limit, 0, day, false), want: "limited", left: 15 * time.Minute},
		"a rate limit of hours ago":   {note: written(limit, 2*time.Hour, time.Minute, false)},
		"a refusal":                   {note: written(errRefused, 0, time.Minute, false), want: "refused", left: time.Minute},
		"a refusal, some time ago":    {note: written(errRefused, 20e9, time.Minute, false), want: "refused", left: 40e9},
		"a refusal, unbound":          {note: written(errRefused, 0, time.Minute, false), unbound: true},
		"a refusal, capped":           {note: written(errRefused, 0, day, false), want: "refused", left: 15 * time.Minute},
		"a failure":                   {note: written(errOutage, 0, 4e9, false), want: "failing", left: 4e9},
		"a failure, unbound":          {note: written(errOutage, 0, 4e9, false), unbound: true, want: "failing", left: 4e9},
		"a failure, for a refresh":    {note: written(errOutage, 0, 4e9, false), early: true, want: "cooling", left: 4e9},
		"a failure that is over":      {note: written(errOutage, 4e9, 4e9, false)},
		"no answer, to one":           {note: written(unreachable, 0, 4e9, false)},
		"no answer, to two":           {note: written(unreachable, 0, 4e9, true), want: "failing", left: 4e9},
	} {
		t.Run(name, func(t *testing.T) {
			s := testState()
			found, err := s.adopt(tt.note, digest.Of("secret"), tt.unbound, tt.early, stateStart)
			if (err != nil) != (tt.want != "") {
				t.Errorf("%v; want an error: %t", err, tt.want != "")
			}
			if (found != nil) != (tt.want == "limited") || found != nil && (found.wait != tt.left || found.again) {
				t.Errorf("a rate limit: %+v; want %s", found, tt.left)
			}
			for what, p := range map[string]pause.Pause{"refused": s.Refused.Pause, "failing": s.Failing.Pause, "cooling": s.Cooling} {
				if left := p.Left(stateStart); what == tt.want && left != tt.left || what != tt.want && left != 0 {
					t.Errorf("%s for %s", what, left)
				}
			}
			if s.Refused.Holds(digest.Of("other"), stateStart) || s.Failing.Holds(digest.Of("other"), stateStart) {
				t.Error("another secret is held")
			}
		})
	}
}

// The 429s in a row of another client are counted on, and what a note says of them harms nothing.
func TestP9StateAdoptsTheRowOf429s(t *testing.T) {
	s := testState()
	s.Gate.InARow = 2
	_ = s.closeGate(time.Minute, 0)
	n := s.note(s.limited(stateStart), false, false, stateStart)
	if n.InARow != 3 {
		t.Errorf("the note tells of %d", n.InARow)
	}
	for says, want := range map[int]int{0: 2, 1: 2, 3: 3, -1 << 62: 2, 1<<63 - 1: record.MaxInARow} {
		s, n := testState(), *n
		s.Gate.InARow, n.InARow = 2, says
		_, _ = s.adopt(&n, digest.Of("secret"), false, false, stateStart)
		if s.Gate.InARow != want {
			t.Errorf("after a note of %d: %d in a row; want %d", says, s.Gate.InARow, want)
		}
	}
}

// A failure without an answer counts once a second client met it.
func TestP9SecondClientConfirmsAFailureWithoutAnAnswer(t *testing.T) {
	unreachable := &LoginError{Service: "own", Kind: ErrUnavailable}
	fail := func(s *state) *record.Note {
		s.failed(outcome{sent: true, secret: "secret"}, unreachable, false, stateStart)
		return s.note(unreachable, false, false, stateStart)
	}
	first, second, third := testState(), testState(), testState()
	one := fail(first)
	if one == nil || one.Counts() || one.TTL() != record.MetTTL {
		t.Fatalf("the first note is %+v; want one that waits for a second client", one)
	}
	if _, err := first.adopt(one, digest.Of("secret"), false, false, stateStart); err != nil || first.met {
		t.Errorf("a client confirms its own failure: %v", err)
	}
	if _, err := second.adopt(one, digest.Of("secret"), false, false, stateStart); err != nil {
		t.Errorf("the second client does not log in: %v", err)
	}
	two := fail(second)
	if !two.Counts() {
		t.Fatalf("the second note is %+v; want one that counts", two)
	}
	if _, err := third.adopt(two, digest.Of("secret"), false, false, stateStart); !errors.Is(err, ErrUnavailable) {
		t.Errorf("the third client: %v; want the failure", err)
	}
}

// What other clients are told of a login that gave no token, and for how long.
func TestP9NoteOfAFailedLogin(t *testing.T) {
	limit := &RateLimitError{Service: "own", Err: err429}
	for name, tt := range map[string]struct {
		err     error
		unbound bool
		early   bool
		ttl     time.Duration
	}{
		"rate limited":          {err: limit, ttl: time.Minute},
		"rate limited, unbound": {err: limit, unbound: true, ttl: time.Minute},
		"refused":               {err: errRefused, ttl: 30 * time.Second},
		"refused, unbound":      {err: errRefused, unbound: true},
		"down":                  {err: errOutage, ttl: time.Second},
		"down, at a refresh":    {err: errOutage, early: true, ttl: 5 * time.Second},
		"invalid, and not sent": {err: &LoginError{Service: "own", Kind: ErrInvalidInput}},
		"invalid to the service": {
			err: &LoginError{Service: "own", Status: 422, Kind: ErrInvalidInput}, ttl: time.Second,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := testState()
			if _, limited := rateLimit(tt.err); limited {
				_ = s.closeGate(time.Minute, 0)
			}
			s.failed(outcome{sent: true, secret: "secret"}, tt.err, tt.early, stateStart)
			n := s.note(tt.err, tt.unbound, tt.early, stateStart)
			if (n != nil) != (tt.ttl > 0) || n != nil && n.TTL() != tt.ttl {
				t.Fatalf("%+v; want a note for %s", n, tt.ttl)
			}
			if n == nil {
				return
			}
			// Another client draws the same conclusion from it.
			found, err := testState().adopt(n, digest.Of("secret"), false, tt.early, stateStart)
			if found != nil {
				if _, limited := rateLimit(tt.err); !limited || found.wait != tt.ttl {
					t.Errorf("another client waits for %s; want %s", found.wait, tt.ttl)
				}
				return
			}
			got, _ := errors.AsType[*LoginError](err)
			want, _ := errors.AsType[*LoginError](tt.err)
			if got == nil || !errors.Is(got.Kind, want.Kind) || got.Status != want.Status {
				t.Errorf("another client gets %v; want %v", err, tt.err)
			}
		})
	}
}
