package client

import (
	"cmp"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/wire"
)

// RetryPolicy says what is done about a 429, for logins and for API requests alike. Nothing else is ever
// repeated: neither a 5xx nor a network error, since the service may have acted on the request, and becard
// answers 500 to a caller's mistake. (net/http by itself sends a GET again whose kept-alive connection turns out to be
// closed.)
//
// The wait is the server's where it names one (Retry-After in seconds or as a date, Retry-After-Ms, RateLimit-Reset,
// X-RateLimit-Reset, RateLimit), else a random one that grows: up to 1 s, 2 s, 4 s and so on, at most MaxWait.
// A wait over MaxWait or past the context's deadline is not begun: the 429 comes back at once, intact. So it
// does when attempts are used up, and when the request has a body that cannot be sent again (no GetBody).
type RetryPolicy struct {
	Attempts int           // requests in all; 0: 4; 1: never repeat
	MaxWait  time.Duration // longest single wait; 0: 30 s
}

// policy returns what decides by it, with the defaults filled in.
func (p RetryPolicy) policy() wire.Policy {
	return wire.NewPolicy(cmp.Or(p.Attempts, 4), cmp.Or(p.MaxWait, 30*time.Second))
}
