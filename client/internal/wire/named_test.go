package wire_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"

	"github.com/latchkey-go/latchkey/client/internal/wire"
)

// A request without a token, such as a sign-up, has a User-Agent and one Host. The caller sees its own request.
func TestT7NamedRequestHasAUserAgentAndOneHost(t *testing.T) {
	for name, tt := range map[string]struct {
		set   http.Header
		host  string
		agent []string
		same  bool // the request itself is sent
	}{
		"nothing is set":               {nil, "own.example", []string{"latchkey/devel"}, false},
		"User-Agent":                   {header("User-Agent", "me"), "own.example", []string{"me"}, true},
		"no User-Agent":                {http.Header{"User-Agent": nil}, "own.example", nil, true},
		"user-agent in small type":     {header("user-agent", "me"), "own.example", nil, false},
		"Host, which net/http ignores": {header("Host", "other.example"), "own.example", []string{"latchkey/devel"}, false},
		"host in small type":           {header("host", "other.example", "Date", "now"), "other.example", []string{"latchkey/devel"}, false},
		"the same, and a User-Agent":   {header("host", "other.example", "User-Agent", "me"), "other.example", []string{"me"}, false},
		"host without a value":         {http.Header{"host": {}}, "own.example", []string{"latchkey/devel"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			req := newRequest(t, http.MethodPost, "https://own.example/a", "x")
			req.Header = tt.set
			var sent *http.Request
			named := wire.Named{Base: base(func(req *http.Request) (*http.Response, error) {
				sent = req
				return answer{status: http.StatusOK}.to(req), nil
			})}
			resp, err := named.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if got := sent.Header["User-Agent"]; !slices.Equal(got, tt.agent) || sent.Host != tt.host || wire.HasHeader(sent.Header, "Host") {
				t.Errorf("User-Agent %q, Host %q and %v; want %q and %q", got, sent.Host, sent.Header, tt.agent, tt.host)
			}
			if (sent == req) != tt.same || resp.Request != req {
				t.Errorf("the same request is sent: %t, and answered: %t", sent == req, resp.Request == req)
			}
		})
	}
}

func TestNamedKeepsWhatTheBaseSays(t *testing.T) {
	failure := errors.New("no network here")
	other := newRequest(t, http.MethodGet, "https://other.example", "")
	for _, want := range []error{nil, failure} {
		resp, err := wire.Named{Base: base(func(*http.Request) (*http.Response, error) {
			if want != nil {
				return nil, want
			}
			return answer{status: http.StatusOK}.to(other), nil // the base has followed a redirect
		})}.RoundTrip(newRequest(t, http.MethodGet, "https://own.example", ""))
		if !errors.Is(err, want) || (resp != nil) != (want == nil) || resp != nil && resp.Request != other {
			t.Errorf("%v, %v; want %v and the base's own", resp, err, want)
		}
		if resp != nil {
			_ = resp.Body.Close()
		}
	}
}
