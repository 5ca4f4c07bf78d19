package wire

import (
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// Default returns the transport that all clients share. So they reuse connections, and none of them needs closing.
var Default = sync.OnceValue(func() *http.Transport {
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

// proxy returns the environment's proxy for https, and none for http: there a proxy would read the password.
func proxy(req *http.Request) (*url.URL, error) {
	if req.URL.Scheme != "https" {
		return nil, nil
	}
	return http.ProxyFromEnvironment(req)
}
