package sandbox

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// RateLimit is a limit of requests in a window of time. A window starts with the first request after the last window.
// The zero value is no limit.
type RateLimit struct {
	Requests int           // most logins per window; 0: no limit
	Window   time.Duration // length of the window; 0: one minute
	Dialect  Dialect       // form of the 429

	// Documented means the limits of the service's document instead, each for one operation: bleepay's allows 5 logins
	// in 300 s, for example. Requests and Window do not count then. An operation without a documented limit has none.
	Documented bool
}

// Dialect is the form of a 429. RetryAfter, RetryAfterMS, IETF and NoHeaders are general forms; the others are what
// well-known servers really answer. After a 429 of NestJS or NestJSNamed, all requests are limited for a whole window.
type Dialect int

// These are the dialects of a 429.
const (
	RetryAfter    Dialect = iota // Retry-After in seconds, and the service's own JSON body
	RetryAfterMS                 // Retry-After-Ms in milliseconds alone, and the service's own JSON body
	Nginx                        // no header; HTML
	Laravel                      // Retry-After, X-RateLimit-Reset as epoch seconds; JSON
	ExpressLegacy                // the same headers; plain text
	ExpressDraft6                // Retry-After, RateLimit-Reset as delta seconds; plain text
	FlaskHTTPDate                // Retry-After as an HTTP date; HTML
	IETF                         // the later structured fields RateLimit and RateLimit-Policy alone; JSON
	NestJS                       // Retry-After, X-RateLimit-Reset as delta seconds; JSON
	NestJSNamed                  // the same of named limits: Retry-After-login, X-RateLimit-Reset-short; JSON
	NoHeaders                    // no header, and the service's own JSON body
)

var dialectNames = [...]string{
	"RetryAfter", "RetryAfterMS", "Nginx", "Laravel", "ExpressLegacy", "ExpressDraft6", "FlaskHTTPDate", "IETF",
	"NestJS", "NestJSNamed", "NoHeaders",
}

// Dialects returns all dialects.
func Dialects() []Dialect {
	all := make([]Dialect, len(dialectNames))
	for i := range all {
		all[i] = Dialect(i)
	}
	return all
}

// String returns the name of the dialect.
func (d Dialect) String() string {
	if d < 0 || int(d) >= len(dialectNames) {
		return "Dialect(" + strconv.Itoa(int(d)) + ")"
	}
	return dialectNames[d]
}

// window is the current window of a limit.
type window struct {
	ends time.Time // end on our clock, since a limiter measures time by a clock of its own
	used int       // requests so far
}

// limited counts a request against its limit, and answers it if the limit is exceeded.
func (s *world) limited(x *exchange) (answer, bool) {
	limit, wait := s.exceeded(x)
	if wait <= 0 {
		return answer{}, false
	}
	return s.tooMany(limit, wait), true
}

// exceeded counts a request against its limit, and returns the time until there is room again; 0: there is.
func (s *world) exceeded(x *exchange) (RateLimit, time.Duration) {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	limit, of := s.limitOf(x)
	if limit.Requests <= 0 {
		return limit, 0
	}
	w := s.windows[of]
	if !now.Before(w.ends) {
		w = window{ends: now.Add(limit.Window)}
	}
	w.used++
	if blocks := limit.Dialect == NestJS || limit.Dialect == NestJSNamed; blocks && w.used == limit.Requests+1 {
		w.ends = now.Add(limit.Window)
	}
	s.windows[of] = w
	if w.used <= limit.Requests {
		return limit, 0
	}
	return limit, w.ends.Sub(now)
}

// limitOf returns the limit of a request, and what shares it. mu is held.
func (s *world) limitOf(x *exchange) (limit RateLimit, of string) {
	limit = s.cfg.RateLimit
	switch {
	case limit.Documented:
		limit.Requests, limit.Window = x.quota.Requests, x.quota.Window
		return limit, x.route
	case !x.login:
		return RateLimit{}, ""
	case limit.Window <= 0:
		limit.Window = time.Minute
	}
	return limit, "logins"
}

// tooMany returns a 429 that asks to wait. It rounds up to whole seconds, so that a caller who waits that long is let
// in.
func (s *world) tooMany(limit RateLimit, wait time.Duration) answer {
	wait = max(wait, 0)
	seconds := ceilSeconds(wait)
	resets := s.now().Add(wait)
	if resets.Nanosecond() > 0 {
		resets = resets.Truncate(time.Second).Add(time.Second)
	}
	const text = "Too many requests, try again later."

	a := s.service.failure(http.StatusTooManyRequests)
	switch limit.Dialect {
	case Nginx, FlaskHTTPDate:
		a = htmlAnswer(http.StatusTooManyRequests)
	case ExpressLegacy, ExpressDraft6:
		a = plainAnswer(http.StatusTooManyRequests, "text/plain; charset=utf-8", text)
	}

	set := func(name string, value any) { a.header.Set(name, fmt.Sprint(value)) }
	switch limit.Dialect {
	case RetryAfter:
		set("Retry-After", seconds)
	case RetryAfterMS:
		set("Retry-After-Ms", int64((wait+time.Millisecond-1)/time.Millisecond))
	case Laravel, ExpressLegacy:
		set("X-RateLimit-Limit", limit.Requests)
		set("X-RateLimit-Remaining", 0)
		set("X-RateLimit-Reset", resets.Unix())
		set("Retry-After", seconds)
	case ExpressDraft6:
		set("RateLimit-Policy", fmt.Sprintf("%d;w=%d", limit.Requests, ceilSeconds(limit.Window)))
		set("RateLimit-Limit", limit.Requests)
		set("RateLimit-Remaining", 0)
		set("RateLimit-Reset", seconds)
		set("Retry-After", seconds)
	case FlaskHTTPDate:
		set("Retry-After", resets.UTC().Format(http.TimeFormat))
	case IETF:
		set("RateLimit-Policy", fmt.Sprintf(`"login";q=%d;w=%d`, limit.Requests, ceilSeconds(limit.Window)))
		set("RateLimit", fmt.Sprintf(`"login";r=0;t=%d`, seconds))
	case NestJS:
		set("Retry-After", seconds)
		set("X-RateLimit-Reset", seconds)
	case NestJSNamed:
		set("Retry-After-login", seconds)
		set("X-RateLimit-Reset-short", 1)
	}
	return a
}

func ceilSeconds(d time.Duration) int64 {
	seconds := int64(d / time.Second)
	if d%time.Second > 0 {
		seconds++
	}
	return seconds
}
