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
