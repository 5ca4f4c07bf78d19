package client_test

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

// pipes is a net.Listener whose connections work in a bubble.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func newPipes() *pipes { return &pipes{make(chan net.Conn), make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	select {
	case <-p.closed:
	default:
		close(p.closed)
	}
	return nil
}

func (*pipes) Addr() net.Addr { return &net.TCPAddr{} }

// dial connects. The network of a connection is gone as soon as gone is true.
func (p *pipes) dial(gone *atomic.Bool) net.Conn {
	ours, theirs := net.Pipe()
	p.conns <- theirs
	return vanishing{ours, gone}
}

// vanishing is a connection whose network can vanish: what is written is lost, and nobody says so.
type vanishing struct {
	net.Conn
	gone *atomic.Bool
}

func (v vanishing) Write(b []byte) (int, error) {
	if v.gone.Load() {
		return len(b), nil
	}
	return v.Conn.Write(b)
}

// The network of an HTTP/2 connection is gone: pings notice it, so that calls do not use the connection for minutes.
func TestT8NetworkGoneUnderHTTP2(t *testing.T) {
	certified := httptest.NewTLSServer(nil)
	certified.Close()
	for name, waits := range map[string]bool{"while nobody calls": false, "while a call waits": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				network, entered, leave := newPipes(), make(chan struct{}, 1), make(chan struct{})
				server := &http.Server{
					Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
						if r.ProtoMajor != 2 {
							t.Error(r.Proto)
						}
						if r.URL.Path == "/wait" {
							entered <- struct{}{}
							<-leave
						}
					}),
					TLSConfig: &tls.Config{Certificates: certified.TLS.Certificates},
				}
				go func() { _ = server.ServeTLS(network, "", "") }()
				defer func() { _ = server.Close() }()
				defer close(leave)

				base, last := client.DefaultTransport(), new(atomic.Bool)
				defer base.CloseIdleConnections()
				base.TLSClientConfig = &tls.Config{RootCAs: certified.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}
				base.DialContext = func(context.Context, string, string) (net.Conn, error) {
					last = new(atomic.Bool)
					return network.dial(last), nil
				}
				hc := newHTTPClient(t, client.WithTransport(base))
				if _, err := fetch(t.Context(), hc, "https://example.com/"); err != nil {
					t.Fatal(err)
				}
				var waited chan error
				if waits {
					waited = make(chan error, 1)
					go func() {
						_, err := fetch(t.Context(), hc, "https://example.com/wait")
						waited <- err
					}()
					<-entered
				}
				last.Store(true)
				began := time.Now()
				for {
					ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
					called := time.Now()
					_, err := fetch(ctx, hc, "https://example.com/")
					cancel()
					if took := time.Since(called); took > 5*time.Second {
						t.Errorf("a call with 5 s of patience took %s", took)
					}
					took := time.Since(began)
					if took > 30*time.Second {
						t.Fatalf("no success after %s: %v", took, err)
					}
					if err == nil {
						break
					}
				}
				if waits {
					if err := <-waited; err == nil {
						t.Error("an answer over a network that is gone")
					}
				}
			})
		})
	}
}

// An answer may take as long as it likes while its network lives, by HTTP/2 and, since there is no limit, by HTTP/1.1.
func TestT8SlowAnswerIsNoDeadNetwork(t *testing.T) {
	certified := httptest.NewTLSServer(nil)
	certified.Close()
	for _, http2 := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			network := newPipes()
			server := &http.Server{
				Handler:   http.HandlerFunc(func(http.ResponseWriter, *http.Request) { time.Sleep(time.Hour) }),
				TLSConfig: &tls.Config{Certificates: certified.TLS.Certificates},
			}
			go func() { _ = server.ServeTLS(network, "", "") }()
			defer func() { _ = server.Close() }()
			base := client.DefaultTransport()
			defer base.CloseIdleConnections()
			base.ForceAttemptHTTP2 = http2
			base.TLSClientConfig = &tls.Config{RootCAs: certified.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}
			base.DialContext = func(context.Context, string, string) (net.Conn, error) { return network.dial(new(atomic.Bool)), nil }
			resp, err := fetch(t.Context(), newHTTPClient(t, client.WithTransport(base)), "https://example.com/")
			if err != nil || (resp.ProtoMajor == 2) != http2 {
				t.Errorf("HTTP/2 %t: %v, %v; want an answer after an hour", http2, resp, err)
			}
		})
	}
}

// A copy of the default is the user's own.
func TestT8DefaultTransportIsANewOne(t *testing.T) {
	one, another := client.DefaultTransport(), client.DefaultTransport()
	one.HTTP2.PingTimeout, one.MaxIdleConns = time.Hour, 1
	if another.HTTP2.PingTimeout == time.Hour || another.MaxIdleConns == 1 {
		t.Error("two copies share what they hold")
	}
}
