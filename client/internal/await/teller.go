package await

import (
	"context"
	"sync/atomic"
	"time"
)

// Teller calls functions that may be a user's own and that nobody needs: it waits for each at most Limit, and ignores a
// panic. While one that took longer has not returned, it calls no other. It is safe for concurrent use by multiple
// goroutines.
type Teller struct {
	Limit   time.Duration
	blocked atomic.Int64 // calls that were left behind
}

// Tell calls a function.
func (t *Teller) Tell(call func()) {
	if t.blocked.Load() > 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), t.Limit)
	defer cancel()
	ended := make(chan struct{})
	err := Run(ctx, "it", func(context.Context) error { defer close(ended); call(); return nil }, nil)
	if err != nil && ctx.Err() != nil {
		t.blocked.Add(1)
		go func() {
			<-ended
			t.blocked.Add(-1)
		}()
	}
}
