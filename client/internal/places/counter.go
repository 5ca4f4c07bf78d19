package places

import (
	"math/rand/v2"
	"sync/atomic"
)

// counter counts in one of several lines of the processor's cache, at random: a single one would go to and fro between
// processors.
type counter [16]struct {
	n atomic.Int64
	_ [56]byte
}

func (c *counter) add() { c[rand.Uint32()%uint32(len(c))].n.Add(1) }

func (c *counter) sum() (sum int64) {
	for i := range c {
		sum += c[i].n.Load()
	}
	return sum
}
