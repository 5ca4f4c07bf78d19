package pause_test

import (
	"errors"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/digest"
	"github.com/latchkey-go/latchkey/client/internal/pause"
)

var (
	start      = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	refusals   = pause.Pause{First: 30 * time.Second, Longest: 15 * time.Minute}
	errRefused = errors.New("refused")
)

func after(d time.Duration) time.Time { return start.Add(d) }

func TestP4LatchHoldsTheRefusedSecretInItsPause(t *testing.T) {
	for name, begin := range map[string]func(*pause.Latch){
		"refused here": func(l *pause.Latch) { l.Hold(digest.Of("secret"), errRefused, 0, start) },
		"refused elsewhere": func(l *pause.Latch) {
			_ = l.Adopt(digest.Of("secret"), errRefused, 30*time.Second, 4*time.Minute, start)
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := &pause.Latch{Pause: refusals}
			if l.Holds(digest.Of("secret"), start) || l.Holds(digest.Of(""), start) {
				t.Error("it holds a secret that nobody refused")
			}
			begin(l)
			for _, tt := range []struct {
				secret string
				at     time.Duration
				want   bool
			}{
				{"secret", 0, true},
				{"secret", 30*time.Second - 1, true},
				{"secret", 30 * time.Second, false},
				{"changed", 0, false},
				{"", 0, false},
			} {
				if got := l.Holds(digest.Of(tt.secret), after(tt.at)); got != tt.want {
					t.Errorf("holds %q after %s: %t; want %t", tt.secret, tt.at, got, tt.want)
				}
			}
			if !errors.Is(l.Err, errRefused) {
				t.Errorf("%v; want the refusal", l.Err)
			}
			l.Reset()
			if l.Holds(digest.Of("secret"), start) || l.On(start) || l.Err != nil {
				t.Error("it is not reset")
			}
		})
	}
}

// The pause of another client goes on growing here.
func TestP4AdoptedPauseGrows(t *testing.T) {
	l := &pause.Latch{Pause: refusals}
	_ = l.Adopt(digest.Of("secret"), errRefused, 10*time.Second, 4*time.Minute, start)
	l.Hold(digest.Of("secret"), errRefused, 0, after(10*time.Second))
	if got := l.Until.Sub(after(10 * time.Second)); got != 8*time.Minute {
		t.Errorf("the next pause is %s; want 8 min", got)
	}
}

func TestP5Gate(t *testing.T) {
	type closing struct{ at, wait time.Duration }
	for name, tt := range map[string]struct {
		closings []closing
		at       time.Duration
		left     time.Duration
	}{
		"never closed":                    {nil, 0, 0},
		"closed":                          {[]closing{{0, time.Minute}}, 0, time.Minute},
		"some time later":                 {[]closing{{0, time.Minute}}, 59 * time.Second, time.Second},
		"at its end":                      {[]closing{{0, time.Minute}}, time.Minute, 0},
		"long after":                      {[]closing{{0, time.Minute}}, time.Hour, 0},
		"capped":                          {[]closing{{0, 24 * time.Hour}}, 0, 15 * time.Minute},
		"negative":                        {[]closing{{0, -time.Minute}}, 0, 0},
		"a shorter wait changes nothing":  {[]closing{{0, time.Minute}, {0, time.Second}}, 0, time.Minute},
		"a later end replaces an earlier": {[]closing{{0, time.Minute}, {30 * time.Second, time.Minute}}, time.Minute, 30e9},
	} {
		t.Run(name, func(t *testing.T) {
			var g pause.Gate
			for _, c := range tt.closings {
				g.Close(c.wait, false, nil, after(c.at))
			}
			if got := g.Closed(after(tt.at)); got != tt.left {
				t.Errorf("closed for %s; want %s", got, tt.left)
			}
		})
	}
}

// A pause that a service asked for lasts, whatever fails within it.
func TestP4bPauseIsNeverShortened(t *testing.T) {
	p := pause.Pause{First: time.Second, Longest: time.Minute}
	p.Begin(errRefused, 10*time.Minute, start)
	p.Begin(errRefused, 0, after(time.Minute))
	if got := p.Left(after(time.Minute)); got != 9*time.Minute {
		t.Errorf("%s are left of 10 min after 1", got)
	}
	p.Begin(errRefused, 0, after(10*time.Minute))
	if got := p.Left(after(10 * time.Minute)); got != 4*time.Second {
		t.Errorf("the third pause in a row is %s; want 4 s", got)
	}
}

// Of two clients' pauses the longer one counts.
func TestP4bAdoptedPauseShortensNone(t *testing.T) {
	p := pause.Pause{First: time.Second, Longest: time.Minute}
	for range 3 {
		p.Begin(errRefused, 0, start)
	}
	_ = p.Adopt(errRefused, time.Second, time.Second, start)
	if got := p.Left(start); got != 4*time.Second {
		t.Errorf("%s are left of 4 s", got)
	}
	p.Begin(errRefused, 0, after(4*time.Second))
	if got := p.Left(after(4 * time.Second)); got != 8*time.Second {
		t.Errorf("the next pause is %s; want 8 s", got)
	}
}
