package wire

import (
	"context"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/latchkey-go/latchkey/client/internal/retryafter"
)

// Policy decides what follows a 429: CheckRetry whether there is another attempt, Backoff after which wait. Retry hands
// both to go-retryablehttp. Again asks both for a login, which must not wait within go-retryablehttp: it would hold a
// store's lock.
type Policy struct {
	Attempts int           // requests in all
	MaxWait  time.Duration // longest single wait

	CheckRetry retryablehttp.CheckRetry
	Backoff    retryablehttp.Backoff
}

// NewPolicy returns the Policy that waits as the server says, or else for a growing random time. A wait that is longer
// than maxWait, or not over before the context's deadline, is not begun.
func NewPolicy(attempts int, maxWait time.Duration) Policy {
	return Policy{Attempts: attempts, MaxWait: maxWait, CheckRetry: checkRetry(attempts, maxWait), Backoff: backoff}
}

// Again decides about a login that was answered 429, with the given header. Its 429s are counted in tries.
func (p Policy) Again(ctx context.Context, tries *Tries, header http.Header) (again bool, wait time.Duration) {
	ctx = tries.with(ctx)
	resp := &http.Response{
		StatusCode: http.StatusTooManyRequests,
		Header:     header,
		Body:       http.NoBody,
		Request:    (&http.Request{}).WithContext(ctx),
	}
	again, err := p.CheckRetry(ctx, resp, nil)
	return again && err == nil, p.Backoff(0, p.MaxWait, tries.count-1, resp)
}

// Tries is the state of one request, or of one login. It reaches the functions of a Policy in their context, since
// go-retryablehttp tells CheckRetry neither the attempt nor the wait.
type Tries struct {
	Earlier int           // 429s before the first attempt: the growing wait goes on from them
	Hint    time.Duration // wait for a 429 whose header names none; 0: a growing one

	count int           // 429s since then
	wait  time.Duration // what CheckRetry decided on, for Backoff
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

// checkRetry returns a CheckRetry that allows another attempt after a 429, and after nothing else.
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
		if wait <= 0 {
			wait = growing(maxWait, t.Earlier+t.count)
		}
		t.wait = wait
		t.count++
		deadline, limited := ctx.Deadline()
		if t.count >= attempts || wait > maxWait || limited && time.Until(deadline) <= wait {
			return false, nil
		}
		Drain(resp.Body)
		resp.Body = http.NoBody // go-retryablehttp would read it, for however long that takes
		return true, nil
	}
}

// backoff is a retryablehttp.Backoff: the wait that CheckRetry decided on.
func backoff(_, _ time.Duration, _ int, resp *http.Response) time.Duration {
	return triesOf(resp.Request.Context()).wait
}

// growing returns a wait where the server names none: full jitter, so that many clients do not come back at once.
// attempt counts from 0.
func growing(longest time.Duration, attempt int) time.Duration {
	return rand.N(min(time.Second<<min(attempt, 16), longest)) + 1
}
