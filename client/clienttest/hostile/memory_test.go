package hostile_test

import (
	"math"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
)

// raced reports that the race detector runs. It needs memory of its own, so memory is not measured then.
var raced bool

// mostMemory is how much more a login may need, whatever comes.
const mostMemory = 4 << 20

// allocations returns how much was allocated so far. What is allocated in all is no less than what is held at once.
func allocations() uint64 { return metric("/gc/heap/allocs:bytes") }

func metric(name string) uint64 {
	sample := []metrics.Sample{{Name: name}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// wantLittleMemory plays a login again, up to three times, and checks how much memory is held at once. What else runs
// meanwhile adds to it, so the least counts.
func (n *network) wantLittleMemory(t *testing.T, s service, r row, act script, w *want) {
	t.Helper()
	least := int64(math.MaxInt64)
	for try := 0; try < 3 && least > mostMemory; try++ {
		n.used.transport.CloseIdleConnections()
		st := n.stage(s, r.tls)
		least = min(least, peak(func() { st.playLogin(t, r, act, w) }))
	}
	if least > mostMemory {
		t.Errorf("the login held %.1f MiB at once; want 4 at most", float64(least)/(1<<20))
	}
}

// peak returns how much more memory is held while f runs. The collector runs nearly all the time meanwhile.
func peak(f func()) int64 {
	defer debug.SetGCPercent(debug.SetGCPercent(1))
	runtime.GC()
	before := metric("/gc/heap/live:bytes")
	done, highest := make(chan struct{}), make(chan uint64)
	go func() {
		most := before
		for {
			most = max(most, metric("/gc/heap/live:bytes"))
			select {
			case <-done:
				highest <- most
				return
			default:
				runtime.Gosched()
			}
		}
	}()
	f()
	close(done)
	return int64(<-highest) - int64(before)
}
