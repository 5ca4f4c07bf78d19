package pause_test

import (
	"errors"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/digest"
	"github.com/latchkey-go/latchkey/client/internal/pause"
)

var errElsewhere = errors.New("another client's")

// The own error tells more than another client's. Once the own pause is over, its error is, too.
func TestP4OwnErrorStays(t *testing.T) {
	for name, tt := range map[string]struct {
		secret string // of the other client
		at     time.Duration
		want   error
		left   time.Duration
	}{
		"in the own pause":      {"secret", 29 * time.Second, errRefused, 10 * time.Second},
		"when it is over":       {"secret", 30 * time.Second, errElsewhere, 10 * time.Second},
		"of another secret":     {"changed", 0, errElsewhere, 10 * time.Second},
		"in a longer own pause": {"secret", 0, errRefused, 30 * time.Second},
	} {
		l := &pause.Latch{Pause: refusals}
		l.Hold(digest.Of("secret"), errRefused, 0, start)
		now := after(tt.at)
		if got := l.Adopt(digest.Of(tt.secret), errElsewhere, 10*time.Second, 10*time.Second, now); !errors.Is(got, tt.want) {
			t.Errorf("%s: %v; want %v", name, got, tt.want)
		}
		if got := l.Left(now); got != tt.left || !l.Holds(digest.Of(tt.secret), now) {
			t.Errorf("%s: %s are left; want %s", name, got, tt.left)
		}
	}
}

// The pause of one secret does not lengthen that of another.
func TestP4AnotherSecretBeginsAnew(t *testing.T) {
	l := &pause.Latch{Pause: refusals}
	for range 5 {
		l.Hold(digest.Of("secret"), errRefused, 0, start)
	}
	_ = l.Adopt(digest.Of("changed"), errElsewhere, time.Second, time.Second, start)
	l.Hold(digest.Of("changed"), errRefused, 0, after(time.Second))
	if got := l.Left(after(time.Second)); got != 30*time.Second {
		t.Errorf("its first pause here is %s; want 30 s", got)
	}
}

// A second secret that is refused in the pause of the first was asked for in it. One after the pause was not.
func TestP4SecretIsAskedOncePerPause(t *testing.T) {
	l := &pause.Latch{Pause: refusals}
	l.Hold(digest.Of("first"), errRefused, 0, start)
	if l.Shut(start) {
		t.Error("the Secret is not asked whether it has changed")
	}
	l.Hold(digest.Of("second"), errRefused, 0, after(time.Second))
	if !l.Shut(after(time.Second)) || l.Holds(digest.Of("first"), after(time.Second)) {
		t.Error("the Secret is asked again, or the first one is held")
	}
	l.Hold(digest.Of("third"), errRefused, 0, after(time.Hour))
	if l.Shut(after(time.Hour)) {
		t.Error("the Secret is not asked in a new pause")
	}
}

// A latch of no secret holds any.
func TestP4LatchOfAnySecret(t *testing.T) {
	l := &pause.Latch{Pause: refusals}
	l.Hold(digest.Digest{}, errRefused, 0, start)
	if !l.Holds(secret, start) || l.Holds(secret, after(30*time.Second)) {
		t.Error("it does not hold a secret, or for too long")
	}
}

func TestEnds(t *testing.T) {
	p := pause.Pause{First: time.Minute, Longest: time.Minute}
	var g pause.Gate
	p.Begin(nil, 0, start)
	g.Close(time.Minute, true, nil, start)
	for at, want := range map[time.Duration]time.Time{
		0: after(time.Minute), time.Minute - 1: after(time.Minute), time.Minute: {}, time.Hour: {},
	} {
		if p.End(after(at)) != want || g.End(after(at)) != want {
			t.Errorf("after %s: the pause ends at %s and the gate at %s; want %s", at, p.End(after(at)), g.End(after(at)), want)
		}
	}
}

// The time that a service has named is told as such until another one takes its place, and the last cause is kept.
func TestP5GateTellsWhoNamedItsEnd(t *testing.T) {
	var g pause.Gate
	g.Close(time.Minute, true, errRefused, start)
	if g.Close(time.Second, false, errFailing, start); !g.Named || !errors.Is(g.Cause, errFailing) {
		t.Errorf("named %t, %v; want the longer wait's, and the last cause", g.Named, g.Cause)
	}
	if g.Close(time.Hour, false, errFailing, start); g.Named || g.Closed(start) != pause.MaxGate {
		t.Errorf("named %t for %s; want the later end's", g.Named, g.Closed(start))
	}
}
