package soak_test

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// book has what the workers have told, and what must not be.
type book struct {
	schedule schedule
	began    time.Time

	mu         sync.Mutex
	good       []int // calls, by worker
	bad        map[outcome]map[string]int
	memory     [][]memory        // by worker
	revoked    [][]time.Duration // by service
	left       int               // workers that ended as they should, with no goroutine left
	killed     int
	violations []string
}

func newBook(s schedule) *book {
	return &book{
		schedule: s, began: time.Now(), good: make([]int, workers),
		bad: map[outcome]map[string]int{}, memory: make([][]memory, workers), revoked: make([][]time.Duration, len(serviceNames)),
	}
}

// violation notes what must not be.
func (b *book) violation(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fails(format, args...)
}

// fails does it. mu is held.
func (b *book) fails(format string, args ...any) {
	at := time.Since(b.began).Round(time.Millisecond)
	b.violations = append(b.violations, fmt.Sprintf("after %s: ", at)+fmt.Sprintf(format, args...))
}

// revokes notes that a service is about to revoke its tokens.
func (b *book) revokes(service int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.revoked[service] = append(b.revoked[service], time.Since(b.began))
}

// cutOff counts a worker that was killed.
func (b *book) cutOff() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.killed++
}

func (b *book) enter(who int, n news) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.good[who] += n.Good
	if n.Bad != nil {
		b.judge(who, *n.Bad)
	}
	if n.Memory != nil {
		b.memory[who] = append(b.memory[who], *n.Memory)
	}
	if n.Left == nil {
		return
	}
	if *n.Left == "" {
		b.left++
	} else {
		b.fails("worker %d leaves goroutines: %s", who, *n.Left)
	}
}

// judge says whether a call may end so. mu is held.
func (b *book) judge(who int, v verdict) {
	phase := b.schedule.during(b.since(v.Began), b.since(v.Ended))
	name := phase
	if name == "" {
		name = "storm" // some of the call was in one, or it settled
	}
	if b.bad[v.Outcome] == nil {
		b.bad[v.Outcome] = map[string]int{}
	}
	b.bad[v.Outcome][name]++
	if v.Outcome == untyped || v.Outcome == overdue || phase == "calm" && !b.mayBe(v) {
		b.fails("worker %d, %s, %s in phase %q from %s to %s: %s: %s", who, serviceNames[v.Service], v.What, phase,
			b.since(v.Began).Round(time.Millisecond), b.since(v.Ended).Round(time.Millisecond), v.Outcome, v.Text)
	}
}

// mayBe reports whether a call may end so in a calm phase. A caller who has no time to wait for a token, or for what a
// 429 asks, gets the end of its time, or the 429. After a revocation open routes may be without a token for up to 2 s
// (promise 8): if the dead token was new, a 401 may as well come from a replica that does not know it yet.
func (b *book) mayBe(v verdict) bool {
	switch v.Outcome {
	case late, tooMany, limited:
		return v.Impatient
	case unauthorized:
		return slices.ContainsFunc(b.revoked[v.Service], func(at time.Duration) bool {
			return at > b.since(v.Began)-2*time.Second && at < b.since(v.Ended)
		})
	default:
		return false
	}
}

// since returns the time from the beginning of the soak.
func (b *book) since(unixNano int64) time.Duration {
	return time.Duration(unixNano - b.began.UnixNano())
}
