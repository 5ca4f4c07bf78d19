package wire

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/latchkey-go/latchkey/client/internal/retryafter"
)

// Policy decides what follows a 429. CheckRetry decides whether there is another attempt, and Backoff tells the wait
// before it. [Retry] hands both to go-retryablehttp. Again asks both about a login, which must not wait within
// go-retryablehttp: it would hold a store's lock through the wait.
//
// A Policy is safe for concurrent use by multiple goroutines.
type Policy struct {
	Attempts int           // most requests in all
	MaxWait  time.Duration // longest single wait
	Shared   bool          // requests wait for each other's 429s

	CheckRetry retryablehttp.CheckRetry
	Backoff    retryablehttp.Backoff
}

// NewPolicy returns a Policy that waits as long as the server says, or else for a growing random time. It begins no
// wait that is longer than maxWait or that would outlast the context's deadline. With shared, requests of a class of
// route wait for each other's 429s, too.
func NewPolicy(attempts int, maxWait time.Duration, shared bool) Policy {
	return Policy{
		Attempts: attempts, MaxWait: maxWait, Shared: shared, CheckRetry: checkRetry(attempts, maxWait), Backoff: backoff,
	}
}

// Again decides about a login that was answered 429 with the given header, and counts the 429 in tries. wait tells how
// long logins are limited, even if again is false, and named whether the server has said so.
func (p Policy) Again(ctx context.Context, tries *Tries, header http.Header) (again bool, wait time.Duration, named bool) {
	ctx = tries.with(ctx)
	resp := &http.Response{
		StatusCode: http.StatusTooManyRequests,
		Header:     header,
		Body:       http.NoBody,
		Request:    (&http.Request{}).WithContext(ctx),
	}
	again, err := p.CheckRetry(ctx, resp, nil)
	return again && err == nil, p.Backoff(0, p.MaxWait, tries.count-1, resp), tries.named
}

// Tries is the state of one request or of one login. It reaches the functions of a Policy in their context, since
// go-retryablehttp does not tell CheckRetry the number of attempts. It is for one goroutine at a time.
type Tries struct {
	Hint   time.Duration // wait if the header names none; below retryafter.Shortest: a growing one
	InARow int           // number of 429s in a row, from which the growing wait goes on

	first, longest time.Duration // growing wait after the first 429, and after many; 0: 1 s, and the policy's MaxWait
	count          int           // number of 429s to this request or login
	wait           time.Duration // decision of CheckRetry, for Backoff
	named          bool          // the header names the wait
}

// LoginTries returns the Tries of a login. Logins are limited to a few in a minute or more, other requests to many in a
// second or more: without a hint a login waits 5 s, doubling to 40 s.
func LoginTries() Tries {
	return Tries{first: 5 * time.Second, longest: 40 * time.Second}
}

type triesKey struct{}

func (t *Tries) with(ctx context.Context) context.Context {
	return context.WithValue(ctx, triesKey{}, t)
}

func triesOf(ctx context.Context) *Tries {
	if t, ok := ctx.Value(triesKey{}).(*Tries); ok {
		return t
	}
	return &Tries{}
}

// checkRetry returns a CheckRetry that allows another attempt only after a 429.
func checkRetry(attempts int, maxWait time.Duration) retryablehttp.CheckRetry {
	return func(ctx context.Context, resp *http.Response, err error) (bool, error) {
		if err != nil || resp.StatusCode != http.StatusTooManyRequests {
			return false, nil //nolint:nilerr // the error comes back to the caller as it is
		}
		t := triesOf(ctx)
		wait, named := retryafter.Parse(resp.Header, time.Now())
		if !named {
			wait = t.Hint
		}
		if wait < retryafter.Shortest {
			wait = retryafter.Growing(cmp.Or(t.first, time.Second), cmp.Or(t.longest, maxWait), t.InARow)
		}
		t.wait, t.named = wait, named
		t.count++
		t.InARow++
		deadline, limited := ctx.Deadline()
		if t.count >= attempts || wait > maxWait || limited && time.Until(deadline) <= wait {
			return false, nil
		}
		Drain(resp.Body)
		resp.Body = http.NoBody // go-retryablehttp would read it without a limit of time
		return true, nil
	}
}

// backoff is a retryablehttp.Backoff. It returns the wait that CheckRetry decided on.
func backoff(_, _ time.Duration, _ int, resp *http.Response) time.Duration {
	return triesOf(resp.Request.Context()).wait
}
