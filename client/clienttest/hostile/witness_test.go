package hostile_test

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"time"
)

// witnesses are values of contexts that something still holds: a timer, a goroutine, a connection or a Client. Each has
// the name of its case.
type witnesses struct{ left sync.Map }

type witness struct{ name string }

// watch returns a context that nothing of ours is to hold when its case is over.
func (w *witnesses) watch(ctx context.Context, name string) context.Context {
	seen := &witness{name}
	id := new(int) // not the witness itself, which it would hold
	w.left.Store(id, name)
	runtime.AddCleanup(seen, func(id *int) { w.left.Delete(id) }, id)
	return context.WithValue(ctx, witness{}, seen)
}

// wantNone checks that nothing holds a context any more.
func (w *witnesses) wantNone(t *testing.T) {
	t.Helper()
	var held []string
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for began := time.Now(); time.Since(began) < 5*time.Second; <-tick.C {
		sweepTimers()
		runtime.GC()
		held = nil
		w.left.Range(func(_, name any) bool {
			held = append(held, name.(string))
			return true
		})
		if len(held) == 0 {
			return
		}
	}
	t.Errorf("%d contexts are still held, by a timer perhaps: %.1000q", len(held), held)
}

// sweepTimers has the runtime drop timers that were stopped. It does so when a quarter of its timers are such.
func sweepTimers() {
	var all sync.WaitGroup
	for range 4 * runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for range 256 {
				time.AfterFunc(time.Hour, func() {}).Stop()
			}
			<-time.After(time.Microsecond)
		})
	}
	all.Wait()
}
