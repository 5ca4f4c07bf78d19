package client_test

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/formlogin"
)

// refuser is an HTTP/2 server that refuses each stream, and so invites its client to try again.
type refuser struct {
	network *pipes
	config  *tls.Config
	pool    *tls.Config // what a client needs to trust it
	posts   atomic.Int64
	serving sync.WaitGroup
}

func newRefuser(protocols ...string) *refuser {
	certified := httptest.NewTLSServer(nil)
	certified.Close()
	r := &refuser{
		config: &tls.Config{Certificates: certified.TLS.Certificates, NextProtos: protocols},
		pool: &tls.Config{
			RootCAs: certified.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs, ServerName: "example.com",
		},
	}
	return r
}

// start serves in the bubble that it is called in, until ctx is done.
func (r *refuser) start(ctx context.Context) {
	r.network = newPipes()
	r.serving.Go(func() {
		for {
			conn, err := r.network.Accept()
			if err != nil {
				return
			}
			context.AfterFunc(ctx, func() { _ = conn.Close() })
			r.serving.Go(func() { r.serve(tls.Server(conn, r.config)) })
		}
	})
}

func (r *refuser) serve(conn *tls.Conn) {
	defer func() { _ = conn.Close() }()
	if conn.Handshake() != nil {
		return
	}
	if conn.ConnectionState().NegotiatedProtocol != "h2" {
		r.posts.Add(1)
		_, _ = conn.Read(make([]byte, 1<<10))
		return
	}
	const data, headers, reset, settings = 0, 1, 3, 4
	frames := make(chan []byte, 99)
	defer close(frames)
	go func() { // a pipe holds nothing, so that reading must not wait for writing
		for frame := range frames {
			_, _ = conn.Write(frame)
		}
	}()
	frame := func(kind, flags byte, stream uint32, payload ...byte) {
		head := binary.BigEndian.AppendUint32([]byte{0, 0, byte(len(payload)), kind, flags}, stream)
		frames <- append(head, payload...)
	}
	if _, err := io.CopyN(io.Discard, conn, int64(len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))); err != nil {
		return
	}
	frame(settings, 0, 0)
	for head := make([]byte, 9); ; {
		if _, err := io.ReadFull(conn, head); err != nil {
			return
		}
		length := int64(head[0])<<16 | int64(head[1])<<8 | int64(head[2])
		if _, err := io.CopyN(io.Discard, conn, length); err != nil {
			return
		}
		stream := binary.BigEndian.Uint32(head[5:])
		switch {
		case head[3] == settings && head[4] == 0:
			frame(settings, 1, 0)
		case head[3] == headers:
			r.posts.Add(1)
		case head[3] == data && head[4]&1 != 0:
			frame(reset, 0, stream, 0, 0, 0, 7) // REFUSED_STREAM
		}
	}
}

// transport returns a transport that reaches it.
func (r *refuser) transport() *http.Transport {
	return &http.Transport{
		TLSClientConfig:   r.pool.Clone(),
		ForceAttemptHTTP2: true,
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			return r.network.dial(new(atomic.Bool)), nil
		},
	}
}

// A server that refuses what it was sent does not get the password again and again. A transport without keep-alives
// would send it 250 times a second.
func TestT8LoginAtAServerThatRefusesStreams(t *testing.T) {
	for name, tt := range map[string]struct {
		protocols []string // the server's
		base      func(*refuser) http.RoundTripper
	}{
		"a transport": {[]string{"h2", "http/1.1"}, func(r *refuser) http.RoundTripper { return r.transport() }},
		"a server of HTTP/2 only": {[]string{"h2"}, func(r *refuser) http.RoundTripper {
			r.config.GetConfigForClient = refuseHTTP1(func() *tls.Config { return r.config })
			return r.transport()
		}},
		"a transport of HTTP/2 only": {[]string{"h2"}, func(r *refuser) http.RoundTripper {
			base := r.transport()
			base.Protocols = new(http.Protocols)
			base.Protocols.SetHTTP2(true)
			return base
		}},
		"a transport that dials TLS": {[]string{"h2"}, func(r *refuser) http.RoundTripper {
			base := r.transport()
			base.DialTLSContext = func(context.Context, string, string) (net.Conn, error) {
				config := r.pool.Clone()
				config.NextProtos = []string{"h2"}
				return tls.Client(r.network.dial(new(atomic.Bool)), config), nil
			}
			return base
		}},
		"without keep-alives": {[]string{"h2"}, func(r *refuser) http.RoundTripper {
			base := r.transport()
			base.DisableKeepAlives = true
			return base
		}},
		"a user's own": {[]string{"h2"}, func(r *refuser) http.RoundTripper { return roundTripper(r.transport().RoundTrip) }},
		"a user's, without keep-alives": {[]string{"h2"}, func(r *refuser) http.RoundTripper {
			base := r.transport()
			base.DisableKeepAlives = true
			return roundTripper(base.RoundTrip)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			srv := newRefuser(tt.protocols...)
			synctest.Test(t, func(t *testing.T) {
				ctx, stop := context.WithCancel(t.Context())
				srv.start(ctx)
				defer srv.serving.Wait()
				defer func() { _ = srv.network.Close() }()
				defer stop()
				base := tt.base(srv)
				login := ownLogin(func(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
					_, err := ask(ctx, hc, "/login", secret)
					return client.Token{}, err
				})
				_, err := newClient(t, login, client.WithTransport(base)).Token(t.Context())
				wantErr(t, err, client.ErrUnavailable)
				if got := srv.posts.Load(); got < 1 || got > 2 {
					t.Errorf("the password was sent %d times; want once or twice", got)
				}
			})
		})
	}
}

// A copy of a transport that has made up its mind about HTTP/2 promises it, and speaks HTTP/1.1 (go.dev/issue/39302).
func TestT8LoginAtAServiceWithHTTP2(t *testing.T) {
	var protos []string
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		protos = append(protos, r.Proto)
		_, _ = io.WriteString(w, `{"access_token":"t","token_type":"bearer"}`)
	}))
	srv.EnableHTTP2 = true
	srv.StartTLS()
	defer srv.Close()
	trust := srv.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	h2only, both := new(http.Protocols), new(http.Protocols)
	h2only.SetHTTP2(true)
	both.SetHTTP1(true)
	both.SetHTTP2(true)
	for name, tt := range map[string]struct {
		base       *http.Transport
		login, api string
	}{
		"an empty one":       {&http.Transport{}, "HTTP/1.1", "HTTP/2.0"},
		"a forced one":       {&http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{}}, "HTTP/1.1", "HTTP/2.0"},
		"the default":        {client.DefaultTransport(), "HTTP/1.1", "HTTP/2.0"},
		"both protocols":     {&http.Transport{Protocols: both}, "HTTP/1.1", "HTTP/2.0"},
		"HTTP/2 only":        {&http.Transport{Protocols: h2only}, "HTTP/2.0", "HTTP/2.0"},
		"HTTP/1.1 only":      {&http.Transport{TLSNextProto: map[string]func(string, *tls.Conn) http.RoundTripper{}, TLSClientConfig: &tls.Config{}}, "HTTP/1.1", "HTTP/1.1"},
		"a TLS dialer":       {&http.Transport{ForceAttemptHTTP2: true, DialTLSContext: dialTLS(srv, "h2", "http/1.1")}, "HTTP/2.0", "HTTP/2.0"},
		"one for HTTP/1.1":   {&http.Transport{DialTLSContext: dialTLS(srv, "http/1.1")}, "HTTP/1.1", "HTTP/1.1"},
		"one that says none": {&http.Transport{ForceAttemptHTTP2: true, DialTLSContext: dialTLS(srv)}, "HTTP/1.1", "HTTP/1.1"},
	} {
		t.Run(name, func(t *testing.T) {
			tt.base.CloseIdleConnections() // it makes up its mind
			if tt.base.TLSClientConfig == nil {
				tt.base.TLSClientConfig = &tls.Config{}
			}
			tt.base.TLSClientConfig.RootCAs = trust
			defer tt.base.CloseIdleConnections()
			protos = nil
			login := formlogin.Password{BaseURL: srv.URL, Username: "u", Password: client.Static("p")}
			c := newClient(t, login, client.WithTransport(tt.base))
			for range 2 {
				get(t, c, "/x")
				if err := c.LogIn(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if want := []string{tt.login, tt.api, tt.login, tt.api, tt.login}; !slices.Equal(protos, want) {
				t.Errorf("login, request, login, request, login by %v; want %v", protos, want)
			}
		})
	}
}

// A server that speaks HTTP/2 only says so in the handshake, before anything is sent.
func TestT8LoginAtAServiceWithHTTP2Only(t *testing.T) {
	var protos []string
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		protos = append(protos, r.Proto)
		_, _ = io.WriteString(w, `{"access_token":"t","token_type":"bearer"}`)
	}))
	srv.EnableHTTP2 = true
	srv.TLS = &tls.Config{GetConfigForClient: refuseHTTP1(func() *tls.Config { return srv.TLS })}
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	defer srv.Close()
	login := formlogin.Password{BaseURL: srv.URL, Username: "u", Password: client.Static("p")}
	base := client.DefaultTransport()
	base.TLSClientConfig = &tls.Config{RootCAs: srv.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}
	defer base.CloseIdleConnections()
	mustToken(t, newClient(t, login, client.WithTransport(base)))
	if !slices.Equal(protos, []string{"HTTP/2.0"}) {
		t.Errorf("the login came by %v", protos)
	}
}

// refuseHTTP1 makes a server end the handshake of a client that does not speak HTTP/2. Go's would do without ALPN.
func refuseHTTP1(of func() *tls.Config) func(*tls.ClientHelloInfo) (*tls.Config, error) {
	return func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if slices.Contains(hello.SupportedProtos, "h2") {
			return nil, nil
		}
		config := of().Clone()
		config.GetConfigForClient, config.NextProtos = nil, []string{"another"}
		return config, nil
	}
}

// dialTLS dials a server of TLS, with protocols that the transport does not know of.
func dialTLS(srv *httptest.Server, protocols ...string) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		config := &tls.Config{
			RootCAs: srv.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs, NextProtos: protocols, ServerName: "example.com",
		}
		return (&tls.Dialer{Config: config}).DialContext(ctx, network, srv.Listener.Addr().String())
	}
}
