package client

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// wire is the innermost of our RoundTrippers: it sends a request, unless that would go out in the clear.
//
// It has no CloseIdleConnections on purpose: go-retryablehttp calls that after each failed request, and the
// connections may be others' too.
type wire struct {
	base     http.RoundTripper
	insecure bool // http to any host
}

func (w wire) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme == "http" && !w.insecure && !loopback(req.URL) {
		closeBody(req)
		return nil, fmt.Errorf("latchkey: %w: plain http to %s would let others read it: use https (WithInsecureHTTP allows it)",
			ErrInvalidInput, req.URL.Host)
	}
	resp, err := w.base.RoundTrip(req)
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

// closeBody does what is asked of every RoundTripper, errors included.
func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
}

// defaultTransport is shared by all clients, so that there is nothing to close and connections are reused.
var defaultTransport = sync.OnceValue(func() *http.Transport {
	return &http.Transport{
		Proxy:                 proxy,
		DialContext:           (&net.Dialer{Timeout: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          256,
		MaxIdleConnsPerHost:   64,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
})

// proxy is the environment's, for https only: a proxy of plain http would read the password.
func proxy(req *http.Request) (*url.URL, error) {
	if req.URL.Scheme != "https" {
		return nil, nil
	}
	return http.ProxyFromEnvironment(req)
}
