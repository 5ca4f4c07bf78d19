package retryafter_test

import (
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/retryafter"
)

func TestGrowingWaitIsJitteredAndBounded(t *testing.T) {
	const first, longest = 5 * time.Second, 40 * time.Second
	for attempt, most := range []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second, longest, longest} {
		seen := map[time.Duration]bool{}
		for range 200 {
			wait := retryafter.Growing(first, longest, attempt)
			if wait < most*4/5 || wait > most {
				t.Fatalf("Growing(%d) = %s; want at most %s, and a fifth less at least", attempt, wait, most)
			}
			seen[wait] = true
		}
		if len(seen) < 100 {
			t.Errorf("Growing(%d) gave %d different waits of 200: no jitter", attempt, len(seen))
		}
	}
	for _, short := range []time.Duration{0, 1, 4, 5} {
		if wait := retryafter.Growing(short, longest, 0); wait < short*4/5 || wait > short {
			t.Errorf("Growing of %s = %s", short, wait)
		}
	}
	if wait := retryafter.Growing(first, longest, 1<<30); wait <= 0 || wait > longest {
		t.Errorf("Growing of a huge attempt = %s", wait)
	}
}
