package await

import (
	"runtime"
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
	left := t.limit
	if t.blocked.Load() > 0 || !t.enter(&left) {
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
	runtime.Gosched() // mostly the call is over then, which saves the timer
	select {
	case <-ended:
		return
	default:
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
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

// enter waits until another call may be made, and reports whether that is so in the time that is left.
func (t *Teller) enter(left *time.Duration) bool {
	select {
	case t.calls <- struct{}{}:
		return true
	default:
	}
	began, timer := time.Now(), time.NewTimer(*left)
	defer timer.Stop()
	select {
	case t.calls <- struct{}{}:
		*left -= time.Since(began)
		return true
	case <-timer.C:
		return false
	}
}
