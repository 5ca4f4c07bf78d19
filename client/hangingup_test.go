package client_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/formlogin"
)

// idleConnections is how many connections wait for a request when a login comes.
const idleConnections = 32

// hangingUp is a back end that reads a POST, and then closes its connection instead of answering: every time, or only
// if the connection has had a request before.
type hangingUp struct {
	*httptest.Server
	always  atomic.Bool
	partial atomic.Bool // it begins to answer first
	silent  atomic.Bool // it neither answers nor closes

	posts    atomic.Int64 // that it has read
	read     chan struct{}
	used     sync.Map // addresses that had a request
	together chan struct{}
	came     atomic.Int64
}

func newHangingUp(t *testing.T) *hangingUp {
	t.Helper()
	h := &hangingUp{together: make(chan struct{}), read: make(chan struct{}, 2*idleConnections)}
	h.Server = httptest.NewServer(h)
	t.Cleanup(h.Close)
	return h
}

func (h *hangingUp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, reused := h.used.Swap(r.RemoteAddr, true)
	switch {
	case r.URL.Path == "/together":
		if h.came.Add(1) == idleConnections {
			close(h.together)
		}
		<-h.together
	case r.Method == http.MethodPost:
		body, _ := io.ReadAll(r.Body)
		if len(body) > 0 {
			h.posts.Add(1)
			h.read <- struct{}{}
		}
		if h.silent.Load() {
			<-r.Context().Done()
			return
		}
		if reused || h.always.Load() {
			conn, _, _ := w.(http.Hijacker).Hijack()
			if h.partial.Load() {
				_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nDate: now\r\n")
			}
			_ = conn.Close()
			return
		}
		_, _ = io.WriteString(w, `{"access_token":"t","token_type":"bearer"}`)
	}
}

// fill leaves idle connections behind.
func (h *hangingUp) fill(t *testing.T, hc *http.Client) {
	t.Helper()
	atOnce(idleConnections, func(int) {
		if _, err := fetch(t.Context(), hc, h.URL+"/together"); err != nil {
			t.Error(err)
		}
	})
}

func (h *hangingUp) login() client.Login {
	return formlogin.Password{BaseURL: h.URL, Username: "u", Password: client.Static("p")}
}

// roomy returns a transport that keeps so many idle connections.
func roomy() *http.Transport { return &http.Transport{MaxIdleConnsPerHost: idleConnections} }

// idempotent makes net/http believe that every request may be repeated.
func idempotent(base http.RoundTripper) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		repeatable := req.Clone(req.Context())
		repeatable.Header["Idempotency-Key"] = nil
		return base.RoundTrip(repeatable)
	})
}

// closable is a user's RoundTripper that passes CloseIdleConnections on.
type closable struct{ *http.Transport }

func (c closable) RoundTrip(req *http.Request) (*http.Response, error) {
	return c.Transport.RoundTrip(req)
}
