package clock_test

import (
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/clock"
)

// A reading is never negative, not even on the clock of testing/synctest: 0 can stand for a time long ago.
func TestEveryReadingIsAfterTheStart(t *testing.T) {
	positive := func(t *testing.T) {
		now := time.Now()
		if got := clock.Read(now); got.Mono <= 0 || got.Wall != now.UnixNano() {
			t.Errorf("at %s both clocks show %v", now, got)
		}
	}
	t.Run("machine", positive)
	t.Run("synctest", func(t *testing.T) { synctest.Test(t, positive) })
}

func TestReadingsRunLikeTheirClocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := clock.Read(time.Now())
		time.Sleep(time.Minute)
		now := clock.Read(time.Now())
		if now != began.Add(time.Minute) || now.Add(-time.Minute) != began {
			t.Errorf("%v becomes %v in a minute", began, now)
		}
		if got := began.Until(now); got != time.Minute {
			t.Errorf("%s until a minute later", got)
		}
	})
}

// No sum of a reading and a time runs over.
func TestAddEndsAtNever(t *testing.T) {
	for _, tt := range []struct {
		clock int64
		add   time.Duration
		want  int64
	}{
		{math.MaxInt64 - 1, 1, math.MaxInt64},
		{math.MaxInt64 - 2, 1, math.MaxInt64 - 1},
		{math.MaxInt64, 1, math.MaxInt64},
		{math.MaxInt64, 0, math.MaxInt64},
		{math.MaxInt64, -1, math.MaxInt64 - 1},
		{1, math.MaxInt64, math.MaxInt64},
		{0, math.MaxInt64, math.MaxInt64},
		{-1, math.MaxInt64, math.MaxInt64 - 1},
		{-1, math.MinInt64 + 1, math.MinInt64},
	} {
		want := clock.Reading{Mono: tt.want, Wall: tt.want}
		if got := (clock.Reading{Mono: tt.clock, Wall: tt.clock}).Add(tt.add); got != want {
			t.Errorf("%d and %d are %v; want %d", tt.clock, tt.add, got, tt.want)
		}
	}
}
