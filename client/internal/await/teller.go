package await

import (
	"sync/atomic"
	"time"
)

// Teller calls functions that may be a user's own and that nobody needs. A panic in one, or the end of its goroutine,
// harms nobody. What waits for a call does so until the limit, and while a call that took longer has not returned, no
// other is made. A Teller is safe for concurrent use by multiple goroutines.
type Teller struct {
	limit   time.Duration
	calls   chan struct{} // holds a value for each call of Tell under way
	blocked atomic.Int64  // calls that were left behind
}

// atOnce is how many calls of Tell are made at a time. Others wait for them: functions that cause the next call would
// take all memory before the limit is over.
const atOnce = 64

// NewTeller returns a Teller with a limit for each call.
func NewTeller(limit time.Duration) *Teller {
	return &Teller{limit: limit, calls: make(chan struct{}, atOnce)}
}

// Tell calls a function in a goroutine of its own, and waits for it.
func (t *Teller) Tell(call func()) {
	if t.blocked.Load() > 0 {
		return
	}
	timer := time.NewTimer(t.limit)
	defer timer.Stop()
	select {
	case t.calls <- struct{}{}:
	case <-timer.C:
		return
	}
	ended := make(chan struct{})
	go func() {
		defer func() {
			_ = recover()
			<-t.calls
			close(ended)
		}()
		call()
	}()
	select {
	case <-ended:
		return
	case <-timer.C:
	}
	t.blocked.Add(1)
	go func() {
		<-ended
		t.blocked.Add(-1)
	}()
}
