package lane

import (
	"context"
	"net/http"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/evidence"
	"github.com/latchkey-go/latchkey/client/internal/retryafter"
)

// Turn is one request's place. It is for one goroutine at a time. With a nil *Turn nothing waits.
type Turn struct {
	lanes *Lanes
	route evidence.Route
	began time.Time // when it came, or was answered 429
	goes  bool      // the next attempt may be sent
	ahead *lane     // the lane in which it goes first, or will when the time is up; nil: none
}

// Wait waits until the next attempt may be sent. If the server's time is up too late, after maxWait or at the context's
// deadline, the wait is not begun. For the answer to the one that goes first it waits at most maxWait, and half of the
// time until the deadline: no request fails because it waited. The error is the context's: the wait was cancelled.
func (t *Turn) Wait(ctx context.Context) error {
	for t != nil && !t.goes {
		la, alarm := t.look(ctx)
		if la == nil {
			t.goes = true
			break
		}
		first := la.first
		if t.ahead == la {
			first = nil
		}
		timer := time.NewTimer(time.Until(alarm))
		select {
		case _, mine := <-first:
			if mine {
				t.ahead = la
			}
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			t.Leave()
			return ctx.Err()
		}
		timer.Stop()
	}
	return nil
}

// look returns the lane to wait in, and when to look again; a nil lane: the request may be sent.
func (t *Turn) look(ctx context.Context) (la *lane, alarm time.Time) {
	l := t.lanes
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	la = l.closed[t.route]
	if la != nil && l.over(la, now) {
		l.open(t.route)
		la = nil
	}
	if t.ahead != la {
		t.ahead = nil // it was opened
	}
	if la == nil || t.ahead != nil && !now.Before(la.until) {
		return nil, now
	}
	alarm = t.limit(ctx, la.until)
	switch {
	case !now.Before(alarm):
		t.handOn()
		return nil, now
	case t.ahead != nil:
		return la, la.until
	default:
		return la, alarm
	}
}

// limit returns until when the request waits, if the server's time is up at until. If that is too late, the result is
// in the past.
func (t *Turn) limit(ctx context.Context, until time.Time) time.Time {
	deadline, limited := ctx.Deadline()
	if until.Sub(t.began) > t.lanes.maxWait || limited && !until.Before(deadline) {
		return t.began
	}
	if until.Before(t.began) {
		until = t.began
	}
	patience := t.lanes.maxWait
	if limited {
		patience = min(patience, deadline.Sub(until)/2)
	}
	return until.Add(patience)
}

// Answered takes note of the answer to an attempt, or of the error in its place. After a 429 the lane is closed. Any
// other answer to the one that went first opens it. After an error the next one goes first.
func (t *Turn) Answered(resp *http.Response, err error) {
	if t == nil {
		return
	}
	t.goes = false
	limited := err == nil && resp.StatusCode == http.StatusTooManyRequests
	if !limited && t.ahead == nil {
		return
	}
	now := time.Now()
	var wait time.Duration
	if limited {
		wait, _ = retryafter.Parse(resp.Header, now)
		t.began = now
	}
	l := t.lanes
	l.mu.Lock()
	defer l.mu.Unlock()
	la := l.closed[t.route]
	first := t.ahead != nil && t.ahead == la
	if limited {
		la = l.limited(t, wait, first, now)
	}
	if first && err == nil && !la.until.After(now) {
		l.open(t.route)
	}
	t.handOn()
}

// Leave gives up the right to go first. The request is sent no more.
func (t *Turn) Leave() {
	if t == nil || t.ahead == nil {
		return
	}
	t.lanes.mu.Lock()
	defer t.lanes.mu.Unlock()
	t.handOn()
}

// handOn lets the next one go first. mu is held.
func (t *Turn) handOn() {
	if t.ahead != nil && t.ahead == t.lanes.closed[t.route] {
		t.ahead.first <- struct{}{}
	}
	t.ahead = nil
}
