package peers

import (
	"fmt"
	"sync"
	"testing"
	"time"
)

const (
	callers   = 1000
	loginTime = 50 * time.Millisecond
)

// coldStart has callers that come at once to a library without a token, and returns how many logins they made.
func coldStart(tb testing.TB, p peer) int64 {
	w := &world{newAuthority(), new(service)}
	w.takes = loginTime
	token := p.open(tb, w).token
	start := make(chan struct{})
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			<-start
			if err := token(tb.Context()); err != nil {
				tb.Error(err)
			}
		})
	}
	close(start)
	all.Wait()
	return w.logins.Load()
}

func coldLogins(t *testing.T, p peer) cell {
	return cell{answer: fmt.Sprint(coldStart(t, p))}
}

// BenchmarkCold is 1,000 callers that come at once to a library without a token, where a login takes 50 ms.
func BenchmarkCold(b *testing.B) {
	for _, p := range peers {
		b.Run(p.name, func(b *testing.B) {
			var logins int64
			for b.Loop() {
				logins += coldStart(b, p)
			}
			b.ReportMetric(float64(logins)/float64(b.N), "logins/op")
		})
	}
}
