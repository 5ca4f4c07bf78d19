package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/await"
	"github.com/latchkey-go/latchkey/client/internal/wire"
)

const (
	// loginLimit is how long one call of a Login may take. Waits after a 429 and a pending Secret are not counted.
	loginLimit = 30 * time.Second

	// maxLoginResponse bounds a login's response, in bytes: one more than loginkit takes, so that it can tell.
	maxLoginResponse = 1<<20 + 1
)

// send calls the Login within its limit, and asks the policy about a 429.
func (f *flight) send(secret string) outcome {
	c := f.cache
	answers := &answers{base: c.wire}
	hc := &http.Client{Transport: wire.Limit{Base: answers, Bytes: maxLoginResponse}, CheckRedirect: wire.FollowNone}
	ctx, cancel := context.WithTimeout(context.Background(), loginLimit)
	defer cancel()
	o := outcome{sent: true, secret: secret}
	o.token, o.err = await.Do(ctx, "Login", func(ctx context.Context) (Token, error) {
		return c.login.Login(ctx, hc, secret)
	}, nil)
	switch {
	case o.err != nil && ctx.Err() != nil:
		o.err = &LoginError{
			Service: c.account.Service, Method: c.account.Method, Kind: ErrUnavailable,
			Message: fmt.Sprintf("no answer within %d s", int(loginLimit.Seconds())), Err: ctx.Err(),
		}
	case o.err == nil && o.token.Value() == "":
		o.err = &LoginError{
			Service: c.account.Service, Method: c.account.Method, Kind: ErrUnexpectedResponse,
			Err: errors.New("the Login returned neither token nor error"),
		}
	}
	o.err = harmless(o.err, c.account, secret)
	f.rateLimited(&o, answers)
	return o
}

// rateLimited completes the outcome of a login that was rate limited: by its last answer, or by the Login's own word.
func (f *flight) rateLimited(o *outcome, a *answers) {
	header, received, tooMany := a.tooMany()
	o.tooMany = tooMany
	limit, limited := rateLimit(o.err)
	switch {
	case limited:
	case o.err != nil && header != nil && !refused(o.err): // the Login does not tell a 429 from other answers
		limit = &RateLimitError{Err: o.err}
	default:
		return
	}
	if header == nil { // the Login has sent its request by other ways than ours
		received, o.tooMany = time.Now(), tooMany+1
	}
	f.tries.Hint = limit.RetryAfter
	again, wait := f.cache.policy.Again(f.ctx, &f.tries, header)
	o.limit = &limitation{cause: limit.Err, again: again, wait: max(wait-time.Since(received), 1)}
}

// answers notes the 429s among the answers to a Login.
type answers struct {
	base http.RoundTripper

	mu       sync.Mutex
	count    int
	header   http.Header // of the last answer, if that was a 429
	received time.Time
}

func (a *answers) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := a.base.RoundTrip(req)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.header = nil
	if err == nil && resp.StatusCode == http.StatusTooManyRequests {
		a.count++
		a.header, a.received = resp.Header.Clone(), time.Now()
	}
	return resp, err
}

// tooMany returns the number of 429s, and the header of the last answer if that was one.
func (a *answers) tooMany() (header http.Header, received time.Time, count int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.header, a.received, a.count
}
