package main

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"slices"
	"strings"
)

// proxyToken is the header that a request over TCP must have.
const proxyToken = "Proxy-Token"

// gate lets requests through that come from a program of the user's, and none from a web page.
type gate struct {
	hosts []string // what the Host header may be
	token string   // of the header Proxy-Token; "": none is needed
	next  http.Handler
}

// ServeHTTP implements http.Handler.
func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if status, why := g.refuses(r); why != "" {
		w.Header().Set("Connection", "close")
		http.Error(w, "latchkey: "+why, status)
		return
	}
	r.Header.Del(proxyToken)
	for _, name := range []string{"Upgrade", "Http2-Settings"} { // an offer, which the answer turns down
		r.Header.Del(name)
	}
	g.next.ServeHTTP(w, r)
}

// refuses returns status and reason if a request is refused.
func (g *gate) refuses(r *http.Request) (status int, why string) {
	method := strings.ToUpper(r.Method) // a service may not mind
	switch {
	case method == http.MethodConnect:
		return http.StatusMethodNotAllowed, "CONNECT is not served: send requests to the proxy itself"
	case !slices.Contains(g.hosts, strings.ToLower(r.Host)):
		return http.StatusMisdirectedRequest, "wrong Host: it must be " + strings.Join(g.hosts, " or ")
	case r.URL.IsAbs() || r.URL.Host != "" || !strings.HasPrefix(r.URL.Path, "/"):
		return http.StatusBadRequest, "the target must be a path"
	case fromPage(r.Header):
		return http.StatusForbidden, "requests of web pages are refused"
	case g.token != "" && !equal(r.Header.Values(proxyToken), g.token):
		return http.StatusForbidden, "the header " + proxyToken + " is missing or wrong: the proxy's output names its file"
	case upgrades(r.Header):
		return http.StatusNotImplemented, "upgrades such as WebSocket are not served"
	case method == "TRACE" || method == "TRACK": // the answer would show the account's token
		return http.StatusMethodNotAllowed, method + " is not served"
	default:
		return 0, ""
	}
}

// fromPage reports whether a browser says that a page made the request. (Node's fetch, which is none, says Sec-Fetch-Mode.)
func fromPage(header http.Header) bool {
	return header["Origin"] != nil || header["Sec-Fetch-Site"] != nil
}

// upgrades reports whether a request wants another protocol. An offer of HTTP/2 in plain text, as Java's HttpClient
// makes it, does not: it takes an answer in HTTP/1.1.
func upgrades(header http.Header) bool {
	wanted := header.Values("Upgrade")
	if len(wanted) == 1 && strings.EqualFold(wanted[0], "h2c") {
		return false
	}
	return len(wanted) > 0 || hasToken(header.Values("Connection"), "upgrade")
}

// equal compares a header that must be there once, in a time that does not tell how much of it is right.
func equal(got []string, want string) bool {
	if len(got) != 1 {
		return false
	}
	a, b := sha256.Sum256([]byte(got[0])), sha256.Sum256([]byte(want))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// hasToken reports whether a list in a header has an element.
func hasToken(values []string, token string) bool {
	for _, value := range values {
		for element := range strings.SplitSeq(value, ",") {
			if strings.EqualFold(strings.TrimSpace(element), token) {
				return true
			}
		}
	}
	return false
}
