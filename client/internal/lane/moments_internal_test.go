package lane

import (
	"testing"
	"testing/synctest"
	"time"
)

// A wait as long as the longest is begun, and a longer one is not.
func TestLongestWaitIsBegun(t *testing.T) {
	for seconds, want := range map[string]time.Duration{"30": maxWait, "31": 0} {
		synctest.Test(t, func(t *testing.T) {
			l := New(maxWait)
			turn := enter(t, l, "/things")
			turn.Answered(tooMany(seconds), nil)
			began := time.Now()
			if err := turn.Wait(t.Context()); err != nil || time.Since(began) != want {
				t.Errorf("asked to wait %s s: %v after %s; want %s", seconds, err, time.Since(began), want)
			}
		})
	}
}

// A lane that nobody came back to is forgotten when the server's time is up for longer than the longest wait.
func TestLaneIsKeptForTheLongestWait(t *testing.T) {
	for after, lanes := range map[time.Duration]int{time.Second + maxWait: 1, time.Second + maxWait + 1: 0} {
		synctest.Test(t, func(t *testing.T) {
			l := New(maxWait)
			enter(t, l, "/things").Answered(tooMany("1"), nil)
			time.Sleep(after)
			enter(t, l, "/things")
			if len(l.closed) != lanes {
				t.Errorf("after %s there are %d lanes; want %d", after, len(l.closed), lanes)
			}
		})
	}
}
