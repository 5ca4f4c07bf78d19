// Package retryafter reads from a response how long the server asks to wait, in all the ways that servers say it.
package retryafter

import (
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/lazy"
)

// Parse reads from a 429's header how long the server asks to wait. ok is false if no header has a sane value: one that
// is below [Shortest], in the past or impossibly long counts as none. Of a repeated value the longest counts. Times are
// measured from the response's Date, or from now if it has none.
//
// Retry-After-Ms comes first, since it is finer, then Retry-After, then those of named limits, as Retry-After-login, or
// of other spellings, as X-Retry-After or X-Ms-Retry-After-Ms. Then come RateLimit-Reset, X-RateLimit-Reset and others
// of their kind, and at last RateLimit.
//
// The reset of a limit counts only if nothing is said to remain of it. So there may be no wait though there are resets:
// GitHub names the reset of its usual limit, of which much remains, if another limit was met.
func Parse(h http.Header, now time.Time) (wait time.Duration, ok bool) {
	f := fieldsOf(h)
	now = f.sent(now)
	for _, read := range []func() (time.Duration, bool){
		func() (time.Duration, bool) { return f.retryAfter(now) },
		func() (time.Duration, bool) { return f.named(retryAfters(), now) },
		func() (time.Duration, bool) { return f.wait("ratelimit-reset", now) },
		func() (time.Duration, bool) { return f.wait("x-ratelimit-reset", now) },
		func() (time.Duration, bool) { return f.named(resets(), now) },
		func() (time.Duration, bool) { return structured(f["ratelimit"]) },
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
	f := fieldsOf(h)
	return f.retryAfter(f.sent(now))
}

// fields are the values of those fields of a header that may count, by names in lower case.
type fields map[string][]string

// Bounds of what is read: a server may send 10 MiB of header.
const (
	maxFields = 100
	maxLines  = 10   // of one name
	maxLength = 1000 // of one line, in bytes
	maxParts  = 20   // of one line
)

func fieldsOf(h http.Header) fields {
	f := fields{}
	for name, all := range h {
		if len(f) == maxFields {
			break
		}
		name = strings.ToLower(name)
		if name != "date" && !strings.Contains(name, "retry-after") && !strings.Contains(name, "limit") {
			continue
		}
		for _, value := range all[:min(len(all), maxLines)] {
			if len(value) <= maxLength {
				f[name] = append(f[name], value)
			}
		}
	}
	return f
}

// sent returns the time of a response by the server's clock, or now if it names none.
func (f fields) sent(now time.Time) time.Time {
	for _, value := range f["date"] {
		if t, ok := date(value); ok {
			return t
		}
	}
	return now
}

func (f fields) retryAfter(now time.Time) (time.Duration, bool) {
	if wait, ok := f.wait("retry-after-ms", now); ok {
		return wait, true
	}
	return f.wait("retry-after", now)
}

// retryAfters and resets match the names of named limits and other spellings: there may be the name of a limit or of a
// vendor in them, as in Retry-After-login, X-Rate-Limit-Reset, and Anthropic-RateLimit-Requests-Reset.
var (
	retryAfters = lazy.Regexp(`(?:^|-)retry-after(?:-|$)`)
	resets      = lazy.Regexp(`(?:^|-)rate-?limit(?:-.+)?-reset(?:-|$)`)
)

// named returns the longest wait of the fields whose names match.
func (f fields) named(names *regexp.Regexp, now time.Time) (longest time.Duration, ok bool) {
	for name := range f {
		if !names.MatchString(name) {
			continue
		}
		if wait, sane := f.wait(name, now); sane {
			longest, ok = max(longest, wait), true
		}
	}
	return longest, ok
}

// wait returns the wait that a field names, unless something remains of its limit.
func (f fields) wait(name string, now time.Time) (time.Duration, bool) {
	switch {
	case f.remains(name):
		return 0, false
	case strings.HasSuffix(name, "-ms"), strings.HasSuffix(name, "-milliseconds"):
		return longest(f[name], func(value string) (time.Duration, bool) { return milliseconds(value, now) })
	default:
		return longest(f[name], func(value string) (time.Duration, bool) { return wait(value, now) })
	}
}

// remains reports whether something remains of the limit that a field named …reset… is about.
func (f fields) remains(name string) bool {
	family, limit, is := strings.Cut(name, "reset")
	if !is {
		return false
	}
	for _, unit := range []string{"", "-ms", "-milliseconds", "-seconds", "-after", "-in", "-at"} {
		plain, is := strings.CutSuffix(limit, unit)
		if all := f[family+"remaining"+plain]; is && len(all) > 0 {
			return positive(all)
		}
	}
	return false
}

// positive reports whether a repeated value is more than zero in each place.
func positive(all []string) bool {
	for part := range strings.SplitSeq(strings.Join(all, ","), ",") {
		if n, err := number(part); err != nil || n <= 0 {
			return false
		}
	}
	return true
}
