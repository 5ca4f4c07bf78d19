// Package expiry tells how long a token lives, and when it is renewed.
package expiry

import (
	"math/rand/v2"
	"time"
)

// Share is the part of a token's life at whose end it is renewed: the last tenth, at most the last 5 minutes.
const Share = 10

const longest = 5 * time.Minute

// Life returns how long a token lives after its receipt, measured on the service's own clock, so that a wrong clock on
// either side does no harm. end is its expiry. issued is a JWT's iat, and date the Date of the answer; both may be
// zero. Either may be a late one, since servers repeat tokens and Dates: the shorter life counts. received, by our own
// clock, counts if there is neither. The life is zero or less if the token was over on arrival.
func Life(end, issued, date, received time.Time) time.Duration {
	if issued.IsZero() && date.IsZero() {
		return end.Sub(received)
	}
	var shortest time.Duration
	for _, then := range []time.Time{date, issued} {
		life := end.Sub(then)
		if life < 20*time.Second && then.Nanosecond() == 0 {
			// In whole seconds: up to one was over. A longer life's last second is not used up, since it is renewed.
			life -= min(time.Second, life/2)
		}
		if !then.IsZero() && life > 0 && (shortest == 0 || life < shortest) {
			shortest = life
		}
	}
	return shortest
}

// End returns when a token ends: at its expiry, which may be zero, and maxAge after its receipt at most; 0: at any age.
// An expiry that is over says nothing, and a token that is too old on arrival counts as new. Zero means never.
func End(expiry, received time.Time, maxAge time.Duration, now time.Time) time.Time {
	if !expiry.After(now) {
		expiry = time.Time{}
	}
	if maxAge <= 0 {
		return expiry
	}
	byAge := received.Add(maxAge)
	if !byAge.After(now) {
		byAge = now.Add(maxAge)
	}
	if expiry.IsZero() || byAge.Before(expiry) {
		return byAge
	}
	return expiry
}

// Early returns how long before its end a token is renewed. took is what the last login took.
func Early(life, took time.Duration) time.Duration {
	window := min(life/Share, longest)
	// Jitter of ±10 %, so that clients which started together do not always log in together.
	window = time.Duration(float64(window) * (0.9 + 0.2*rand.Float64()))
	// Logins are so slow: nobody shall wait for one. But most of its life a token is just used.
	return max(window, min(2*took, life-life/Share))
}
