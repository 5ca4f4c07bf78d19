package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/await"
	"github.com/latchkey-go/latchkey/client/internal/retryafter"
	"github.com/latchkey-go/latchkey/client/internal/wire"
)

const (
	// loginLimit is how long one call of a Login may take. Waits after a 429 and a pending Secret are not counted.
	loginLimit = 30 * time.Second
	// maxLoginResponse bounds a login's response, in bytes: one more than loginkit takes, so that it can tell.
	maxLoginResponse = 1<<20 + 1
)

// sender calls a Login.
type sender struct {
	login   Login
	account Account
	wire    http.RoundTripper
	policy  wire.Policy
}

// send calls the Login within its limit, and asks the policy about a 429. ctx has the values that the Login sees, and
// no deadline. tries counts the 429s.
func (s sender) send(ctx context.Context, secret string, tries *wire.Tries) outcome {
	answers := &wire.Answers{Base: s.wire}
	hc := &http.Client{Transport: wire.Limit{Base: answers, Bytes: maxLoginResponse}, CheckRedirect: wire.FollowNone}
	limited, cancel := context.WithTimeout(ctx, loginLimit)
	defer cancel()
	began := time.Now()
	token, err := await.Do(limited, "Login", func(ctx context.Context) (Token, error) {
		return s.login.Login(ctx, hc, secret)
	}, nil)
	switch {
	case err != nil && limited.Err() != nil:
		err = &LoginError{
			Service: s.account.Service, Method: s.account.Method, Kind: ErrUnavailable,
			Message: fmt.Sprintf("no answer within %d s", int(loginLimit.Seconds())), Err: limited.Err(),
		}
	case err == nil && token.Value() == "":
		err = &LoginError{
			Service: s.account.Service, Method: s.account.Method, Kind: ErrUnexpectedResponse,
			Err: errors.New("the Login returned neither token nor error"),
		}
	default:
		err = harmless(err, s.account, secret)
	}
	last := answers.Last()
	o := outcome{
		token: token, secret: secret, err: err,
		sent: true, took: time.Since(began), tooMany: last.TooMany,
	}
	if o.err != nil {
		s.limits(ctx, &o, last, tries)
	}
	return o
}

// limits adds to the outcome of a failed login what limits the next one: a rate limit, by the last answer or by the
// Login's own word, or another answer's Retry-After.
func (s sender) limits(ctx context.Context, o *outcome, last wire.Answer, tries *wire.Tries) {
	limit, limited := rateLimit(o.err)
	switch {
	case limited:
	case last.Status == http.StatusTooManyRequests && !refused(o.err): // the Login does not tell a 429 from others
		limit = &RateLimitError{Err: o.err}
	default:
		o.retryAfter, _ = retryafter.RetryAfter(last.Header, last.Received)
		return
	}
	if last.Status != http.StatusTooManyRequests { // the Login has sent its request by other ways than ours
		last.Header, last.Received = nil, time.Now()
		o.tooMany++
	}
	tries.Hint = limit.RetryAfter
	again, wait, named := s.policy.Again(ctx, tries, last.Header)
	o.limit = &limitation{
		cause: limit.Err, again: again, wait: max(wait-time.Since(last.Received), 1), named: named || limit.Named,
	}
}
