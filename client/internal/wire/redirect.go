package wire

import (
	"errors"
	"net/http"

	"github.com/latchkey-go/latchkey/client/internal/origin"
)

// maxRedirects is net/http's own bound.
const maxRedirects = 10

// CheckRedirect is the CheckRedirect of every http.Client that we hand out. Within an origin redirects are
// followed as usual. To another origin a GET or HEAD is followed without any credential; a 307 or 308, which
// would replay the request to a stranger, is not followed but returned. From https to http nothing is.
func CheckRedirect(req *http.Request, via []*http.Request) error {
	if len(via) >= maxRedirects {
		return errors.New("stopped after 10 redirects")
	}
	last := via[len(via)-1]
	if last.URL.Scheme == "https" && req.URL.Scheme != "https" {
		return http.ErrUseLastResponse
	}
	if origin.Of(req.URL) != origin.Of(last.URL) {
		switch req.Response.StatusCode {
		case http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
			return http.ErrUseLastResponse
		}
	}
	if Strayed(req) {
		// On each further hop too: net/http copies the first request's headers every time.
		for _, name := range []string{"Authorization", "Proxy-Authorization", "Cookie", "Referer"} {
			req.Header.Del(name)
		}
	}
	return nil
}

// Strayed reports whether a request is the result of redirects that left the first request's origin, be it only
// on the way: who is sent back by a stranger is not authorised.
func Strayed(req *http.Request) bool {
	here := origin.Of(req.URL)
	for resp := req.Response; resp != nil && resp.Request != nil; resp = resp.Request.Response {
		if origin.Of(resp.Request.URL) != here {
			return true
		}
	}
	return false
}

// FollowNone is the CheckRedirect of a login: a redirect is no answer, and following it would carry the password along.
func FollowNone(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
