package client_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// visit is what a server saw of a request.
type visit struct {
	method, url, body string
	header            http.Header
}

// host is a server that notes its visits. At /redirect it sends the visitor on, with the status and to the place
// that the query names.
type host struct {
	http.Handler // for everything else; nil: 200

	mu     sync.Mutex
	visits []visit
}

func (h *host) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	h.mu.Lock()
	h.visits = append(h.visits, visit{r.Method, scheme + "://" + r.Host + r.URL.String(), string(body), r.Header.Clone()})
	h.mu.Unlock()
	switch {
	case r.URL.Path == "/redirect" && r.URL.Query().Has("status"):
		var status int
		_, _ = fmt.Sscan(r.URL.Query().Get("status"), &status)
		w.Header().Set("Location", r.URL.Query().Get("to"))
		w.WriteHeader(status)
	case h.Handler != nil:
		h.Handler.ServeHTTP(w, r)
	}
}

// seen returns the visits and forgets them.
func (h *host) seen() []visit {
	h.mu.Lock()
	defer h.mu.Unlock()
	visits := h.visits
	h.visits = nil
	return visits
}

// internet is a bezala back end at https://home.example and, at every other name and port, a stranger: by TLS or
// in the clear.
type internet struct {
	home, stranger *host
	sandbox        *sandbox.Server
	transport      *http.Transport
}

const homeURL = "https://home.example"

func newInternet(t *testing.T) *internet {
	t.Helper()
	srv := sandbox.NewBezala(sandbox.Config{InProcess: true})
	t.Cleanup(srv.Close)
	n := &internet{sandbox: srv, home: &host{Handler: srv}, stranger: &host{}}
	listen := func(start func(http.Handler) *httptest.Server, h http.Handler) string {
		server := start(h)
		t.Cleanup(server.Close)
		return server.Listener.Addr().String()
	}
	home := listen(httptest.NewTLSServer, n.home)
	encrypted := listen(httptest.NewTLSServer, n.stranger)
	readable := listen(httptest.NewServer, n.stranger)
	n.transport = &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			_, port, err := net.SplitHostPort(addr)
			switch {
			case err != nil:
				return nil, err
			case strings.EqualFold(addr, "home.example:443"):
				addr = home
			case port == "80" || port == "8080":
				addr = readable
			default:
				addr = encrypted
			}
			return (&net.Dialer{}).DialContext(ctx, network, addr)
		},
	}
	t.Cleanup(n.transport.CloseIdleConnections)
	return n
}

// client returns a Client that has a token already.
func (n *internet) client(t *testing.T, opts ...client.Option) (*client.Client, client.Token) {
	t.Helper()
	c := newClient(t, bezala.Password{
		BaseURL: homeURL, Email: n.sandbox.Accounts()[0].Name, Password: client.Static(n.sandbox.Accounts()[0].Secret),
	}, append([]client.Option{client.WithTransport(n.transport)}, opts...)...)
	token := mustToken(t, c)
	n.home.seen()
	return c, token
}

func redirectURL(status int, to string) string { return homeURL + redirect(status, to) }

// redirect is what a host that redirects is asked for.
func redirect(status int, to string) string {
	return "/redirect?" + url.Values{"status": {fmt.Sprint(status)}, "to": {to}}.Encode()
}

// wantNothingOfOurs checks that a stranger saw no credential and no body.
func wantNothingOfOurs(t *testing.T, visits []visit) {
	t.Helper()
	for _, v := range visits {
		for _, name := range []string{"Authorization", "Proxy-Authorization", "Cookie"} {
			if values := v.header.Values(name); len(values) > 0 {
				t.Errorf("%s %s carried %s: %q", v.method, v.url, name, values)
			}
		}
		if from := v.header.Get("Referer"); strings.HasPrefix(from, homeURL+"/") {
			t.Errorf("%s %s says where it came from: %s", v.method, v.url, from)
		}
		if v.body != "" {
			t.Errorf("%s %s carried the body %q", v.method, v.url, v.body)
		}
	}
}

var strangers = map[string]string{
	"another host":         "https://other.example/landing",
	"a subdomain":          "https://sub.home.example/landing",
	"another port":         "https://home.example:8443/landing",
	"http":                 "http://home.example/landing",
	"http on another port": "http://home.example:8080/landing",
	"http on this machine": "http://localhost:8080/landing",
	"another host's http":  "http://other.example/landing",
}

// elsewhere are the strangers' origins that a redirect is followed to.
var elsewhere = []string{"https://other.example", "https://home.example:8443", "https://sub.home.example"}
