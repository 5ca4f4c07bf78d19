package wire

import (
	"maps"
	"net/http"
	"strings"
)

// Has tells which headers a request has, however they are spelt: net/http sends names as the map spells them.
type Has struct{ authorization, accept, agent, oddAgent, host bool }

// headersOf looks through a request's headers.
func headersOf(header http.Header) (h Has) {
	// Most requests have no others than these, and then there is no need to look at each.
	others := len(header)
	if _, h.accept = header["Accept"]; h.accept {
		others--
	}
	if _, h.agent = header["User-Agent"]; h.agent {
		others--
	}
	if _, typed := header["Content-Type"]; typed {
		others--
	}
	if others == 0 {
		return h
	}
	for name := range header {
		switch len(name) {
		case len("Authorization"):
			h.authorization = h.authorization || is(name, "Authorization")
		case len("User-Agent"):
			h.oddAgent = h.oddAgent || name != "User-Agent" && is(name, "User-Agent")
		case len("Accept"):
			h.accept = h.accept || is(name, "Accept")
		case len("Host"):
			h.host = h.host || is(name, "Host")
		}
	}
	return h
}

// is reports whether a header has that name, however it is spelt.
func is(spelt, name string) bool { return spelt == name || strings.EqualFold(spelt, name) }

// asksForJSON is the Accept header of a request that has none. Laravel answers 401 in JSON only to those who want JSON
// first. A list with */* would be a browser's for Rails, which answers with pages then.
var asksForJSON = []string{"application/json, application/*;q=0.5, text/*;q=0.5, image/*;q=0.5"}

// HasHeader reports whether there is a header of that name, however it is spelt.
func HasHeader(header http.Header, name string) bool {
	for spelt := range header {
		if is(spelt, name) {
			return true
		}
	}
	return false
}

// Authorise returns a copy of the request that carries a token in a header, and an Accept and a User-Agent if it has
// none.
func (h Has) Authorise(req *http.Request, name string, authorization []string) *http.Request {
	authorised := *req
	authorised.Header = maps.Clone(req.Header)
	if authorised.Header == nil {
		authorised.Header = make(http.Header, 3)
	}
	authorised.Header[name] = authorization
	if !h.accept {
		authorised.Header["Accept"] = asksForJSON
	}
	h.complete(authorised.Header)
	return &authorised
}

// complete adds a User-Agent, and takes out a Host, which is sent anyway.
func (h Has) complete(header http.Header) {
	switch {
	case h.agent:
	case h.oddAgent:
		header["User-Agent"] = nil // net/http would send its own beside one in another spelling
	default:
		header["User-Agent"] = userAgent()
	}
	if h.host {
		maps.DeleteFunc(header, func(name string, _ []string) bool { return is(name, "Host") })
	}
}

// Named is a RoundTripper that adds a User-Agent to a request that has none.
type Named struct{ Base http.RoundTripper }

// RoundTrip implements http.RoundTripper. The response names the caller's own request.
func (n Named) RoundTrip(req *http.Request) (*http.Response, error) {
	has := headersOf(req.Header)
	if has.agent && !has.host {
		return n.Base.RoundTrip(req)
	}
	sent := *req
	sent.Header = maps.Clone(req.Header)
	if sent.Header == nil {
		sent.Header = make(http.Header, 1)
	}
	for name, values := range req.Header {
		// net/http leaves out a Host that is spelt so, and sends it in any other spelling: as a second one.
		if name != "Host" && is(name, "Host") && len(values) > 0 {
			sent.Host = values[0]
		}
	}
	has.complete(sent.Header)
	resp, err := n.Base.RoundTrip(&sent)
	if err == nil && resp.Request == &sent {
		resp.Request = req
	}
	return resp, err
}

// HeaderSafe reports whether s is printable ASCII without spaces.
func HeaderSafe(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return true
}

// TakesToken reports whether a header may carry a token: its name is one by RFC 9110, section 5.6.2, and neither
// net/http nor this package sets or drops it.
func TakesToken(name string) bool {
	for _, c := range []byte(name) {
		if c <= ' ' || c > '~' || strings.IndexByte("\"(),/:;<=>?@[\\]{}", c) >= 0 {
			return false
		}
	}
	switch http.CanonicalHeaderKey(name) {
	case "", "Accept", "Accept-Encoding", "Connection", "Content-Encoding", "Content-Length", "Content-Type", "Expect", "Host",
		"Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "User-Agent":
		return false
	default:
		return true
	}
}
