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
	"testing/synctest"

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
	case r.URL.Path == "/redirect":
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

func redirectURL(status int, to string) string {
	return homeURL + "/redirect?" + url.Values{"status": {fmt.Sprint(status)}, "to": {to}}.Encode()
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

func TestRedirectToAStrangerCarriesNothing(t *testing.T) {
	n := newInternet(t)
	c, _ := n.client(t)
	for name, to := range strangers {
		for _, status := range []int{301, 302, 303, 307, 308} {
			for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete} {
				t.Run(fmt.Sprintf("%s/%d/%s", name, status, method), func(t *testing.T) {
					var body io.Reader
					if method == http.MethodPost || method == http.MethodPut {
						body = strings.NewReader("our body")
					}
					req, err := http.NewRequestWithContext(t.Context(), method, redirectURL(status, to), body)
					if err != nil {
						t.Fatal(err)
					}
					req.Header.Set("Cookie", "session=ours")
					resp, err := c.HTTPClient().Do(req)
					if err != nil {
						t.Fatal(err)
					}
					defer resp.Body.Close()

					visits := n.stranger.seen()
					wantNothingOfOurs(t, visits)
					followed := status < 307 && strings.HasPrefix(to, "https:")
					switch {
					case followed && (len(visits) != 1 || resp.StatusCode != http.StatusOK || visits[0].url != to):
						t.Errorf("HTTP %d, visits %v; want it followed", resp.StatusCode, visits)
					case followed && visits[0].method != http.MethodGet && visits[0].method != http.MethodHead:
						t.Errorf("followed with %s", visits[0].method)
					case !followed && (len(visits) != 0 || resp.StatusCode != status || resp.Header.Get("Location") != to):
						t.Errorf("HTTP %d, visits %v; want the redirect itself", resp.StatusCode, visits)
					}
					if home := n.home.seen(); len(home) != 1 || home[0].header.Get("Authorization") == "" {
						t.Errorf("at home: %v; want one authorised request", home)
					}
				})
			}
		}
	}
}

func TestRedirectAtHomeIsAuthorised(t *testing.T) {
	n := newInternet(t)
	c, token := n.client(t)
	for _, to := range []string{"/landing", homeURL + "/landing", homeURL + ":443/landing", "https://HOME.example/landing"} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			resp, err := c.HTTPClient().Post(redirectURL(status, to), "text/plain", strings.NewReader("our body"))
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			visits := n.home.seen()
			if len(visits) != 2 {
				t.Fatalf("%d to %s: visits %v; want two", status, to, visits)
			}
			for i, v := range visits {
				if got := v.header.Values("Authorization"); len(got) != 1 || got[0] != "Bearer "+token.Value() {
					t.Errorf("%d to %s: request %d carried Authorization %q", status, to, i, got)
				}
			}
			if replayed := status >= 307; replayed != (visits[1].body == "our body") || replayed != (visits[1].method == http.MethodPost) {
				t.Errorf("%d to %s: then %s with %q", status, to, visits[1].method, visits[1].body)
			}
		}
	}
	wantLogins(t, n.sandbox, 1)
}

// Who is sent home by a stranger is a stranger's errand boy: his request is not ours to authorise.
func TestRedirectByWayOfAStranger(t *testing.T) {
	n := newInternet(t)
	c, token := n.client(t)
	for _, way := range []string{"https://other.example", "https://home.example:8443", "https://sub.home.example"} {
		for _, status := range []int{302, 303, 307} {
			home := homeURL + bezalaService.resource
			back := way + "/redirect?" + url.Values{"status": {"302"}, "to": {home}}.Encode()
			if status == 307 {
				back = way + "/redirect?" + url.Values{"status": {"307"}, "to": {home}}.Encode()
			}
			resp, err := fetch(t.Context(), c.HTTPClient(), redirectURL(302, back))
			if err != nil {
				t.Fatal(err)
			}
			wantNothingOfOurs(t, n.stranger.seen())
			visits := n.home.seen()
			if status == 307 {
				if resp.StatusCode != 307 || len(visits) != 1 {
					t.Errorf("%s: HTTP %d, visits %v; want the stranger's 307", way, resp.StatusCode, visits)
				}
				continue
			}
			if len(visits) != 2 {
				t.Fatalf("%s: visits %v; want two", way, visits)
			}
			wantNothingOfOurs(t, visits[1:])
			if resp.StatusCode != http.StatusUnauthorized {
				t.Errorf("%s: HTTP %d; want 401", way, resp.StatusCode)
			}
		}
	}
	if !mustToken(t, c).Equal(token) {
		t.Error("the 401 to a request that we did not authorise cost us the token")
	}
	wantLogins(t, n.sandbox, 1)
}

// A caller's own credentials are as much at home as ours, at every hop.
func TestRedirectStripsTheCallersOwnCredentials(t *testing.T) {
	n := newInternet(t)
	c, _ := n.client(t)
	clients := map[string]*http.Client{
		"with an account":    c.HTTPClient(),
		"without an account": newHTTPClient(t, client.WithTransport(n.transport)),
	}
	for name, hc := range clients {
		for _, away := range []string{"https://other.example", "https://home.example:8443", "https://sub.home.example"} {
			t.Run(name+" to "+away, func(t *testing.T) {
				// Home, the stranger, and once more within the stranger's.
				again := away + "/redirect?" + url.Values{"status": {"302"}, "to": {away + "/landing"}}.Encode()
				req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, redirectURL(302, again), nil)
				if err != nil {
					t.Fatal(err)
				}
				req.Header.Set("Authorization", "Basic b3duOm93bg==")
				req.Header.Set("Proxy-Authorization", "Basic b3duOm93bg==")
				req.Header.Set("Cookie", "session=own")
				resp, err := hc.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
				if home := n.home.seen(); len(home) != 1 || home[0].header.Get("Authorization") != "Basic b3duOm93bg==" {
					t.Errorf("at home: %v; want the caller's own Authorization", home)
				}
				visits := n.stranger.seen()
				if len(visits) != 2 {
					t.Errorf("visits %v; want two", visits)
				}
				wantNothingOfOurs(t, visits)
			})
		}
	}
}

// A login's redirect is not followed, not even one that would replay the password.
func TestLoginRedirectKeepsThePasswordAtHome(t *testing.T) {
	n := newInternet(t)
	for _, to := range strangers {
		for _, status := range []int{301, 302, 303, 307, 308} {
			n.sandbox.SetOutage(sandbox.Outage{Kind: sandbox.Redirect, Scope: sandbox.Logins, Status: status, Location: to, Times: 1})
			c := newClient(t, bezala.Password{
				BaseURL: homeURL, Email: "user@example.com", Password: client.Static("your-password"),
			}, client.WithTransport(n.transport))
			if _, err := c.Token(t.Context()); err == nil {
				t.Errorf("%d to %s: no error", status, to)
			}
			if visits := n.stranger.seen(); len(visits) != 0 {
				t.Errorf("%d to %s: %v; want no visit", status, to, visits)
			}
		}
	}
}

// Plain http reaches this machine only, also by a redirect from this machine.
func TestRedirectIntoTheClear(t *testing.T) {
	home := &host{}
	server := httptest.NewServer(home)
	defer server.Close()
	hc := newHTTPClient(t)
	_, err := fetch(t.Context(), hc, server.URL+"/redirect?"+url.Values{"status": {"302"}, "to": {"http://other.example/"}}.Encode())
	wantErr(t, err, client.ErrInvalidInput)
	if _, err := fetch(t.Context(), hc, server.URL+"/landing"); err != nil {
		t.Error(err)
	}
}

func TestRedirectsEnd(t *testing.T) {
	n := newInternet(t)
	c, _ := n.client(t)
	loop := "/redirect?" + url.Values{"status": {"302"}, "to": {"/landing"}}.Encode()
	n.home.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/landing", http.StatusFound)
	})
	_, err := fetch(t.Context(), c.HTTPClient(), homeURL+loop)
	if err == nil || !strings.Contains(err.Error(), "10 redirects") {
		t.Errorf("%v; want an end after 10 redirects", err)
	}
	if visits := n.home.seen(); len(visits) != 10 {
		t.Errorf("%d requests; want 10", len(visits))
	}
}

// The answer of a retry is redirected by the same rules.
func TestRedirectAfterARateLimitIsWithoutTheToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := &everywhere{Server: bezalaService.start(t, sandbox.Config{})}
		moved := newServer(tooMany("1"), response{status: 302, header: http.Header{"Location": {"https://sub.bezala.sandbox.example/"}}})
		c := bezalaService.client(t, net.Server, client.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
			if req.URL.Path == "/moved" {
				return moved.RoundTrip(req)
			}
			return net.RoundTrip(req)
		})))
		if status := get(t, c, "/moved"); status != http.StatusOK || len(moved.at) != 2 {
			t.Errorf("HTTP %d after %d requests; want the redirect of the second one followed", status, len(moved.at))
		}
		if len(net.authorization()) > 0 {
			t.Error("the token went to a subdomain")
		}
	})
}
