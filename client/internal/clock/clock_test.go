package clock_test

import (
	"math"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/clock"
)

func TestATimeIsOverWhenOneClockSaysSo(t *testing.T) {
	end := clock.Reading{Mono: 100, Wall: 1000}
	for _, tt := range []struct {
		name   string
		now    clock.Reading
		before bool
		left   time.Duration
	}{
		{"before", clock.Reading{Mono: 90, Wall: 990}, true, 10},
		{"at the end", clock.Reading{Mono: 100, Wall: 1000}, false, 0},
		{"at the end by one clock", clock.Reading{Mono: 90, Wall: 1000}, false, 0},
		{"slept", clock.Reading{Mono: 90, Wall: 1500}, false, -500},
		{"set back", clock.Reading{Mono: 100, Wall: 10}, false, 0},
		{"set back, before", clock.Reading{Mono: 99, Wall: 10}, true, 1},
	} {
		if got := tt.now.Before(end); got != tt.before {
			t.Errorf("%s: before the end: %t", tt.name, got)
		}
		if got := tt.now.Until(end); got != tt.left {
			t.Errorf("%s: %d left; want %d", tt.name, got, tt.left)
		}
	}
	if now := clock.Read(time.Now()); !now.Before(clock.Never) {
		t.Error("never has come")
	}
	if got := end.Add(math.MaxInt64); got != clock.Never {
		t.Errorf("in 292 years it is %v", got)
	}
	if got := clock.Earlier(end.Add(5), clock.Reading{Mono: 200, Wall: 900}); got != (clock.Reading{Mono: 105, Wall: 900}) {
		t.Errorf("the earlier of both is %v", got)
	}
}
