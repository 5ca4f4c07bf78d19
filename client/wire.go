package client

import (
	"fmt"
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
		return nil, fmt.Errorf("%w: plain http to %s would let others read it: use https", ErrInvalidInput, req.URL.Host)
	}
	return w.base.RoundTrip(req)
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
