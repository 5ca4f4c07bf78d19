// Package wire has the RoundTrippers that know no account. They decide what may be sent, what is repeated after a 429,
// and which redirects are followed.
package wire

import (
	"errors"
	"net/http"

	"github.com/latchkey-go/latchkey/client/internal/origin"
)

// Guard is the innermost of our RoundTrippers. It sends a request, unless the request would go to another machine in
// the clear.
type Guard struct {
	Base   http.RoundTripper
	Refuse func(host string) error // error for plain http to another machine; nil: such requests are sent
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

// complete fills in what every http.RoundTripper must return and a user's own may leave out. A Location that is no URL
// is taken away: the error of an [http.Client] would repeat it as a whole. So is the body of a 101 that nobody asked for:
// net/http makes it of the bare connection, and no context would end the reading.
func complete(resp *http.Response, req *http.Request) (*http.Response, error) {
	if resp == nil {
		return nil, errors.New("the http.RoundTripper gave neither response nor error")
	}
	if resp.Body == nil {
		resp.Body = http.NoBody
	}
	if resp.Request == nil {
		resp.Request = req // Strayed reads it
	}
	if resp.StatusCode == http.StatusSwitchingProtocols && !HasHeader(req.Header, "Upgrade") {
		_ = resp.Body.Close()
		resp.Body = http.NoBody
	}
	if location := resp.Header.Get("Location"); location != "" {
		if _, err := req.URL.Parse(location); err != nil {
			withoutLocation(resp)
		}
	}
	return resp, nil
}
