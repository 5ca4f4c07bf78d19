package client_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/formlogin"
)

// A login reads 64 KiB of header, and the default transport 256 KiB, by HTTP/1.1 and HTTP/2. What net/http counts is a
// little more or less than the bytes.
func TestT5HeadersAreBounded(t *testing.T) {
	t.Parallel()
	length := 0
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for left := length; left > 0; left -= 1024 {
			w.Header().Add("X-Long", strings.Repeat("x", 1024-len("X-Long: \r\n")))
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprint(w, `{"access_token":"t","token_type":"bearer"}`)
	})
	for _, http2 := range []bool{false, true} {
		srv := httptest.NewUnstartedServer(handler)
		srv.EnableHTTP2 = http2
		srv.StartTLS()
		transport := client.DefaultTransport()
		transport.TLSClientConfig = srv.Client().Transport.(*http.Transport).TLSClientConfig
		c := newClient(t, formlogin.Password{BaseURL: srv.URL, Username: "u", Password: client.Static("p")}, client.WithTransport(transport))
		for kib, passes := range map[int]struct{ login, request bool }{56: {true, true}, 80: {false, true}, 220: {false, true}, 300: {}} {
			length = 0
			mustToken(t, c)
			length = kib << 10
			if err := c.LogIn(t.Context()); (err == nil) != passes.login {
				t.Errorf("HTTP/2: %t, a login's answer with %d KiB of header: %v", http2, kib, err)
			}
			resp, err := c.HTTPClient().Get(srv.URL + "/users/me")
			if (err == nil) != passes.request {
				t.Errorf("HTTP/2: %t, %d KiB of header: %v", http2, kib, err)
			}
			if err == nil {
				_ = resp.Body.Close()
			}
		}
		transport.CloseIdleConnections()
		srv.Close()
	}
}
