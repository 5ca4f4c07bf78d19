package client

import "time"

// Status is the state of a Client at one moment. It holds no secret.
type Status struct {
	TokenReceived    time.Time // when the current token was received; zero: there is none
	Expiry           time.Time // when it expires, by our clock; zero: unknown, or there is none
	NextRefresh      time.Time // from when on a call renews it; zero: never, or there is none
	RefusedUntil     time.Time // refused credentials are not sent again before; zero: not latched
	RateLimitedUntil time.Time // a rate limit keeps logins off until then; zero: it does not

	// Counters since New. What happens all the time (a call that finds a token) is not counted.
	Logins      int64 // that gave a token
	SharedWaits int64 // calls that waited for a login which another call had started
	Refreshes   int64 // logins begun before the token expired, while callers went on with it
	Failures    int64 // logins that gave an error, refused and rate limited ones included
	Replays     int64 // requests sent again after a 401
	RateLimited int64 // 429 answers to logins
}
