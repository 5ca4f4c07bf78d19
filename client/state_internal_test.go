package client

import (
	"crypto/rand"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/digest"
)

// The state is told the time, so that nothing here waits, and needs no server.

var (
	stateAccount = Account{Service: "own", BaseURL: "https://own.example", Method: "password", Name: "me"}
	stateStart   = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

	errRefused = &LoginError{
		Service: "own", Method: "password", Status: http.StatusUnauthorized, Code: "no", Message: "go away",
		Kind: ErrInvalidCredentials,
	}
	errOutage = &LoginError{Service: "own", Method: "password", Status: http.StatusBadGateway, Kind: ErrUnavailable}
	err429    = &LoginError{Service: "own", Method: "password", Status: http.StatusTooManyRequests}
)

// after is a time of the tests.
func after(d time.Duration) time.Time { return stateStart.Add(d) }

func testState() *state { return stateThatWaits(30 * time.Second) }

func stateThatWaits(longest time.Duration) *state {
	s := newState(stateAccount, longest, nil, new(counts))
	s.id = rand.Text()
	return s
}

// closeGate meets a 429.
func (s *state) closeGate(wait, at time.Duration) error {
	return s.count(outcome{err: err429, sent: true, tooMany: 1, limit: &limitation{cause: err429, wait: wait}}, after(at))
}

func mustNewToken(t *testing.T, value string) Token {
	t.Helper()
	token, err := NewToken(TokenResponse{Value: value})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestP4PauseAfterRefusalsDoublesUpToItsLongest(t *testing.T) {
	s := testState()
	now := time.Duration(0)
	for i, want := range []time.Duration{30, 60, 120, 240, 480, 900, 900} {
		want *= time.Second
		s.failed(outcome{sent: true, secret: "secret"}, errRefused, false, after(now))
		if got := s.Refused.Until.Sub(after(now)); got != want {
			t.Errorf("pause %d of %s; want %s", i, got, want)
		}
		now += want
		if !s.Refused.On(after(now-1)) || s.Refused.On(after(now)) {
			t.Errorf("pause %d is on until %s; want until %s", i, s.Refused.Until, after(now))
		}
	}
	if s.counts.Failures != 7 {
		t.Errorf("%d failures; want 7", s.counts.Failures)
	}
	s.succeeded(outcome{sent: true})
	s.failed(outcome{sent: true, secret: "secret"}, errRefused, false, after(now))
	if got := s.Refused.Until.Sub(after(now)); got != 30*time.Second {
		t.Errorf("a pause of %s after a token; want 30 s", got)
	}
}

// The Secret may be asked before a pause and its secret be refused in it, or the other way round: the refusal counts.
func TestP4RefusalDecidesWhetherThePauseHadItsExtraTry(t *testing.T) {
	for refusedAt, want := range map[time.Duration]bool{10 * time.Second: true, 30 * time.Second: false} {
		l := &testState().Refused
		l.Hold(digest.Of("secret"), errRefused, 0, stateStart)
		l.Asked = !want
		l.Hold(digest.Of("changed"), errRefused, 0, after(refusedAt))
		if l.Asked != want {
			t.Errorf("refused after %s: used up: %t; want %t", refusedAt, l.Asked, want)
		}
	}
}

// A pause has one extra try, for a changed secret. Only a refusal uses it up.
func TestP4ExtraTryOfAPause(t *testing.T) {
	for name, tt := range map[string]struct {
		err  error
		at   time.Duration
		want bool // the try is used up
	}{
		"refused in the pause":     {errRefused, 10 * time.Second, true},
		"refused after the pause":  {errRefused, 30 * time.Second, false},
		"met an outage":            {errOutage, 10 * time.Second, false},
		"met a rate limit":         {&RateLimitError{Service: "own", Err: err429}, 10 * time.Second, false},
		"invalid input, not sent":  {&LoginError{Service: "own", Kind: ErrInvalidInput}, 10 * time.Second, false},
		"invalid input, to a 422":  {&LoginError{Service: "own", Status: 422, Kind: ErrInvalidInput}, 10 * time.Second, false},
		"refused without a status": {&LoginError{Service: "own", Kind: ErrInvalidCredentials}, 10 * time.Second, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := testState()
			s.failed(outcome{sent: true, secret: "secret"}, errRefused, false, stateStart)
			if s.Refused.Asked {
				t.Error("used up before it began")
			}
			s.Refused.Asked = s.Refused.On(after(tt.at)) // as the flight does when it asks
			s.failed(outcome{sent: true, secret: "changed"}, tt.err, false, after(tt.at))
			if s.Refused.Asked != tt.want {
				t.Errorf("used up: %t; want %t", s.Refused.Asked, tt.want)
			}
			s.Refused.Reset()
			if s.Refused.Asked {
				t.Error("used up after a reset")
			}
		})
	}
}

func TestP5CallsAreBarredUnlessTheyCanWait(t *testing.T) {
	const wait = 20 * time.Second
	for name, tt := range map[string]struct {
		closed   time.Duration
		maxWait  time.Duration
		deadline time.Duration // 0: none
		barred   bool
	}{
		"open":                           {0, 30 * time.Second, time.Nanosecond, false},
		"open, policy without waits":     {0, 0, 0, false},
		"no deadline":                    {wait, 30 * time.Second, 0, false},
		"as long as the policy allows":   {wait, wait, 0, false},
		"longer than the policy allows":  {wait, wait - 1, 0, true},
		"longer, and a deadline":         {wait, wait - 1, time.Hour, true},
		"a deadline after the end":       {wait, 30 * time.Second, wait + 1, false},
		"a deadline at the end":          {wait, 30 * time.Second, wait, true},
		"a deadline before the end":      {wait, 30 * time.Second, wait - 1, true},
		"a deadline that is over":        {wait, 30 * time.Second, -time.Second, true},
		"capped, and the policy is long": {time.Hour, 15 * time.Minute, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := stateThatWaits(tt.maxWait)
			if tt.closed > 0 {
				_ = s.closeGate(tt.closed, 0)
			}
			var deadline time.Time
			if tt.deadline != 0 {
				deadline = after(tt.deadline)
			}
			err := s.barred(deadline, stateStart)
			if !tt.barred {
				if err != nil {
					t.Errorf("%v; want it to wait", err)
				}
				return
			}
			limit, ok := rateLimit(err)
			if !ok || limit.Service != "own" || limit.RetryAfter != tt.closed || !errors.Is(limit.Err, err429) {
				t.Errorf("%v; want a rate limit of own for %s, and the 429 beneath", err, tt.closed)
			}
		})
	}
}

func TestP5CountOf429s(t *testing.T) {
	limit := func(wait time.Duration) *limitation { return &limitation{cause: err429, wait: wait} }
	for name, tt := range map[string]struct {
		outcomes    []outcome
		err         error // of the last one, unless it is a rate limit
		closed      time.Duration
		rateLimited uint32
		inARow      int
	}{
		"a token":   {outcomes: []outcome{{sent: true}}},
		"an outage": {outcomes: []outcome{{sent: true, err: errOutage}}, err: errOutage},
		"a 429": {
			outcomes: []outcome{{sent: true, err: err429, limit: limit(time.Minute), tooMany: 1}},
			closed:   time.Minute, rateLimited: 1, inARow: 1,
		},
		"a note of a store": {outcomes: []outcome{{err: err429, limit: limit(time.Minute)}}, closed: time.Minute},
		"two in one login, and an outage": {
			outcomes: []outcome{{sent: true, err: errOutage, tooMany: 2}}, err: errOutage, rateLimited: 2, inARow: 2,
		},
		"two logins": {
			outcomes: []outcome{
				{sent: true, err: err429, limit: limit(time.Minute), tooMany: 1},
				{sent: true, err: err429, limit: limit(time.Second), tooMany: 3},
			},
			closed: time.Minute, rateLimited: 4, inARow: 4,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := testState()
			var err error
			for _, o := range tt.outcomes {
				err = s.count(o, stateStart)
			}
			limit, limited := rateLimit(err)
			switch {
			case tt.closed == 0 && (limited || !errors.Is(err, tt.err) || (err == nil) != (tt.err == nil)):
				t.Errorf("%v; want %v", err, tt.err)
			case tt.closed > 0 && (!limited || limit.RetryAfter != tt.closed || !errors.Is(err, err429)):
				t.Errorf("%v; want a rate limit for %s, and the 429 beneath", err, tt.closed)
			}
			if got := s.Gate.Closed(stateStart); got != tt.closed {
				t.Errorf("closed for %s; want %s", got, tt.closed)
			}
			if s.counts.RateLimited != tt.rateLimited || s.Gate.InARow != tt.inARow {
				t.Errorf("%d counted, %d in a row; want %d and %d", s.counts.RateLimited, s.Gate.InARow, tt.rateLimited, tt.inARow)
			}
		})
	}
}

// What a token ends: the cool-down and the row of 429s in any case, and all else if the service gave it to us. A token
// out of a store may come from another secret.
func TestStateAfterAToken(t *testing.T) {
	for name, sent := range map[string]bool{"from a login": true, "from a store": false} {
		t.Run(name, func(t *testing.T) {
			s := testState()
			token := mustNewToken(t, "token")
			s.unwanted.Add(digest.Of(token.Value()))
			s.failed(outcome{sent: true, secret: "secret"}, errRefused, false, stateStart)
			s.Cooling.Begin(nil, 0, stateStart)
			_ = s.closeGate(time.Minute, 0)
			s.succeeded(outcome{token: token, sent: sent})
			if s.Cooling.On(stateStart) {
				t.Error("the cool-down is on")
			}
			if latched := s.Refused.On(stateStart); latched == sent {
				t.Errorf("the latch is on: %t; want %t", latched, !sent)
			}
			if open := s.Gate.Closed(stateStart) == 0 && s.Gate.InARow == 0; open != sent {
				t.Errorf("the gate is open: %t; want %t", open, sent)
			}
			if s.unwanted.Has(token.Value()) == sent {
				t.Errorf("the token is unwanted: %t; want %t", !sent, sent)
			}
			if logins := s.counts.Logins; (logins == 1) != sent || logins > 1 {
				t.Errorf("%d logins counted", logins)
			}
		})
	}
}

// A cool-down, a refusal and a rate limit each keep a refresh off, and the next one waits for the last of them.
func TestP3RefreshWaitsForEveryPause(t *testing.T) {
	cool := func(s *state) { s.Cooling.Begin(nil, 0, stateStart) }                                              // 5 s
	refuse := func(s *state) { s.failed(outcome{sent: true, secret: "secret"}, errRefused, false, stateStart) } // 30 s
	limit := func(s *state) { _ = s.closeGate(time.Minute, 0) }
	for name, tt := range map[string]struct {
		meets []func(*state)
		end   time.Duration
	}{
		"none":            {nil, 0},
		"cool-down":       {[]func(*state){cool}, 5 * time.Second},
		"second cooldown": {[]func(*state){cool, cool}, 10 * time.Second},
		"refused":         {[]func(*state){refuse}, 30 * time.Second},
		"rate limited":    {[]func(*state){limit}, time.Minute},
		"two of them":     {[]func(*state){refuse, cool}, 30 * time.Second},
		"all of them":     {[]func(*state){cool, limit, refuse}, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			s := testState()
			for _, meet := range tt.meets {
				meet(s)
			}
			if tt.end > 0 && (s.Next(stateStart).Equal(stateStart) || s.Next(after(tt.end-1)).Equal(after(tt.end-1))) {
				t.Error("it may begin before the end")
			}
			if !s.Next(after(tt.end)).Equal(after(tt.end)) {
				t.Error("it may not begin at the end")
			}
			for _, due := range []time.Duration{-time.Hour, tt.end, time.Hour} {
				if got, want := s.Next(after(due)), after(max(due, tt.end)); tt.end > 0 && !got.Equal(want) {
					t.Errorf("due at %s, it begins at %s; want %s", after(due), got, want)
				}
			}
			if got := testState().Next(stateStart); !got.Equal(stateStart) {
				t.Errorf("with no pause it begins at %s; want when it is due", got)
			}
		})
	}
}

func TestP3CoolDownDoublesUpToOneMinute(t *testing.T) {
	s := testState()
	for i, want := range []time.Duration{5, 10, 20, 40, 60, 60} {
		s.Cooling.Begin(nil, 0, stateStart)
		if got := s.Cooling.Until.Sub(stateStart); got != want*time.Second {
			t.Errorf("cool-down %d of %s; want %d s", i, got, want)
		}
	}
}
