package client

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/evidence"
	"github.com/latchkey-go/latchkey/client/internal/origin"
	"github.com/latchkey-go/latchkey/client/internal/wire"
)

// transport authorises requests to the service's own origins and repeats one, once, if its token was rejected.
type transport struct {
	cache        *tokenCache
	base         http.RoundTripper
	rejecter     Rejecter // nil: only a 401 rejects a token
	scheme, host string   // the base URL's, canonical
	origins      []origin.Origin
}

func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if !t.authorises(req) {
		return t.base.RoundTrip(req)
	}
	used, sent, err := t.cache.get(req.Context())
	if err != nil {
		wire.CloseBody(req)
		return nil, err
	}
	resp, err := t.send(req, used)
	switch {
	case err != nil:
		return nil, err
	case t.rejects(resp):
		return t.replay(req, resp, &rejection{used, evidence.RouteOf(req), sent})
	case accepts(resp) && t.cache.state.evidence.Watching():
		t.cache.accepted(used, evidence.RouteOf(req), sent, false)
	}
	return resp, nil
}

// CloseIdleConnections implements what [http.Client.CloseIdleConnections] calls.
func (t *transport) CloseIdleConnections() { wire.CloseIdle(t.base) }

// rejects reports whether an answer rejects the token.
func (t *transport) rejects(resp *http.Response) (yes bool) {
	if resp.StatusCode == http.StatusUnauthorized || t.rejecter == nil {
		return resp.StatusCode == http.StatusUnauthorized
	}
	defer func() {
		if recover() != nil { // it may be a user's own
			yes = false
		}
	}()
	return t.rejecter.Rejected(resp.StatusCode, resp.Header)
}

// accepts reports whether a route accepted the token. Other answers than these and a rejection say nothing about it.
func accepts(resp *http.Response) bool { return resp.StatusCode < 400 }

// send sends a copy of the request that carries the token. The response names the caller's own request, which does not
// carry it.
func (t *transport) send(req *http.Request, e *entry) (*http.Response, error) {
	resp, err := t.base.RoundTrip(e.authorise(req))
	if err != nil {
		return nil, err
	}
	resp.Request = req
	return resp, nil
}

// authorises reports whether our token goes with the request. A caller's own Authorization is left alone, and a Host
// of the caller's choice is another service's, for all we know.
func (t *transport) authorises(req *http.Request) bool {
	if wire.HasHeader(req.Header, "Authorization", "authorization") {
		return false
	}
	// The plain comparison spares the usual request the work of making its URL canonical.
	if (req.URL.Scheme != t.scheme || req.URL.Host != t.host) && !slices.Contains(t.origins, origin.Of(req.URL)) {
		return false
	}
	if req.Host != "" && req.Host != req.URL.Host && origin.Of(&url.URL{Scheme: req.URL.Scheme, Host: req.Host}) != origin.Of(req.URL) {
		return false
	}
	return req.Response == nil || !wire.Strayed(req)
}

// replay sends a request again whose token was rejected, with another token. The 401 is the answer if the body cannot
// be sent again, or if there is no other token.
func (t *transport) replay(req *http.Request, unauthorized *http.Response, r *rejection) (*http.Response, error) {
	if !wire.Rewinds(req) {
		t.cache.replaceBehind(req.Context(), r)
		return unauthorized, nil
	}
	unauthorized.Body = wire.Hold(unauthorized.Body) // the login may need its connection
	current, err := t.cache.replace(req.Context(), r)
	if err != nil {
		wire.Drain(unauthorized.Body)
		return nil, err
	}
	if current.token.Equal(r.rejected.token) {
		return unauthorized, nil
	}
	again := *req
	if wire.Rewind(&again) != nil {
		return unauthorized, nil //nolint:nilerr // the 401 tells more than why there is no second try
	}
	wire.Drain(unauthorized.Body)
	t.cache.replaying()
	sent := t.cache.at(time.Now())
	resp, err := t.send(&again, current)
	switch {
	case err != nil:
		return nil, err
	case t.rejects(resp):
		t.cache.rejectedToo(current, r.from, sent)
	case accepts(resp):
		t.cache.accepted(current, r.from, sent, true)
	}
	return resp, nil
}
