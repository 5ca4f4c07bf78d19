// Package clock tells when a time is over on a machine that sleeps, or whose clock is set. While a machine sleeps its
// monotonic clock stands still on many systems, and a wall clock may jump. A time is over when one of them says so: a
// clock that is set back, or stands still, makes nothing last longer. If a machine sleeps and its clock is set back, too,
// before anybody looks, neither clock tells.
package clock

import (
	"math"
	"time"
)

// Reading is what both clocks show, in nanoseconds: the monotonic one since a start in the past, the wall clock since
// 1970.
type Reading struct{ Mono, Wall int64 }

// start is long before the year 2000, in which the clock of testing/synctest begins.
var start = longBefore(time.Now())

func longBefore(now time.Time) time.Time { return now.Add(-50 * 365 * 24 * time.Hour) }

// Never is the reading that never comes.
var Never = Reading{math.MaxInt64, math.MaxInt64}

// Read reads both clocks from a time of [time.Now].
func Read(now time.Time) Reading { return Reading{Mono(now), now.UnixNano()} }

// Mono reads the monotonic clock from a time of time.Now.
func Mono(now time.Time) int64 { return int64(now.Sub(start)) }

// Before reports whether neither clock has reached the end.
func (r Reading) Before(end Reading) bool { return r.Mono < end.Mono && r.Wall < end.Wall }

// Add returns the reading after a time without sleep. d may be negative. A reading beyond the year 2262 is Never's.
func (r Reading) Add(d time.Duration) Reading { return Reading{sum(r.Mono, d), sum(r.Wall, d)} }

func sum(clock int64, d time.Duration) int64 {
	return min(clock, math.MaxInt64-int64(max(d, 0))) + int64(d)
}

// Until returns the time that is left until the end by the clock that shows less.
func (r Reading) Until(end Reading) time.Duration {
	return time.Duration(min(end.Mono-r.Mono, end.Wall-r.Wall))
}

// Earlier returns for each clock the earlier of two readings.
func Earlier(a, b Reading) Reading { return Reading{min(a.Mono, b.Mono), min(a.Wall, b.Wall)} }
