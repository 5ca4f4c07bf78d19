package wire_test

import (
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/latchkey-go/latchkey/client/internal/wire"
)

// loginServer notes how each login came.
type loginServer struct {
	*httptest.Server
	came chan login
}

// login is how a login came.
type login struct{ proto, from, body string }

func newLoginServer(t *testing.T, start func(*httptest.Server)) *loginServer {
	t.Helper()
	s := &loginServer{came: make(chan login, 9)}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.came <- login{r.Proto, r.RemoteAddr, string(body)}
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // a handshake that fails is what some tests want
	start(s.Server)
	t.Cleanup(s.Close)
	return s
}

func withHTTP2(s *httptest.Server) {
	s.EnableHTTP2 = true
	s.StartTLS()
}

// withHTTP2Only makes a server end the handshake of whoever does not speak HTTP/2.
func withHTTP2Only(s *httptest.Server) {
	s.EnableHTTP2 = true
	s.TLS = &tls.Config{GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if strings.Contains(strings.Join(hello.SupportedProtos, " "), "h2") {
			return nil, nil //nolint:nilnil // the server's own
		}
		config := s.TLS.Clone()
		config.GetConfigForClient, config.NextProtos = nil, []string{"another"}
		return config, nil
	}}
	s.StartTLS()
}

// trust returns the configuration of a client that trusts the server.
func (s *loginServer) trust() *tls.Config {
	if s.TLS == nil {
		return nil
	}
	return &tls.Config{RootCAs: s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs, ServerName: "example.com"}
}

func protocols(h1, h2 bool) *http.Protocols {
	p := new(http.Protocols)
	p.SetHTTP1(h1)
	p.SetHTTP2(h2)
	return p
}

// A login has a connection of its own, by HTTP/1.1, if the transport can make one as the user wants it.
func TestT8HowALoginComes(t *testing.T) {
	for name, tt := range map[string]struct {
		start func(*httptest.Server)
		base  func(trust *tls.Config) http.RoundTripper
		proto string
		own   bool // a connection of its own
	}{
		"in the clear": {(*httptest.Server).Start, func(*tls.Config) http.RoundTripper { return &http.Transport{} }, "HTTP/1.1", true},
		"by TLS":       {withHTTP2, func(trust *tls.Config) http.RoundTripper { return &http.Transport{TLSClientConfig: trust} }, "HTTP/1.1", true},
		"HTTP/2 is preferred": {withHTTP2, func(trust *tls.Config) http.RoundTripper {
			return &http.Transport{TLSClientConfig: trust, ForceAttemptHTTP2: true}
		}, "HTTP/1.1", true},
		"both protocols are named": {withHTTP2, func(trust *tls.Config) http.RoundTripper {
			return &http.Transport{TLSClientConfig: trust, Protocols: protocols(true, true)}
		}, "HTTP/1.1", true},
		"HTTP/2 only, as the user wants": {withHTTP2, func(trust *tls.Config) http.RoundTripper {
			return &http.Transport{TLSClientConfig: trust, Protocols: protocols(false, true)}
		}, "HTTP/2.0", false},
		"HTTP/2 only, as the server wants": {withHTTP2Only, func(trust *tls.Config) http.RoundTripper {
			return &http.Transport{TLSClientConfig: trust, ForceAttemptHTTP2: true}
		}, "HTTP/2.0", false},
		"a dialer that may promise HTTP/2": {withHTTP2, func(trust *tls.Config) http.RoundTripper {
			trust.NextProtos = []string{"h2"}
			return &http.Transport{ForceAttemptHTTP2: true, DialTLSContext: (&tls.Dialer{Config: trust}).DialContext}
		}, "HTTP/2.0", false},
		"an old one": {withHTTP2, func(trust *tls.Config) http.RoundTripper {
			trust.NextProtos = []string{"h2"}
			dial := func(network, address string) (net.Conn, error) { return tls.Dial(network, address, trust) }
			return &http.Transport{ForceAttemptHTTP2: true, DialTLS: dial} //nolint:staticcheck // users have it, deprecated or not
		}, "HTTP/2.0", false},
		"a dialer without HTTP/2": {withHTTP2, func(trust *tls.Config) http.RoundTripper {
			return &http.Transport{DialTLSContext: (&tls.Dialer{Config: trust}).DialContext}
		}, "HTTP/1.1", true},
		"a user's RoundTripper": {(*httptest.Server).Start, func(*tls.Config) http.RoundTripper { return base((&http.Transport{}).RoundTrip) }, "HTTP/1.1", false},
	} {
		t.Run(name, func(t *testing.T) {
			srv := newLoginServer(t, tt.start)
			rt := tt.base(srv.trust())
			from := map[string]bool{}
			for range 2 {
				resp, err := wire.Guard{Base: rt}.ForLogins().RoundTrip(newRequest(t, http.MethodPost, srv.URL, "secret"))
				if err != nil {
					t.Fatal(err)
				}
				_ = read(t, resp)
				got := <-srv.came
				from[got.from] = true
				if got.proto != tt.proto || got.body != "secret" {
					t.Errorf("%q came by %s; want the secret by %s", got.body, got.proto, tt.proto)
				}
			}
			if own := len(from) == 2; own != tt.own {
				t.Errorf("each login has a connection of its own: %t; want %t", own, tt.own)
			}
			wire.CloseIdle(rt)
		})
	}
}

// At a server that wants HTTP/2, a body that cannot be made again is not sent half.
func TestT8LoginThatCannotBeSentAgainFailsAtOnce(t *testing.T) {
	srv := newLoginServer(t, withHTTP2Only)
	rt := &http.Transport{TLSClientConfig: srv.trust(), ForceAttemptHTTP2: true}
	for name, getBody := range map[string]func() (io.ReadCloser, error){
		"a stream": nil,
		"gone":     func() (io.ReadCloser, error) { return nil, errors.New("the file is gone") },
	} {
		req := newRequest(t, http.MethodPost, srv.URL, "secret")
		req.GetBody = getBody
		resp, err := wire.Guard{Base: rt}.ForLogins().RoundTrip(req)
		if resp != nil || err == nil || !strings.Contains(err.Error(), "no application protocol") || len(srv.came) != 0 {
			t.Errorf("%s: %v, %v; want the handshake's error", name, resp, err)
		}
	}
}

// The header of a login's answer is short, or it is an error. A user's own limit may be shorter still.
func TestT8LoginReadsAShortHeader(t *testing.T) {
	var length atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X", strings.Repeat("x", int(length.Load())))
	}))
	defer srv.Close()
	for name, tt := range map[string]struct {
		limit, header int64
		ok            bool
	}{
		"a header of 60 KiB": {0, 60 << 10, true}, "of 70 KiB": {0, 70 << 10, false},
		"of 70 KiB, though the user allows more": {1 << 20, 70 << 10, false}, "of 60 KiB, which he allows": {1 << 20, 60 << 10, true},
		"of 8 KiB, and he allows less": {1 << 10, 8 << 10, false}, "no limit of his that makes sense": {-1, 60 << 10, true},
	} {
		length.Store(tt.header)
		rt := &http.Transport{MaxResponseHeaderBytes: tt.limit}
		resp, err := wire.Guard{Base: rt}.ForLogins().RoundTrip(newRequest(t, http.MethodPost, srv.URL, "secret"))
		if (err == nil) != tt.ok {
			t.Errorf("%s: %v; want an answer: %t", name, err, tt.ok)
		}
		if err == nil {
			_ = resp.Body.Close()
		}
	}
}

// A transport on which RegisterProtocol was called hands all requests of that scheme to another RoundTripper.
func TestT8LoginGoesTheRegisteredWay(t *testing.T) {
	for scheme, want := range map[string]int{"http": 1, "own": 0} {
		srv := newLoginServer(t, (*httptest.Server).Start)
		registered := 0
		rt := &http.Transport{}
		rt.RegisterProtocol(scheme, base(func(req *http.Request) (*http.Response, error) {
			registered++
			return answer{status: http.StatusOK}.to(req), nil
		}))
		resp, err := wire.Guard{Base: rt}.ForLogins().RoundTrip(newRequest(t, http.MethodPost, srv.URL, "secret"))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if registered != want || len(srv.came) != 1-want {
			t.Errorf("%s is registered: the login went that way %d times, and %d times to the server; want %d", scheme, registered, len(srv.came), want)
		}
	}
}
