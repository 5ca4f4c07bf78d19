// Package queue lets so many go at a time and in a window, first come, first served.
package queue

import (
	"cmp"
	"container/list"
	"context"
	"sync"
	"time"
)

// Queue is where those wait who want to go. The zero value has no limits. It is safe for concurrent use by multiple
// goroutines, and has none of its own.
type Queue struct {
	mu      sync.Mutex
	atOnce  int
	most    int
	window  time.Duration
	going   int
	back    []time.Time // the returns in the last window; the earliest is first
	again   list.List   // of *Ticket: these have been here before, and go first
	waiting list.List   // likewise
	behind  list.List   // likewise: these wait until nobody else is waiting
	closed  time.Time   // nobody goes until then
	named   bool        // somebody else has said until when
	timer   *time.Timer // it is set while somebody waits for a time
}

// Ticket is a place in a Queue. Those who need none have nil.
type Ticket struct {
	queue   *Queue
	ready   chan struct{} // closed when its holder may go
	list    *list.List    // nil: its holder is on his way, or has left
	element *list.Element
	done    bool
}

// Limit sets the limits: most who are on their way, and most who are in a window; 0: any number. A window has somebody
// in it from when he goes until its length after he is back.
func (q *Queue) Limit(atOnce, most int, window time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.atOnce, q.most, q.window = atOnce, most, window
}

// Join takes a place at the end. A ticket behind is served after all that are not. One that comes again, for a login
// that was sent back, is served before the others: it came first.
func (q *Queue) Join(behind, again bool) *Ticket {
	q.mu.Lock()
	defer q.mu.Unlock()
	t := &Ticket{queue: q, ready: make(chan struct{}), list: &q.waiting}
	switch {
	case behind:
		t.list = &q.behind
	case again:
		t.list = &q.again
	}
	t.element = t.list.PushBack(t)
	q.serve()
	return t
}

// Ready reports whether the ticket's holder may go.
func (t *Ticket) Ready() bool {
	select {
	case <-t.ready:
		return true
	default:
		return false
	}
}

// Wait waits until the ticket's holder may go. The error is the context's.
func (t *Ticket) Wait(ctx context.Context) error {
	select {
	case <-t.ready:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Promote puts a ticket that stands behind at the end of those that do not.
func (t *Ticket) Promote() {
	if t == nil {
		return
	}
	q := t.queue
	q.mu.Lock()
	defer q.mu.Unlock()
	if t.list == &q.behind {
		t.list.Remove(t.element)
		t.list = &q.waiting
		t.element = t.list.PushBack(t)
	}
}

// Done gives up the place, before or after the ticket's holder went. counts reports whether he went so that it counts.
// The second call has no effect.
func (t *Ticket) Done(counts bool) {
	if t == nil {
		return
	}
	q := t.queue
	q.mu.Lock()
	defer q.mu.Unlock()
	if t.done {
		return
	}
	t.done = true
	if t.list != nil {
		t.list.Remove(t.element)
		t.list = nil
	} else {
		q.going--
		if counts && q.most > 0 {
			q.back = append(q.back, time.Now())
		}
	}
	q.serve()
}

// Close lets nobody go until a time. It never shortens a wait. named tells whether somebody else has said until when.
func (q *Queue) Close(until time.Time, named bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if until.After(q.closed) {
		q.closed, q.named = until, named
	}
	q.serve()
}

// Closed returns until when nobody goes or went, and whether somebody else has said so.
func (q *Queue) Closed() (until time.Time, named bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.closed, q.named
}

// Waiting returns how many are waiting.
func (q *Queue) Waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.again.Len() + q.waiting.Len() + q.behind.Len()
}

// serve lets go whoever may. mu is held.
func (q *Queue) serve() {
	if q.timer != nil {
		q.timer.Stop()
		q.timer = nil
	}
	now := time.Now()
	for {
		next := cmp.Or(q.again.Front(), q.waiting.Front(), q.behind.Front())
		if next == nil {
			return
		}
		if wait, yes := q.full(now); yes {
			if wait > 0 {
				q.timer = time.AfterFunc(wait, q.wake)
			}
			return
		}
		t := next.Value.(*Ticket) //nolint:forcetypeassert // the lists hold nothing else
		t.list.Remove(next)
		t.list = nil
		q.going++
		close(t.ready)
	}
}

func (q *Queue) wake() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.serve()
}

// full reports whether nobody may go now, and for how long; 0: until somebody is back. mu is held.
func (q *Queue) full(now time.Time) (wait time.Duration, yes bool) {
	for len(q.back) > 0 && now.Sub(q.back[0]) >= q.window {
		q.back = q.back[1:]
	}
	if now.Before(q.closed) {
		return q.closed.Sub(now), true
	}
	if q.atOnce > 0 && q.going >= q.atOnce {
		return 0, true
	}
	if q.most == 0 || q.going+len(q.back) < q.most {
		return 0, false
	}
	if len(q.back) == 0 {
		return 0, true
	}
	return q.back[0].Add(q.window).Sub(now), true
}
