package await_test

import (
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/await"
)

func TestTellerCallsNothingMoreWhileACallIsBlocked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		teller := await.NewTeller(time.Second)
		called, began := 0, time.Now()
		teller.Tell(func() { called++ })
		teller.Tell(func() { panic("no") })
		teller.Tell(runtime.Goexit)
		if time.Since(began) != 0 {
			t.Errorf("%s for calls that return at once", time.Since(began))
		}
		teller.Tell(func() { time.Sleep(time.Minute) })
		if time.Since(began) != time.Second {
			t.Errorf("%s for a call that blocks", time.Since(began))
		}
		teller.Tell(func() { called++ })
		time.Sleep(2 * time.Minute)
		teller.Tell(func() { called++ })
		if called != 2 {
			t.Errorf("%d calls; want all but the one meanwhile", called)
		}
	})
}

// A call that panics, or ends its goroutine, after the limit is over is not blocked any more.
func TestP9TellerGoesOnAfterACallThatPanicsLate(t *testing.T) {
	for name, ends := range map[string]func(){
		"returns": func() {}, "panics": func() { panic("no") }, "ends its goroutine": runtime.Goexit,
	} {
		for _, takes := range []time.Duration{time.Second, time.Minute} {
			t.Run(name+" after "+takes.String(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					teller := await.NewTeller(time.Second)
					teller.Tell(func() { time.Sleep(takes); ends() })
					time.Sleep(time.Hour)
					called := false
					teller.Tell(func() { called = true })
					if !called {
						t.Error("nothing more is told, though nothing is blocked")
					}
				})
			})
		}
	}
}

// All calls that come at once are made, and none of them takes more than its time.
func TestTellerMakesAllCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		teller := await.NewTeller(time.Second)
		var called atomic.Int64
		for range 1000 {
			go teller.Tell(func() { called.Add(1); time.Sleep(time.Millisecond) })
		}
		time.Sleep(time.Minute)
		if called.Load() != 1000 {
			t.Errorf("%d calls; want 1000", called.Load())
		}
	})
}

// A call that causes the next one, and so on, ends when its time is over.
func TestTellerOfCallsThatCauseTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		teller := await.NewTeller(time.Second)
		var called atomic.Int64
		var next func()
		next = func() {
			called.Add(1)
			teller.Tell(next)
		}
		began := time.Now()
		teller.Tell(next)
		if took := time.Since(began); took != time.Second || called.Load() > 100 {
			t.Errorf("%d calls in %s; want a few, and 1 s", called.Load(), took)
		}
		synctest.Wait() // fails if a goroutine is left
	})
}
