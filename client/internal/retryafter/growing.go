package retryafter

import (
	"math/rand/v2"
	"time"
)

// Growing returns the wait if the server names none: first, doubling to longest. Up to a fifth less, at random, so that
// many clients do not come back at once. attempt counts from 0.
func Growing(first, longest time.Duration, attempt int) time.Duration {
	wait := min(first<<min(attempt, 16), longest)
	return wait - rand.N(wait/5+1)
}
