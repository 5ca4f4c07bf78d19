package wire

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/latchkey-go/latchkey/client/internal/lane"
)

// Retry repeats requests that are answered 429, as Policy says. It never buffers a body. A request whose body cannot be
// sent again is not repeated.
type Retry struct {
	Base   http.RoundTripper
	Policy Policy

	lanes *lane.Lanes // nil unless Policy.Shared
}

// NewRetry returns a Retry.
func NewRetry(base http.RoundTripper, policy Policy) *Retry {
	r := &Retry{Base: base, Policy: policy}
	if policy.Shared {
		r.lanes = lane.New(policy.MaxWait)
	}
	return r
}

// RoundTrip implements http.RoundTripper.
func (r *Retry) RoundTrip(req *http.Request) (*http.Response, error) {
	turn, err := r.Enter(req)
	if err != nil {
		return nil, err
	}
	defer turn.Leave()
	return r.Send(req, turn)
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

// Send is RoundTrip for a request whose turn it is.
func (r *Retry) Send(req *http.Request, turn *lane.Turn) (*http.Response, error) {
	resp, err := r.attempt(req, turn)
	if err != nil || resp.StatusCode != http.StatusTooManyRequests || !Rewinds(req) {
		return resp, err
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
	return resp, err
}

// repeat hands a request that was answered 429 to go-retryablehttp, whose first try gets that answer. So
// go-retryablehttp costs nothing if no 429 comes.
func (r *Retry) repeat(req *http.Request, tooMany *http.Response, turn *lane.Turn) (*http.Response, error) {
	retrying := &retryablehttp.Client{
		HTTPClient: &http.Client{
			Transport:     &answered{retry: r, turn: turn, first: tooMany},
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
	return resp, err
}

// answered answers its first request with a response that is there already.
type answered struct {
	retry *Retry
	turn  *lane.Turn
	first *http.Response
}

func (a *answered) RoundTrip(req *http.Request) (*http.Response, error) {
	resp := a.first
	if resp == nil {
		var err error
		if resp, err = a.retry.attempt(req, a.turn); err != nil {
			return nil, err
		}
	}
	a.first = nil
	// Backoff finds its Tries in this request. A user's own RoundTripper may have set another one.
	resp.Request = req
	return resp, nil
}
