package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

// heldBody is how long a body may be that is held, so that it can be sent again, in bytes.
const heldBody = 64 << 10

// forward returns a handler that sends requests to the service with the account's token, whose header is carrier.
func (s *session) forward(carrier string) http.Handler {
	base, err := url.Parse(s.client.BaseURL())
	if err != nil {
		panic(err) // client.New has parsed it
	}
	return cookieless{&httputil.ReverseProxy{
		Transport:     s.client.HTTPClient().Transport,
		FlushInterval: -1,                         // a stream's parts reach the client as they come
		ErrorLog:      log.New(io.Discard, "", 0), // it would tell what requests hold
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(base)
			r.Out.URL.RawQuery = r.In.URL.RawQuery // ReverseProxy leaves out what it cannot read, such as "a;b"
			for _, name := range []string{"Authorization", carrier, "Cookie", "Proxy-Authorization"} {
				r.Out.Header.Del(name)
			}
			r.Out.Trailer = nil // it could hold the same
			hold(r.Out)
		},
		ModifyResponse: func(resp *http.Response) error {
			lead(resp, base)
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) { answer(w, err) },
	}}
}

// cookieless is a handler that hands out no cookie of another handler's, in the header or in the trailers of its
// answer.
type cookieless struct{ next http.Handler }

// ServeHTTP implements http.Handler.
func (c cookieless) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer dropCookies(w.Header()) // what is there by now are trailers
	c.next.ServeHTTP(final{w}, r)
}

func dropCookies(header http.Header) {
	header.Del("Set-Cookie")
	header.Del(http.TrailerPrefix + "Set-Cookie")
}

// final is a ResponseWriter without interim answers (1xx): they may be those of a login.
type final struct{ http.ResponseWriter }

// WriteHeader implements http.ResponseWriter.
func (f final) WriteHeader(status int) {
	if status < http.StatusOK {
		return
	}
	dropCookies(f.Header())
	f.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (f final) Unwrap() http.ResponseWriter { return f.ResponseWriter }

// hold makes a request whose body is short one that can be sent again.
func hold(req *http.Request) {
	if req.Body == nil || req.ContentLength <= 0 || req.ContentLength > heldBody {
		return
	}
	body := make([]byte, req.ContentLength)
	n, err := io.ReadFull(req.Body, body)
	if err != nil { // the client broke off: the service must not take what came for the whole
		req.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body[:n]), broken{err}))
		return
	}
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	req.Body, _ = req.GetBody() // it cannot fail
}

// broken is a Reader that fails.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }

// lead makes a Location that leads to the service lead to the proxy: to a path, wherever that listens. A path outside
// the base URL is not the proxy's: the Location names the service then.
func lead(resp *http.Response, base *url.URL) {
	to, err := resp.Location()
	if err != nil || origin(to) != origin(base) {
		return
	}
	path, ok := strings.CutPrefix(to.EscapedPath(), base.EscapedPath())
	if !ok || path != "" && path[0] != '/' {
		resp.Header.Set("Location", to.String())
		return
	}
	for strings.HasPrefix(path, "//") { // that would be a host
		path = path[1:]
	}
	if path == "" {
		path = "/"
	}
	if to.RawQuery != "" || to.ForceQuery {
		path += "?" + to.RawQuery
	}
	if to.Fragment != "" {
		path += "#" + to.EscapedFragment()
	}
	resp.Header.Set("Location", path)
}

// origin returns the scheme and the host of a URL, in one spelling: a port may be named that goes without saying.
func origin(u *url.URL) string { return canonical(u.Scheme + "://" + u.Host) }

// answer tells a client why there is no answer of the service's. It is never a 401, which would be about the client.
func answer(w http.ResponseWriter, err error) {
	status, text := http.StatusBadGateway, oneLine(err)
	limit, limited := errors.AsType[*client.RateLimitError](err)
	switch {
	case errors.Is(err, context.Canceled):
		text = "the client has ended the request" // it may have closed only its half of the connection
	case limited:
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", strconv.Itoa(int((limit.RetryAfter+time.Second-1)/time.Second)))
	case errors.Is(err, client.ErrUnavailable):
		status = http.StatusServiceUnavailable
	}
	http.Error(w, "latchkey: "+text, status)
}
