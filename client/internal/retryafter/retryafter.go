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
// is below [Shortest], in the past or impossibly long counts as none. Of a repeated value the longest counts. Times are
// measured from the response's Date, or from now if it has none.
//
// Retry-After-Ms comes first, since it is finer, then Retry-After, then those of named limits, as Retry-After-login, or
// of other spellings, as X-Retry-After. Then come RateLimit-Reset, X-RateLimit-Reset and others of their kind, and at
// last RateLimit.
func Parse(h http.Header, now time.Time) (wait time.Duration, ok bool) {
	now = sent(h, now)
	for _, read := range []func() (time.Duration, bool){
		func() (time.Duration, bool) { return RetryAfter(h, now) },
		func() (time.Duration, bool) { return named(h, now, "retry-after", "ratelimit-retry-after") },
		func() (time.Duration, bool) { return header(h, "RateLimit-Reset", now) },
		func() (time.Duration, bool) { return header(h, "X-RateLimit-Reset", now) },
		func() (time.Duration, bool) { return named(h, now, "ratelimit-reset") },
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
	if wait, ok := values(h.Values("Retry-After-Ms"), milliseconds); ok {
		return wait, true
	}
	return header(h, "Retry-After", sent(h, now))
}

// sent returns the time of a response by the server's clock, or now if it names none.
func sent(h http.Header, now time.Time) time.Time {
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		return date
	}
	return now
}

func header(h http.Header, name string, now time.Time) (time.Duration, bool) {
	return values(h.Values(name), func(value string) (time.Duration, bool) { return wait(value, now) })
}

// named returns the longest wait of the headers whose names are those in another spelling, or begin so and go on with
// the name of a limit. A limit of which something remains is not the one that was met.
func named(h http.Header, now time.Time, names ...string) (longest time.Duration, ok bool) {
	for spelt, all := range h {
		family := strings.ReplaceAll(strings.TrimPrefix(strings.ToLower(spelt), "x-"), "rate-limit", "ratelimit")
		for _, name := range names {
			suffix, is := strings.CutPrefix(family, name)
			if !is || suffix != "" && suffix[0] != '-' || remains(h, spelt) {
				continue
			}
			read := func(value string) (time.Duration, bool) { return wait(value, now) }
			if strings.HasSuffix(suffix, "-ms") {
				read = milliseconds
			}
			if wait, sane := values(all, read); sane {
				longest, ok = max(longest, wait), true
			}
		}
	}
	return longest, ok
}

// remains reports whether something is left of the limit that a header named …Reset… is about.
func remains(h http.Header, spelt string) bool {
	at := strings.Index(strings.ToLower(spelt), "reset")
	if at < 0 {
		return false
	}
	left, err := strconv.ParseFloat(h.Get(spelt[:at]+"remaining"+spelt[at+len("reset"):]), 64)
	return err == nil && left > 0
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
