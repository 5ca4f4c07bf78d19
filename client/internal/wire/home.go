package wire

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/latchkey-go/latchkey/client/internal/origin"
)

// Home is where an account's token may go. It is safe for concurrent use by multiple goroutines.
type Home struct {
	scheme, host string // the base URL's
	origins      []origin.Origin
}

// NewHome returns the home of an account whose base URL is base, in canonical form. others are the service's, too.
func NewHome(base *url.URL, others []origin.Origin) Home {
	return Home{base.Scheme, base.Host, append(slices.Clone(others), origin.Of(base))}
}

// Owns reports whether our token goes with a request, and which headers that request has. A caller's own Authorization
// is left alone, and a Host of the caller's choice is another service's, for all we know.
func (h *Home) Owns(req *http.Request) (has Has, ours bool) {
	u := req.URL
	// net/http writes such a URL's Opaque or Path as the target, where it can be another host's URL.
	if u.Opaque != "" || u.Path != "" && u.Path[0] != '/' || req.Method == http.MethodConnect {
		return Has{}, false
	}
	// The plain comparison spares the usual request the work of making its URL canonical.
	if (u.Scheme != h.scheme || u.Host != h.host) && !slices.Contains(h.origins, origin.Of(u)) {
		return Has{}, false
	}
	if req.Host != "" && !isHost(req.Host, u) || req.Response != nil && Strayed(req) {
		return Has{}, false
	}
	has = headersOf(req.Header)
	if has.authorization || has.host && namesAnother(req.Header, u) {
		return Has{}, false
	}
	return has, true
}

// namesAnother reports whether a Host among the headers is not that of the URL.
func namesAnother(header http.Header, u *url.URL) bool {
	for name, values := range header {
		if is(name, "Host") && slices.ContainsFunc(values, func(host string) bool { return !isHost(host, u) }) {
			return true
		}
	}
	return false
}

// isHost reports whether host names the host of a URL.
func isHost(host string, u *url.URL) bool {
	return host == u.Host || origin.Of(&url.URL{Scheme: u.Scheme, Host: host}) == origin.Of(u)
}
