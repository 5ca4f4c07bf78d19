package client

import (
	"cmp"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/wire"
)

// RetryPolicy decides about 429s, for logins and API requests alike. Nothing else is repeated: after a 5xx or a network
// error the service may have acted on the request. (But [net/http] repeats a GET if its connection was closed.)
//
// The wait is the server's: Retry-After in seconds or as a date, Retry-After-Ms, RateLimit-Reset, X-RateLimit-Reset,
// RateLimit, and those of named limits, such as Retry-After-login, if nothing is said to remain of the limit. A login
// built with loginkit also reads it from the answer's words. Otherwise a request waits 1 s, doubling to MaxWait, and a
// login 5 s, doubling to 40 s, each up to a fifth less at random. The 429 comes back at once if the wait is over MaxWait
// or past the deadline, if all attempts are used, or if the body cannot be sent again (no GetBody).
// With SharedWait, IDs in a path do not count. After the wait one request goes first, the others after its answer. A
// wait that is too long is not begun.
type RetryPolicy struct {
	Attempts   int           // requests in all; 0: 4; 1: never repeat
	MaxWait    time.Duration // longest single wait; 0: 30 s
	SharedWait bool          // a 429 to an API request holds back later ones of its method and path
}

// policy returns the functions that decide, with the defaults filled in.
func (p RetryPolicy) policy() wire.Policy {
	return wire.NewPolicy(cmp.Or(p.Attempts, 4), cmp.Or(p.MaxWait, 30*time.Second), p.SharedWait)
}
