package client

import (
	"io"
	"maps"
	"net/http"
	"slices"
)

// transport authorises requests to the service's own origins and repeats one, once, if its token was rejected.
type transport struct {
	cache        *tokenCache
	base         http.RoundTripper
	scheme, host string // the base URL's, canonical
	origins      []origin
}

func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if !t.authorises(req) {
		return t.base.RoundTrip(req)
	}
	used, err := t.cache.get(req.Context())
	if err != nil {
		closeBody(req)
		return nil, err
	}
	resp, err := t.send(req, used)
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		return resp, err
	}
	return t.replay(req, resp, used)
}

// send sends a copy of the request that carries the token. The response names the caller's own, which does not.
func (t *transport) send(req *http.Request, e *entry) (*http.Response, error) {
	resp, err := t.base.RoundTrip(e.authorise(req))
	if err == nil {
		resp.Request = req
	}
	return resp, err
}

// authorises reports whether our token goes with the request. A caller's own Authorization is left alone.
func (t *transport) authorises(req *http.Request) bool {
	if _, own := req.Header["Authorization"]; own {
		return false
	}
	// The plain comparison spares the usual request the work of making its URL canonical.
	if (req.URL.Scheme != t.scheme || req.URL.Host != t.host) && !slices.Contains(t.origins, originOf(req.URL)) {
		return false
	}
	return req.Response == nil || !strayed(req)
}

// replay sends a request again that was answered 401 with the used token, if there is another token and the body
// can be sent again. Otherwise the 401 is the answer.
func (t *transport) replay(req *http.Request, unauthorized *http.Response, used *entry) (*http.Response, error) {
	from := routeOf(req)
	t.cache.reject(used, from)
	if req.Body != nil && req.Body != http.NoBody && req.GetBody == nil {
		return unauthorized, nil
	}
	current, err := t.cache.get(req.Context())
	if err == nil && current.token.Equal(used.token) {
		return unauthorized, nil
	}
	// A little is read so that the connection can be used again.
	_, _ = io.CopyN(io.Discard, unauthorized.Body, 4096)
	_ = unauthorized.Body.Close()
	if err != nil {
		return nil, err
	}
	again := *req
	if err := rewind(&again); err != nil {
		return nil, err
	}
	t.cache.count(func(s *Status) { s.Replays++ })
	resp, err := t.send(&again, current)
	if err == nil {
		t.cache.replayed(from, resp.StatusCode)
	}
	return resp, err
}

// authorise returns a copy of the request that carries the token.
func (e *entry) authorise(req *http.Request) *http.Request {
	authorised := *req
	authorised.Header = maps.Clone(req.Header)
	if authorised.Header == nil {
		authorised.Header = make(http.Header, 1)
	}
	authorised.Header["Authorization"] = e.authorization
	return &authorised
}
