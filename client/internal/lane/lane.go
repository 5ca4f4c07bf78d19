// Package lane makes requests wait for each other after a 429. Those of one class of route share a lane: while the
// server's time is not up they wait in it, and then one goes first and tells by its answer whether the others may go.
package lane

import (
	"net/http"
	"sync"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/evidence"
	"github.com/latchkey-go/latchkey/client/internal/retryafter"
)

// maxLanes bounds how many classes of routes are remembered at a time.
const maxLanes = 1024

// Lanes are the lanes of one Client. They are safe for concurrent use by multiple goroutines. With a nil *Lanes no
// request waits for another.
type Lanes struct {
	maxWait time.Duration // longest wait for a time, and again for the one that goes first

	mu     sync.Mutex // never held during a wait
	closed map[evidence.Route]*lane
}

// lane is for a class of route that was answered 429. There is none for the others: they are open.
type lane struct {
	until  time.Time     // end of the server's time
	inARow int           // 429s to those who went first
	first  chan struct{} // holds a value if nobody goes first; closed when the lane is opened
}

// New returns Lanes in which no request begins a wait of more than maxWait.
func New(maxWait time.Duration) *Lanes {
	return &Lanes{maxWait: maxWait, closed: map[evidence.Route]*lane{}}
}

// Enter waits as long as the lane of a request is closed to it, and returns its Turn. The error is that of the
// request's context: the wait was cancelled. Call Leave when the request is done.
func (l *Lanes) Enter(req *http.Request) (*Turn, error) {
	if l == nil {
		return nil, nil //nolint:nilnil // a nil *Turn is one that never waits
	}
	t := &Turn{lanes: l, route: evidence.RouteOf(req), began: time.Now()}
	return t, t.Wait(req.Context())
}

// limited closes the lane of a turn for as long as a 429 asks, or longer if an earlier one did. Without a hint the time
// grows with each 429 to a request that went first. mu is held.
func (l *Lanes) limited(t *Turn, wait time.Duration, first bool, now time.Time) *lane {
	la := l.closed[t.route]
	switch {
	case la == nil:
		la = l.add(t.route, now)
	case first:
		la.inARow++
	}
	if wait == 0 {
		wait = retryafter.Growing(time.Second, l.maxWait, la.inARow)
	}
	if until := now.Add(wait); until.After(la.until) {
		la.until = until
	}
	return la
}

// add adds a lane in which nobody goes first. If there are too many, those end that are over, or else any one. mu is
// held.
func (l *Lanes) add(route evidence.Route, now time.Time) *lane {
	if len(l.closed) >= maxLanes {
		for route, la := range l.closed {
			if l.over(la, now) {
				l.open(route)
			}
		}
	}
	for route := range l.closed {
		if len(l.closed) < maxLanes {
			break
		}
		l.open(route)
	}
	la := &lane{first: make(chan struct{}, 1)}
	la.first <- struct{}{}
	l.closed[route] = la
	return la
}

// over reports whether the server's time has been up for long: nobody came to go first, or the answer takes too long.
func (l *Lanes) over(la *lane, now time.Time) bool { return now.Sub(la.until) > l.maxWait }

// open lets all go who wait in a lane. mu is held.
func (l *Lanes) open(route evidence.Route) {
	close(l.closed[route].first)
	delete(l.closed, route)
}
