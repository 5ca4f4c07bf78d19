package wire

import (
	"testing"
	"time"
)

func TestGrowingWaitIsJitteredAndBounded(t *testing.T) {
	const first, longest = 5 * time.Second, 40 * time.Second
	for attempt, most := range []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second, longest, longest} {
		seen := map[time.Duration]bool{}
		for range 200 {
			wait := growing(first, longest, attempt)
			if wait < most*4/5 || wait > most {
				t.Fatalf("growing(%d) = %s; want at most %s, and a fifth less at least", attempt, wait, most)
			}
			seen[wait] = true
		}
		if len(seen) < 100 {
			t.Errorf("growing(%d) gave %d different waits of 200: no jitter", attempt, len(seen))
		}
	}
	if wait := growing(first, longest, 1<<30); wait <= 0 || wait > longest {
		t.Errorf("growing of a huge attempt = %s", wait)
	}
}
