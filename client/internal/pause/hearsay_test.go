package pause_test

import (
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/pause"
)

// However often the word comes, logins are few. After some quiet the next one is as quick as the first.
func TestP8Hearsay(t *testing.T) {
	for name, every := range map[string]time.Duration{
		"each ms": time.Millisecond, "each second": time.Second, "each 10 s": 10 * time.Second, "each 2 min": 2 * time.Minute,
	} {
		var h pause.Hearsay
		start := time.Now()
		at := func(d time.Duration) time.Time { return start.Add(d) }
		if !h.Empty(start) {
			t.Errorf("%s: the zero value is not empty", name)
		}
		logins, early := 0, 0
		for d := time.Duration(0); d < time.Hour; d += every {
			if h.Reason(at(d)) {
				logins++
				if d < 5*time.Minute {
					early++
				}
			}
		}
		if logins > 30 || early > 10 || logins < 2 || h.Empty(at(time.Hour)) {
			t.Errorf("%s: %d logins in an hour, %d of them in 5 min", name, logins, early)
		}
		quiet := at(time.Hour + 5*time.Minute + 15*time.Minute + time.Second)
		if !h.Empty(quiet) || !h.Reason(quiet) || h.Reason(quiet.Add(time.Second-1)) || !h.Reason(quiet.Add(time.Second)) {
			t.Errorf("%s: after some quiet the pause is not 1 s", name)
		}
	}
}

// The memory of a pause ends 15 min after it.
func TestP8HearsayRemembersAQuarterOfAnHour(t *testing.T) {
	for quiet, next := range map[time.Duration]time.Duration{
		15 * time.Minute: 2 * time.Second, 15*time.Minute + 1: time.Second,
	} {
		var h pause.Hearsay
		h.Reason(start)
		again := after(time.Second + quiet)
		if !h.Reason(again) || h.Reason(again.Add(next-1)) || !h.Reason(again.Add(next)) {
			t.Errorf("after %s of quiet the pause is not %s", quiet, next)
		}
	}
}
