package soak_test

import (
	"context"
	"sync"
	"time"
)

const stallTick = 20 * time.Millisecond

// stalls knows for how long this process did not run: it was stopped, or the machine was busy.
type stalls struct {
	mu   sync.Mutex
	last time.Time // it surely ran then
	lost time.Duration
}

func newStalls() *stalls { return &stalls{last: time.Now()} }

// watch looks until ctx is done.
func (s *stalls) watch(ctx context.Context) {
	tick := time.NewTicker(stallTick)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			s.mu.Lock()
			s.lost += s.since()
			s.last = time.Now()
			s.mu.Unlock()
		case <-ctx.Done():
			return
		}
	}
}

// since returns for how long the process has not run since the last look. mu is held.
func (s *stalls) since() time.Duration { return max(0, time.Since(s.last)-2*stallTick) }

// total returns for how long the process has not run so far.
func (s *stalls) total() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lost + s.since()
}
