package wire_test

import (
	"net/http"
	"net/http/httptrace"
	"testing"

	"github.com/latchkey-go/latchkey/client/internal/wire"
)

// A user's RoundTripper can have a login's body again, for a signature. But net/http beneath does not get it once it
// has a connection and no answer: it would send it on each idle connection.
func TestT8BodyIsNotSentAgainBeneathUs(t *testing.T) {
	for _, body := range []string{"secret", ""} {
		req := newRequest(t, http.MethodPost, "https://own.example/login", body)
		resp, err := wire.Guard{Base: base(func(req *http.Request) (*http.Response, error) {
			if (req.GetBody != nil) != (body != "") {
				t.Fatalf("%q: it has a GetBody: %t", body, req.GetBody != nil)
			}
			trace := httptrace.ContextClientTrace(req.Context())
			for _, step := range []struct {
				name  string
				meet  func()
				gives bool
			}{
				{"before there is a connection", func() {}, true},
				{"on a connection", func() { trace.GotConn(httptrace.GotConnInfo{}) }, false},
				{"after the answer's first byte", func() { trace.GotFirstResponseByte() }, true},
			} {
				step.meet()
				if body == "" {
					continue
				}
				if _, err := req.GetBody(); (err == nil) != step.gives {
					t.Errorf("%s: %v; want a body: %t", step.name, err, step.gives)
				}
			}
			return answer{status: http.StatusOK}.to(req), nil
		})}.ForLogins().RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
}
