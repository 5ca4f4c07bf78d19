package wire

import (
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// Default returns the transport that all clients share. So they reuse connections, and none of them needs closing.
var Default = sync.OnceValue(NewDefault)

// silence is how long the other side may owe us an acknowledgement. The probes of a connection that waits take 29 s: a
// call that begins on a dead one at the last moment hears of it as much later, still within a minute.
const silence = 28 * time.Second

// NewDefault returns a new transport of that kind. It notices that the network of a connection is gone. HTTP/2 has
// pings for that. For HTTP/1.1 the kernel does it: it probes a connection that waits, and ends one whose data nobody
// acknowledges. An answer may take as long as it likes.
func NewDefault() *http.Transport {
	dialer := &net.Dialer{
		Timeout:         30 * time.Second,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 14 * time.Second, Interval: 5 * time.Second, Count: 3},
		Control:         limitSilence,
	}
	return &http.Transport{
		Proxy:                  proxy,
		DialContext:            dialer.DialContext,
		ForceAttemptHTTP2:      true,
		MaxResponseHeaderBytes: 256 << 10,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 10 * time.Second},
		MaxIdleConns:           256,
		MaxIdleConnsPerHost:    64,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		ExpectContinueTimeout:  time.Second,
	}
}

// proxy returns the environment's proxy for https, and none for http: there a proxy would read the password.
func proxy(req *http.Request) (*url.URL, error) {
	if req.URL.Scheme != "https" {
		return nil, nil
	}
	return http.ProxyFromEnvironment(req)
}
