package client_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bearer"
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
