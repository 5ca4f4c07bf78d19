package await_test

import (
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/await"
)

func TestTellerCallsNothingMoreWhileACallIsBlocked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		teller := &await.Teller{Limit: time.Second}
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
					teller := &await.Teller{Limit: time.Second}
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
