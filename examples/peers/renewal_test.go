package peers

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// nobodyWaits has a caller that asks every second, for two hours, in which tokens of an hour end and a login takes a
// second. The time is that of synctest.
func nobodyWaits(t *testing.T, p peer) cell {
	var longest time.Duration
	synctest.Test(t, func(t *testing.T) {
		w := &world{newAuthority(), new(service)}
		w.takes = time.Second
		token := p.open(t, w).token
		if err := token(t.Context()); err != nil {
			t.Fatal(err)
		}
		for range 2 * lifetime / time.Second {
			time.Sleep(time.Second)
			start := time.Now()
			if err := token(t.Context()); err != nil {
				t.Error(err)
			}
			longest = max(longest, time.Since(start))
		}
		if w.logins.Load() < 2 {
			t.Errorf("%s: %d logins", p.name, w.logins.Load())
		}
		time.Sleep(time.Minute) // for a renewal that is under way
	})
	return yesNo(longest == 0, fmt.Sprintf("longest wait %v", longest))
}
