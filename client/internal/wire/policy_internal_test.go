package wire

import (
	"testing"
	"time"
)

func TestGrowingWaitIsJitteredAndBounded(t *testing.T) {
	const longest = 5 * time.Second
	for attempt, ceiling := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 5 * time.Second, 5 * time.Second} {
		seen := map[time.Duration]bool{}
		for range 200 {
			wait := growing(longest, attempt)
			if wait <= 0 || wait > ceiling {
				t.Fatalf("growing(%d) = %s; want more than 0 and at most %s", attempt, wait, ceiling)
			}
			seen[wait] = true
		}
		if len(seen) < 100 {
			t.Errorf("growing(%d) gave %d different waits of 200: no jitter", attempt, len(seen))
		}
	}
	if wait := growing(longest, 1<<30); wait <= 0 || wait > longest {
		t.Errorf("growing of a huge attempt = %s", wait)
	}
}
