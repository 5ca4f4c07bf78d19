package client_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bearer"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// A back end on Laravel answers 401 only to those who want JSON first, and redirects others to a login page. One on
// Rails takes those who accept anything for browsers.
func TestT7RequestWithoutAcceptAsksForJSON(t *testing.T) {
	for name, tt := range map[string]struct {
		header http.Header
		want   []string
	}{
		"none":          {nil, []string{"application/json, application/*;q=0.5, text/*;q=0.5, image/*;q=0.5"}},
		"others":        {http.Header{"X-Own": {"1"}}, []string{"application/json, application/*;q=0.5, text/*;q=0.5, image/*;q=0.5"}},
		"its own":       {http.Header{"Accept": {"image/png"}}, []string{"image/png"}},
		"in lower case": {http.Header{"accept": {"image/png"}}, []string{"image/png"}},
		"switched off":  {http.Header{"Accept": nil}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header["Accept"] }))
			defer srv.Close()
			c := newClient(t, bearer.Token{Service: "s", BaseURL: srv.URL, Token: client.Static("t")})
			req := newRequest(t, http.MethodGet, srv.URL, nil)
			before := tt.header.Clone()
			req.Header = tt.header
			resp, err := c.HTTPClient().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if !slices.Equal(got, tt.want) {
				t.Errorf("Accept is %q; want %q", got, tt.want)
			}
			if strings.Join(req.Header["Accept"], ",") != strings.Join(before["Accept"], ",") {
				t.Errorf("the caller's own request has Accept %q now", req.Header["Accept"])
			}
		})
	}
}

// Whoever runs the service can see who sends what: every request names us, unless its caller names somebody else.
func TestT7UserAgent(t *testing.T) {
	const ours = "latchkey/devel" // a test's binary does not know the version
	for name, tt := range map[string]struct {
		header http.Header
		want   []string
	}{
		"none":          {http.Header{}, []string{ours}},
		"others":        {http.Header{"X-Own": {"1"}}, []string{ours}},
		"its own":       {http.Header{"User-Agent": {"own/1"}}, []string{"own/1"}},
		"in lower case": {http.Header{"user-agent": {"own/1"}}, []string{"own/1"}},
		"empty":         {http.Header{"User-Agent": {""}}, nil},
		"switched off":  {http.Header{"User-Agent": nil}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header["User-Agent"] })
			for _, http2 := range []bool{false, true} {
				srv := httptest.NewUnstartedServer(handler)
				srv.EnableHTTP2 = http2
				srv.StartTLS()
				opt := client.WithTransport(srv.Client().Transport)
				c := newClient(t, bearer.Token{Service: "s", BaseURL: "https://example.com", Token: client.Static("t")}, opt)
				bare := newHTTPClient(t, opt)
				for whose, send := range map[string]func(*http.Request) (*http.Response, error){
					"an authorised request": func(req *http.Request) (*http.Response, error) { return sendAndRead(c.HTTPClient(), req) },
					"a stranger's": func(req *http.Request) (*http.Response, error) {
						req.URL.Host, req.Host = srv.Listener.Addr().String(), ""
						return sendAndRead(c.HTTPClient(), req)
					},
					"one without an account": func(req *http.Request) (*http.Response, error) { return sendAndRead(bare, req) },
					"one without a client":   bare.Transport.RoundTrip,
				} {
					req := newRequest(t, http.MethodGet, "https://example.com", nil)
					req.Header = tt.header.Clone()
					resp, err := send(req)
					if err != nil {
						t.Fatal(err)
					}
					resp.Body.Close()
					if !slices.Equal(got, tt.want) {
						t.Errorf("HTTP/2 %t, %s: User-Agent is %q; want %q", http2, whose, got, tt.want)
					}
					if len(req.Header) != len(tt.header) || resp.Request != req {
						t.Errorf("HTTP/2 %t, %s: the caller's own request is changed: %v", http2, whose, req.Header)
					}
				}
				srv.Close()
			}
		})
	}
}

func TestT7LoginsHaveAUserAgent(t *testing.T) {
	for _, s := range services {
		synctest.Test(t, func(t *testing.T) {
			srv := s.start(t, sandbox.Config{})
			logins := recordLogins(s, srv)
			mustToken(t, s.client(t, srv, client.WithTransport(logins)))
			for _, sent := range logins.requests() {
				if got := sent.header["User-Agent"]; !slices.Equal(got, []string{"latchkey/devel"}) {
					t.Errorf("%s: User-Agent is %q", s.name, got)
				}
			}
		})
	}
}

func TestCloseIdleConnectionsReachesTheBase(t *testing.T) {
	closed := make(chan struct{}, 9)
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	srv.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateClosed {
			closed <- struct{}{}
		}
	}
	srv.Start()
	defer srv.Close()
	own := client.WithTransport(&http.Transport{})
	c := newClient(t, bearer.Token{Service: "s", BaseURL: srv.URL, Token: client.Static("t")}, own)
	bare, err := client.NewHTTPClient(own)
	if err != nil {
		t.Fatal(err)
	}
	for name, hc := range map[string]*http.Client{"HTTPClient": c.HTTPClient(), "NewHTTPClient": bare} {
		if _, err := fetch(t.Context(), hc, srv.URL); err != nil {
			t.Fatal(err)
		}
		hc.CloseIdleConnections()
		select {
		case <-closed:
		case <-time.After(10 * time.Second):
			t.Errorf("%s: the idle connection is still open", name)
		}
	}
}
