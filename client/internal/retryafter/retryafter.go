// Package retryafter reads from a response how long the server asks to wait, in all the ways that servers say it.
package retryafter

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Parse reads from a 429's header how long the server asks to wait. ok is false if no header has a sane value: one that
// is below [Shortest], in the past or impossibly long counts as none. Retry-After-Ms comes first, since it is finer,
// then Retry-After, then the others. Times are measured from the response's Date, or from now if it has none.
func Parse(h http.Header, now time.Time) (wait time.Duration, ok bool) {
	now = sent(h, now)
	for _, read := range []func() (time.Duration, bool){
		func() (time.Duration, bool) { return RetryAfter(h, now) },
		func() (time.Duration, bool) { return deltaOrEpoch(h.Get("RateLimit-Reset"), now) },
		func() (time.Duration, bool) { return deltaOrEpoch(h.Get("X-RateLimit-Reset"), now) },
		func() (time.Duration, bool) { return structuredRateLimit(h.Values("RateLimit")) },
	} {
		if wait, ok := read(); ok {
			return wait, true
		}
	}
	return 0, false
}

// RetryAfter reads Retry-After-Ms and Retry-After, which count in any response. The others stand in many that are not
// limited.
func RetryAfter(h http.Header, now time.Time) (wait time.Duration, ok bool) {
	if wait, ok := milliseconds(h.Get("Retry-After-Ms")); ok {
		return wait, true
	}
	return secondsOrDate(h.Get("Retry-After"), sent(h, now))
}

// sent returns the time of a response by the server's clock, or now if it names none.
func sent(h http.Header, now time.Time) time.Time {
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		return date
	}
	return now
}

// Shortest and longestSane are the shortest and the longest wait that is believed. A shorter one is less than a request
// takes: whoever obeyed it would send all requests at once.
const (
	Shortest    = 10 * time.Millisecond
	longestSane = 366 * 24 * time.Hour
)

func sane(seconds float64) (time.Duration, bool) {
	if math.IsNaN(seconds) || seconds < Shortest.Seconds() || seconds > longestSane.Seconds() {
		return 0, false
	}
	return time.Duration(seconds * float64(time.Second)), true
}

func milliseconds(value string) (time.Duration, bool) {
	ms, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil {
		return 0, false
	}
	return sane(ms / 1000)
}

// secondsOrDate reads Retry-After (RFC 9110, section 10.2.3).
func secondsOrDate(value string, now time.Time) (time.Duration, bool) {
	if date, err := http.ParseTime(strings.TrimSpace(value)); err == nil {
		return sane(date.Sub(now).Seconds())
	}
	return deltaOrEpoch(value, now)
}

// deltaOrEpoch reads a number of seconds from now, of seconds since the epoch, or of milliseconds since the epoch.
// Servers use all three; their ranges are years apart.
func deltaOrEpoch(value string, now time.Time) (time.Duration, bool) {
	number, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil {
		return 0, false
	}
	if number >= 1e12 {
		number /= 1000
	}
	if number >= 1e9 {
		number -= float64(now.UnixMilli()) / 1000
	}
	return sane(number)
}

// structuredRateLimit reads the field RateLimit of the IETF's drafts. Later drafts have `"name";r=0;t=60` per policy:
// only exhausted policies count, if there are any. Earlier ones have `limit=2, remaining=0, reset=60`.
func structuredRateLimit(values []string) (time.Duration, bool) {
	var exhausted, longest float64
	for item := range strings.SplitSeq(strings.Join(values, ","), ",") {
		remaining, reset := math.NaN(), math.NaN()
		for parameter := range strings.SplitSeq(item, ";") {
			name, value, _ := strings.Cut(strings.TrimSpace(parameter), "=")
			number, err := strconv.ParseFloat(value, 64)
			if err != nil {
				continue
			}
			switch name {
			case "r":
				remaining = number
			case "t", "reset":
				reset = number
			}
		}
		if reset > longest {
			longest = reset
		}
		if remaining == 0 && reset > exhausted {
			exhausted = reset
		}
	}
	if exhausted > 0 {
		return sane(exhausted)
	}
	return sane(longest)
}
