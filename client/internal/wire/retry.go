package wire

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/hashicorp/go-retryablehttp"
)

// Retry repeats requests that are answered 429, as Policy says. It never buffers a body. A request whose body cannot be
// sent again is not repeated.
type Retry struct {
	Base   http.RoundTripper
	Policy Policy
}

// RoundTrip implements http.RoundTripper.
func (r *Retry) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := r.Base.RoundTrip(req)
	if err != nil || resp.StatusCode != http.StatusTooManyRequests || !Rewinds(req) {
		return resp, err
	}
	return r.repeat(req, resp)
}

// repeat hands a request that was answered 429 to go-retryablehttp, whose first try gets that answer. So
// go-retryablehttp costs nothing if no 429 comes.
func (r *Retry) repeat(req *http.Request, tooMany *http.Response) (*http.Response, error) {
	retrying := &retryablehttp.Client{
		HTTPClient: &http.Client{
			Transport:     &answered{base: r.Base, first: tooMany},
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
	base  http.RoundTripper
	first *http.Response
}

func (a *answered) RoundTrip(req *http.Request) (*http.Response, error) {
	resp := a.first
	if resp == nil {
		var err error
		if resp, err = a.base.RoundTrip(req); err != nil {
			return nil, err
		}
	}
	a.first = nil
	// Backoff finds its Tries in this request. A user's own RoundTripper may have set another one.
	resp.Request = req
	return resp, nil
}
