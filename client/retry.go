package client

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"github.com/hashicorp/go-retryablehttp"
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

func (p RetryPolicy) withDefaults() RetryPolicy {
	if p.Attempts <= 0 {
		p.Attempts = 4
	}
	if p.MaxWait <= 0 {
		p.MaxWait = 30 * time.Second
	}
	return p
}

// backoff returns the wait where the server names none: full jitter, so that many clients do not come back at
// once. attempt counts from 0.
func (p RetryPolicy) backoff(attempt int) time.Duration {
	ceiling := min(time.Second<<min(attempt, 16), p.MaxWait)
	return rand.N(ceiling) + 1
}

// retryTransport repeats requests that were answered 429, by its policy. It streams: bodies are never buffered.
type retryTransport struct {
	base    http.RoundTripper
	policy  RetryPolicy
	limited func(wait time.Duration, retried bool) // told of each 429 before the wait; may be nil
	before  func() int                             // how many 429s there were in a row before a request; may be nil
}

func newRetryTransport(base http.RoundTripper, policy RetryPolicy) *retryTransport {
	return &retryTransport{base: base, policy: policy.withDefaults()}
}

func (t *retryTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.base.RoundTrip(req)
	if err != nil || resp.StatusCode != http.StatusTooManyRequests {
		return resp, err
	}
	return t.retry(req, resp)
}

// retry hands a request that was answered 429 to go-retryablehttp, whose first try gets that answer.
func (t *retryTransport) retry(req *http.Request, tooMany *http.Response) (*http.Response, error) {
	tries := &tries{
		retryTransport: t,
		answered:       tooMany,
		rewinds:        req.Body == nil || req.Body == http.NoBody || req.GetBody != nil,
	}
	if t.before != nil {
		tries.earlier = t.before()
	}
	retrying := &retryablehttp.Client{
		HTTPClient: &http.Client{
			Transport:     tries,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		RetryMax:     t.policy.Attempts - 1,
		CheckRetry:   tries.check,
		Backoff:      func(_, _ time.Duration, _ int, _ *http.Response) time.Duration { return tries.wait },
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
		PrepareRetry: rewind,
	}
	// The Request is made by hand, since FromRequest copies every body into memory.
	resp, err := retrying.Do(&retryablehttp.Request{Request: req})
	if err != nil && resp != nil { // its body could not be sent again after all
		_ = resp.Body.Close()
		resp = nil
	}
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		// The http.Client that we are the transport of wraps it again.
		err = wrapped.Err
	}
	return resp, err
}

// tries is the state of one request that was answered 429.
type tries struct {
	*retryTransport
	answered *http.Response // what the first try gets
	rewinds  bool
	count    int           // answers so far
	earlier  int           // 429s in a row before the first
	wait     time.Duration // before the next one
}

func (t *tries) RoundTrip(req *http.Request) (*http.Response, error) {
	if resp := t.answered; resp != nil {
		t.answered = nil
		return resp, nil
	}
	return t.base.RoundTrip(req)
}

// check decides whether the request is sent again. It alone knows the wait, so that it can refuse one that the
// caller's deadline does not allow.
func (t *tries) check(ctx context.Context, resp *http.Response, err error) (bool, error) {
	if err != nil || resp.StatusCode != http.StatusTooManyRequests {
		return false, nil //nolint:nilerr // the error comes back to the caller as it is
	}
	wait, named := retryAfter(resp.Header, time.Now())
	if !named {
		wait = t.policy.backoff(t.earlier + t.count)
	}
	t.count++
	retry := t.rewinds && t.count < t.policy.Attempts && wait <= t.policy.MaxWait && ctx.Err() == nil
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= wait {
		retry = false
	}
	if t.limited != nil {
		t.limited(wait, retry)
	}
	t.wait = wait
	if retry {
		drain(resp.Body)
		resp.Body = http.NoBody // go-retryablehttp reads it, for however long that takes
	}
	return retry, nil
}

// drain reads a little of an answer that nobody wants, so that the connection can be used again, for no longer than
// that is worth.
func drain(body io.ReadCloser) {
	defer time.AfterFunc(time.Second, func() { _ = body.Close() }).Stop()
	_, _ = io.CopyN(io.Discard, body, 4096)
	_ = body.Close()
}

// rewind gives a repeated request a body of its own.
func rewind(req *http.Request) error {
	if req.GetBody == nil {
		return nil
	}
	body, err := req.GetBody()
	if err != nil {
		return err
	}
	req.Body = body
	return nil
}
