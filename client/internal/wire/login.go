package wire

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// ForLogins returns a RoundTripper for logins. Each request has a connection of its own if the base can make one. So it
// meets no connection that the server has just closed, is sent once, and leaves nothing behind for net/http to log; and
// the answer's Date is fresh. By any other base a request that has a body is sent at most twice.
func (g Guard) ForLogins() http.RoundTripper {
	g.Base = loginTransport{g.Base}
	return Named{g}
}

type loginTransport struct{ base http.RoundTripper }

func (l loginTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	base, ok := l.base.(*http.Transport)
	if !ok {
		return sendTwice(l.base, req)
	}
	single := singleUse(base, req.URL.Scheme)
	if single == nil {
		return sendTwice(base, req)
	}
	resp, err := single.RoundTrip(req)
	if err == nil || !strings.Contains(err.Error(), "tls: no application protocol") || !Rewinds(req) {
		return resp, err
	}
	// The server speaks HTTP/2 only, and has said so before anything was sent.
	again := *req
	if Rewind(&again) != nil {
		return nil, err
	}
	return sendTwice(base, &again)
}

// maxLoginHeader is the longest header of a login's answer, in bytes. By net/http's own limit of 10 MiB it could take 130
// MiB of memory.
const maxLoginHeader = 64 << 10

// singleUse returns a copy of a transport that makes a connection for each request, by HTTP/1.1. It is made for one
// request, so there is nothing to close. The result is nil if a copy would not do as the transport does.
//
// With HTTP/2, a transport without keep-alives sends a request again, on a new connection and without end, as long as
// the server refuses its streams.
func singleUse(t *http.Transport, scheme string) *http.Transport {
	single := t.Clone() // and so t knows by now whether it speaks HTTP/2
	_, http2 := t.TLSNextProto["h2"]
	switch {
	case t.Protocols != nil && !t.Protocols.HTTP1():
		return nil
	case http2 && (t.DialTLSContext != nil || t.DialTLS != nil): //nolint:staticcheck // the user's, deprecated or not
		return nil // the server may have been promised HTTP/2 by then
	case registered(t, scheme):
		return nil
	}
	single.DisableKeepAlives = true
	if single.MaxResponseHeaderBytes <= 0 {
		single.MaxResponseHeaderBytes = maxLoginHeader
	}
	single.MaxResponseHeaderBytes = min(single.MaxResponseHeaderBytes, maxLoginHeader)
	single.Protocols = new(http.Protocols)
	single.Protocols.SetHTTP1(true)
	delete(single.TLSNextProto, "h2")
	if config := single.TLSClientConfig; config != nil {
		// The copy would promise HTTP/2 all the same.
		config.NextProtos = slices.DeleteFunc(slices.Clone(config.NextProtos), func(name string) bool { return name == "h2" })
	}
	return single
}

// registered reports whether a transport hands the requests of a scheme to another RoundTripper, by RegisterProtocol.
// Clone leaves that out: the password would go another way than the user wants. Only reflection tells.
func registered(t *http.Transport, scheme string) bool {
	protocols := reflect.ValueOf(t).Elem().FieldByName("altProto")
	if protocols.Kind() != reflect.Struct {
		return false
	}
	byScheme := protocols.FieldByName("v") // of an atomic.Value
	if byScheme.Kind() != reflect.Interface || byScheme.Elem().Kind() != reflect.Map {
		return false
	}
	for entries := byScheme.Elem().MapRange(); entries.Next(); {
		// HTTP/2's own only looks whether there is a connection already.
		if entries.Key().String() == scheme && !strings.HasSuffix(entries.Value().Elem().Type().String(), "noDialH2RoundTripper") {
			return true
		}
	}
	return false
}
