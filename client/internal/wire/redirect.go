package wire

import (
	"errors"
	"maps"
	"net/http"

	"github.com/latchkey-go/latchkey/client/internal/origin"
)

// maxRedirects is the same as net/http's own bound.
const maxRedirects = 10

// CheckRedirect is the CheckRedirect of every [http.Client] that we hand out. Redirects within an origin are followed
// as usual. One to another origin is followed without any credential if it asks for a GET or HEAD without a body, as
// downloads from a file store do. A 307 or 308 that would replay anything else there is returned instead. So is a
// redirect from https to http.
func CheckRedirect(req *http.Request, via []*http.Request) error {
	if len(via) >= maxRedirects {
		return errors.New("stopped after 10 redirects")
	}
	last := via[len(via)-1]
	if last.URL.Scheme == "https" && req.URL.Scheme != "https" {
		return http.ErrUseLastResponse
	}
	if origin.Of(req.URL) != origin.Of(last.URL) && !fetches(req) {
		return http.ErrUseLastResponse
	}
	if Strayed(req) {
		// This is needed at every hop: net/http copies the first request's headers each time.
		maps.DeleteFunc(req.Header, func(name string, _ []string) bool { return staysHome(name) })
	}
	return nil
}

// fetches reports whether a request only asks for something.
func fetches(req *http.Request) bool {
	switch req.Method {
	case "", http.MethodGet, http.MethodHead:
		return req.Body == nil || req.Body == http.NoBody
	default:
		return false
	}
}

// staysHome reports whether a header is not for another origin.
func staysHome(name string) bool {
	switch http.CanonicalHeaderKey(name) {
	case "Authorization", "Proxy-Authorization", "Cookie", "Referer", "Host":
		return true
	default:
		return false
	}
}

// Strayed reports whether a request comes from redirects that left its origin on the way, even if the last one came
// back. Such a request gets no token, since another origin has chosen its URL.
func Strayed(req *http.Request) bool {
	here := origin.Of(req.URL)
	for resp := req.Response; resp != nil && resp.Request != nil; resp = resp.Request.Response {
		if origin.Of(resp.Request.URL) != here {
			return true
		}
	}
	return false
}

// FollowNone is the CheckRedirect of a login. To follow a redirect would carry the password along.
func FollowNone(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
