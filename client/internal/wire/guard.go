// Package wire has the RoundTrippers that know no account: what may be sent, what is repeated, and what is followed.
package wire

import (
	"errors"
	"net/http"

	"github.com/latchkey-go/latchkey/client/internal/origin"
)

// Guard is the innermost of our RoundTrippers: it sends a request, unless that would go out in the clear.
//
// It has no CloseIdleConnections on purpose: go-retryablehttp calls that after each failed request, and the
// connections may be others' too.
type Guard struct {
	Base   http.RoundTripper
	Refuse func(host string) error // what is said to plain http to another machine; nil: it is sent
}

// RoundTrip implements http.RoundTripper.
func (g Guard) RoundTrip(req *http.Request) (*http.Response, error) {
	if g.Refuse != nil && req.URL.Scheme == "http" && !origin.Loopback(req.URL) {
		CloseBody(req)
		return nil, g.Refuse(req.URL.Host)
	}
	resp, err := g.Base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	return complete(resp, req)
}

// complete fills in what every http.RoundTripper owes and the rest relies on, but a user's own may not give.
func complete(resp *http.Response, req *http.Request) (*http.Response, error) {
	if resp == nil {
		return nil, errors.New("the http.RoundTripper gave neither response nor error")
	}
	if resp.Body == nil {
		resp.Body = http.NoBody
	}
	if resp.Request == nil {
		resp.Request = req // tells where a redirect came from
	}
	return resp, nil
}
