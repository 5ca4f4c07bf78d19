package main

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"slices"
	"strings"
)

// proxyToken is the header that a request over TCP must have. Java's HttpClient sends no header to a server whose name
// begins with Proxy-, so it has another name, too.
const (
	proxyToken      = "Proxy-Token"
	otherProxyToken = "X-Proxy-Token" //nolint:gosec // a name
)

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
	for _, name := range []string{proxyToken, otherProxyToken, "Upgrade", "Http2-Settings"} {
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
	case g.token != "" && !equal(slices.Concat(r.Header[proxyToken], r.Header[otherProxyToken]), g.token):
		return http.StatusForbidden, "the header " + proxyToken + " is missing or wrong: the proxy's output names its file"
	case upgrades(r.Header):
		return http.StatusNotImplemented, "upgrades such as WebSocket are not served"
	case method == "TRACE" || method == "TRACK": // the answer would show the account's token
		return http.StatusMethodNotAllowed, method + " is not served"
	default:
		return 0, ""
	}
}

// fromPage reports whether a browser says that a page made the request. Node's fetch says Sec-Fetch-Mode, too, and a
// browser never says that alone.
func fromPage(header http.Header) bool {
	for name := range header {
		if name == "Origin" || strings.HasPrefix(name, "Sec-Fetch-") && name != "Sec-Fetch-Mode" {
			return true
		}
	}
	return false
}

// equal compares a header that must be there once, in a time that does not tell how much of it is right.
func equal(got []string, want string) bool {
	if len(got) != 1 {
		return false
	}
	a, b := sha256.Sum256([]byte(got[0])), sha256.Sum256([]byte(want))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// upgrades reports whether a request asks for another protocol. If it offers HTTP/2 only, as Java's HttpClient and curl
// do, the answer by HTTP/1.1 is as good.
func upgrades(header http.Header) bool {
	offers := elements(header["Upgrade"])
	if len(offers) == 0 {
		return slices.Contains(elements(header["Connection"]), "upgrade")
	}
	return slices.ContainsFunc(offers, func(protocol string) bool { return protocol != "h2c" })
}

// elements returns the elements of a list in a header, in lower case.
func elements(values []string) (list []string) {
	for _, value := range values {
		for element := range strings.SplitSeq(value, ",") {
			if element = strings.ToLower(strings.TrimSpace(element)); element != "" {
				list = append(list, element)
			}
		}
	}
	return list
}
