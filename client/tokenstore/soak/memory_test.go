package soak_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"time"
)

// memory is a sample of what a worker has.
type memory struct {
	At         int64 // Unix, in nanoseconds
	Heap       int   // bytes that are in use after a collection
	Resident   int   // bytes, of Linux's word; 0: unknown
	Goroutines int
}

// samples tells of the memory until ctx is done.
func (w *worker) samples(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			m := sample()
			w.tell(news{Memory: &m})
		case <-ctx.Done():
			return
		}
	}
}

func sample() memory {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	m := memory{At: time.Now().UnixNano(), Heap: int(stats.HeapAlloc), Goroutines: runtime.NumGoroutine()}
	var size, resident int
	if text, err := os.ReadFile("/proc/self/statm"); err == nil {
		_, _ = fmt.Sscan(string(text), &size, &resident)
		m.Resident = resident * os.Getpagesize()
	}
	return m
}

// half is what a worker had in one half of the soak, by medians.
type half struct{ heap, resident, goroutines int }

func newHalf(samples []memory) half {
	median := func(of func(memory) int) int {
		values := make([]int, len(samples))
		for i, m := range samples {
			values[i] = of(m)
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	return half{
		median(func(m memory) int { return m.Heap }),
		median(func(m memory) int { return m.Resident }),
		median(func(m memory) int { return m.Goroutines }),
	}
}

const mib = 1 << 20

// grows says what is more in the second half than in the first one, or "". A heap that holds a buffer more at one time
// than at another differs by less than a MiB. What a process has resident goes up in steps of the runtime's 4 MiB, and
// the derivation of a key takes 19 MiB that come back late. Each idle connection has two goroutines, and the workers
// have some at each service.
func (h half) grows(after half) string {
	switch {
	case after.heap > h.heap+h.heap/10+mib:
		return "the heap"
	case after.resident > h.resident+h.resident/10+8*mib:
		return "the resident memory"
	case after.goroutines > h.goroutines+h.goroutines/10+2*callersEach:
		return "the goroutines"
	default:
		return ""
	}
}

func (h half) String() string {
	return fmt.Sprintf("heap %5.2f MiB, resident %5.1f MiB, %3d goroutines",
		float64(h.heap)/mib, float64(h.resident)/mib, h.goroutines)
}
