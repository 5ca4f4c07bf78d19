package await

import (
	"sync/atomic"
	"time"
)

// Teller calls functions that may be a user's own and that nobody needs. Each call has a goroutine of its own, so that
// a panic in it, or the end of its goroutine, harms nobody. The Teller waits for each at most Limit. While one that took
// longer has not returned, it calls no other. It is safe for concurrent use by multiple goroutines.
type Teller struct {
	Limit   time.Duration
	blocked atomic.Int64 // calls that were left behind
}

// Tell calls a function. It reports whether that ended in time.
func (t *Teller) Tell(call func()) bool {
	if t.blocked.Load() > 0 {
		return false
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer func() { _ = recover() }()
		call()
	}()
	timer := time.NewTimer(t.Limit)
	defer timer.Stop()
	select {
	case <-ended:
		return true
	case <-timer.C:
	}
	t.blocked.Add(1)
	go func() {
		<-ended
		t.blocked.Add(-1)
	}()
	return false
}

// Before calls a function if wanted, and then rest, in the same goroutine, which costs less than Tell. If the call takes
// longer than Limit, or ends its goroutine, rest has another one, and inTime is false.
func (t *Teller) Before(wanted bool, call func(), rest func(inTime bool)) {
	if !wanted || t.blocked.Load() > 0 {
		rest(false)
		return
	}
	var taken atomic.Bool // who has set it goes on with rest
	alarm := time.AfterFunc(t.Limit, func() {
		if taken.CompareAndSwap(false, true) {
			t.blocked.Add(1)
			rest(false)
		}
	})
	goesOn := func() bool {
		alarm.Stop()
		if taken.CompareAndSwap(false, true) {
			return true
		}
		t.blocked.Add(-1)
		return false
	}
	returned := false
	defer func() {
		if !returned && goesOn() {
			go rest(false)
		}
	}()
	func() {
		defer func() { _ = recover() }()
		call()
	}()
	if returned = true; goesOn() {
		rest(true)
	}
}
