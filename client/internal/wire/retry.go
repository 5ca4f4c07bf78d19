package wire

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/latchkey-go/latchkey/client/internal/lane"
	"github.com/latchkey-go/latchkey/client/internal/resend"
	"github.com/latchkey-go/latchkey/client/internal/retryafter"
	"github.com/latchkey-go/latchkey/client/internal/scrub"
)

// Retry repeats requests that are answered 429, as Policy says. It never buffers a body. A request whose body cannot be
// sent again is not repeated.
type Retry struct {
	Base   http.RoundTripper
	Policy Policy

	lanes *lane.Lanes // nil unless Policy.Shared
	limit func(ctx context.Context, wait time.Duration)
}

// NewRetry returns a Retry.
func NewRetry(base http.RoundTripper, policy Policy) *Retry {
	r := &Retry{Base: base, Policy: policy}
	if policy.Shared {
		r.lanes = lane.New(policy.MaxWait)
	}
	return r
}

// Telling returns a Retry that calls a function at each 429, with the wait that the server asks for, 0 if it asks for
// none. With a nil function it is the same Retry.
func (r *Retry) Telling(limit func(ctx context.Context, wait time.Duration)) *Retry {
	if limit == nil {
		return r
	}
	telling := *r
	telling.limit = limit
	return &telling
}

// RoundTrip implements http.RoundTripper. Its errors are one short line each.
func (r *Retry) RoundTrip(req *http.Request) (*http.Response, error) {
	turn, err := r.Enter(req)
	if err != nil {
		return nil, err
	}
	defer turn.Leave()
	resp, _, err := r.Send(req, turn)
	return resp, scrub.OneLine(err)
}

// Enter waits until it is a request's turn, if Policy.Shared. The caller then calls Send, and Leave in any case. The
// error is the context's.
func (r *Retry) Enter(req *http.Request) (*lane.Turn, error) {
	turn, err := r.lanes.Enter(req)
	if err != nil {
		CloseBody(req)
		return nil, err
	}
	return turn, nil
}

// Send is RoundTrip for a request whose turn it is. resent tells how often the request had been sent before, when it
// was sent the last time.
func (r *Retry) Send(req *http.Request, turn *lane.Turn) (resp *http.Response, resent int, err error) {
	resp, err = r.attempt(req, turn)
	if err != nil || resp.StatusCode != http.StatusTooManyRequests || !Rewinds(req) {
		return resp, resend.Of(req.Context()), err
	}
	return r.repeat(req, resp, turn)
}

// attempt sends a request once.
func (r *Retry) attempt(req *http.Request, turn *lane.Turn) (*http.Response, error) {
	if err := turn.Wait(req.Context()); err != nil {
		CloseBody(req)
		return nil, err
	}
	resp, err := r.Base.RoundTrip(req)
	turn.Answered(resp, err)
	if r.limit != nil && err == nil && resp.StatusCode == http.StatusTooManyRequests {
		wait, _ := retryafter.Parse(resp.Header, time.Now())
		r.limit(req.Context(), wait)
	}
	return resp, err
}

// repeat hands a request that was answered 429 to go-retryablehttp, whose first try gets that answer. So
// go-retryablehttp costs nothing if no 429 comes.
func (r *Retry) repeat(req *http.Request, tooMany *http.Response, turn *lane.Turn) (*http.Response, int, error) {
	sender := &answered{retry: r, turn: turn, first: tooMany, resent: resend.Of(req.Context())}
	retrying := &retryablehttp.Client{
		HTTPClient: &http.Client{
			Transport:     sender,
			CheckRedirect: FollowNone,
		},
		RetryMax:     r.Policy.Attempts - 1,
		CheckRetry:   r.Policy.CheckRetry,
		Backoff:      r.Policy.Backoff,
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
		PrepareRetry: Rewind,
	}
	// retryablehttp.FromRequest would copy every body into memory.
	counted := req.WithContext((&Tries{}).with(req.Context()))
	counted.RequestURI = "" // a server sets it, and an http.Client refuses it
	resp, err := retrying.Do(&retryablehttp.Request{Request: counted})
	if err != nil && resp != nil { // GetBody failed
		_ = resp.Body.Close()
		resp = nil
	}
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		// The http.Client above us wraps the error again.
		err = wrapped.Err
	}
	if resp != nil {
		resp.Request = req
	}
	return resp, sender.resent, err
}

// answered answers its first request with a response that is there already.
type answered struct {
	retry  *Retry
	turn   *lane.Turn
	first  *http.Response
	resent int // how often the request was sent before, at the last time
}

func (a *answered) RoundTrip(req *http.Request) (*http.Response, error) {
	resp := a.first
	if resp == nil {
		var err error
		a.resent++
		if resp, err = a.retry.attempt(req.WithContext(resend.With(req.Context(), a.resent)), a.turn); err != nil {
			return nil, err
		}
	}
	a.first = nil
	// Backoff finds its Tries in this request. A user's own RoundTripper may have set another one.
	resp.Request = req
	return resp, nil
}
