package client_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

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

// A server reads the login and closes, on each connection that waited.
func TestT8LoginWithManyIdleConnections(t *testing.T) {
	limited := roomy()
	limited.MaxConnsPerHost = idleConnections
	users := roomy()
	for name, tt := range map[string]struct {
		base   http.RoundTripper
		posts  int64
		always int64 // posts if the server closes new connections, too
		works  bool
	}{
		"the default":           {nil, 1, 1, true},
		"a transport":           {roomy(), 1, 1, true},
		"one with a limit":      {limited, 1, 1, true},
		"without keep-alives":   {&http.Transport{DisableKeepAlives: true}, 1, 1, true},
		"a user's own":          {roundTripper(users.RoundTrip), 2, 2, false},
		"a user's that closes":  {closable{roomy()}, 2, 2, true},
		"a user's, repeatable":  {idempotent(roomy()), 2, 2, false},
		"a user's, two of them": {roundTripper(idempotent(roomy()).RoundTrip), 2, 2, false},
	} {
		for _, always := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, always %t", name, always), func(t *testing.T) {
				srv := newHangingUp(t)
				srv.always.Store(always)
				var opts []client.Option
				if tt.base != nil {
					opts = append(opts, client.WithTransport(tt.base))
				}
				srv.fill(t, newHTTPClient(t, opts...))
				_, err := newClient(t, srv.login(), opts...).Token(t.Context())
				want := tt.posts
				if always {
					want = tt.always
				}
				if got := srv.posts.Load(); got != want {
					t.Errorf("the password was sent %d times; want %d", got, want)
				}
				switch works := tt.works && !always; {
				case works && err != nil:
					t.Error(err)
				case !works:
					wantErr(t, err, client.ErrUnavailable)
				}
			})
		}
	}
}

// A user's own RoundTripper meets a connection that the server has just closed: one more try does it.
func TestT8LoginIsSentOnceMoreAfterAReusedConnectionBroke(t *testing.T) {
	for _, base := range []http.RoundTripper{roundTripper((&http.Transport{}).RoundTrip), closable{&http.Transport{}}, idempotent(&http.Transport{})} {
		srv := newHangingUp(t)
		c := newClient(t, srv.login(), client.WithTransport(base))
		for i := range int64(3) {
			if _, err := fetch(t.Context(), newHTTPClient(t, client.WithTransport(base)), srv.URL); err != nil {
				t.Fatal(err)
			}
			if err := c.LogIn(t.Context()); err != nil {
				t.Errorf("login %d: %v", i+1, err)
			}
			if got, want := srv.posts.Load(), 2*(i+1); got != want {
				t.Errorf("login %d: the password was sent %d times; want %d", i+1, got, want)
			}
		}
	}
}

// With HTTP/2 the connection is one that others use, too.
func TestT8LoginIsSentOnceMoreByHTTP2(t *testing.T) {
	type connKey struct{}
	var posts atomic.Int64
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if body, _ := io.ReadAll(r.Body); len(body) > 0 && posts.Add(1) == 1 {
			_ = r.Context().Value(connKey{}).(net.Conn).Close()
			<-r.Context().Done()
		}
		_, _ = io.WriteString(w, `{"access_token":"t","token_type":"bearer"}`)
	}))
	srv.Config.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		return context.WithValue(ctx, connKey{}, conn)
	}
	srv.EnableHTTP2 = true
	srv.StartTLS()
	defer srv.Close()
	base := srv.Client().Transport.(*http.Transport)
	opt := client.WithTransport(roundTripper(base.RoundTrip))
	if _, err := fetch(t.Context(), newHTTPClient(t, opt), srv.URL); err != nil {
		t.Fatal(err)
	}
	mustToken(t, newClient(t, formlogin.Password{BaseURL: srv.URL, Username: "u", Password: client.Static("p")}, opt))
	if got := posts.Load(); got != 2 {
		t.Errorf("the password was sent %d times; want 2", got)
	}
}

func TestT8LoginIsNotSentOnceMore(t *testing.T) {
	noBodyAgain := func(req *http.Request) *http.Request {
		once := req.Clone(req.Context())
		once.GetBody = nil
		return once
	}
	for name, tt := range map[string]struct {
		idle            bool // there are idle connections
		partial, silent bool
		change          func(*http.Request) *http.Request // of the Login
	}{
		"a new connection broke":      {},
		"an answer had begun":         {idle: true, partial: true},
		"no answer came for too long": {idle: true, silent: true},
		"a body that is there once":   {idle: true, change: noBodyAgain},
	} {
		t.Run(name, func(t *testing.T) {
			srv := newHangingUp(t)
			srv.always.Store(true)
			srv.partial.Store(tt.partial)
			srv.silent.Store(tt.silent)
			tries, transport := 0, roomy()
			base := roundTripper(func(req *http.Request) (*http.Response, error) {
				if req.Method == http.MethodPost {
					tries++
				}
				return transport.RoundTrip(req)
			})
			if tt.idle {
				srv.fill(t, &http.Client{Transport: transport})
			}
			if tt.silent {
				transport.ResponseHeaderTimeout = 100 * time.Millisecond
			}
			login := ownLogin(func(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
				req, err := http.NewRequestWithContext(ctx, http.MethodPost, srv.URL+"/login", strings.NewReader(secret))
				if err != nil {
					return client.Token{}, err
				}
				if tt.change != nil {
					req = tt.change(req)
				}
				_, err = sendAndRead(hc, req)
				return client.Token{}, err
			})
			if _, err := newClient(t, login, client.WithTransport(base)).Token(t.Context()); err == nil {
				t.Error("no error")
			}
			<-srv.read
			if got := srv.posts.Load(); got != 1 || tries != 1 {
				t.Errorf("the password was sent %d times, in %d tries; want once", got, tries)
			}
		})
	}
}

// A user's RoundTripper may read the body and ask for it again, to sign it, also after requests of its own.
func TestT8LoginThroughASigner(t *testing.T) {
	srv := newHangingUp(t)
	base := &http.Transport{}
	signed := 0
	signer := roundTripper(func(req *http.Request) (*http.Response, error) {
		if req.GetBody != nil {
			if _, err := fetch(req.Context(), &http.Client{Transport: base}, srv.URL+"/credentials"); err != nil {
				return nil, err
			}
			for range 3 {
				body, err := req.GetBody()
				if err != nil {
					return nil, err
				}
				if read, _ := io.ReadAll(body); bytes.Contains(read, []byte("password=p")) {
					signed++
				}
				_ = body.Close()
			}
		}
		return (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	})
	mustToken(t, newClient(t, srv.login(), client.WithTransport(signer)))
	if signed != 3 || srv.posts.Load() != 1 {
		t.Errorf("signed %d times, sent %d times", signed, srv.posts.Load())
	}
}

// Sign-up is not sent twice: net/http repeats a POST only if nothing of it was written.
func TestT8SignUpIsSentOnce(t *testing.T) {
	for name, base := range map[string]http.RoundTripper{
		"the default": nil, "a transport": roomy(), "a user's own": roundTripper(roomy().RoundTrip), "a user's that closes": closable{roomy()},
	} {
		for _, always := range []bool{false, true} {
			srv := newHangingUp(t)
			srv.always.Store(always)
			var opts []client.Option
			if base != nil {
				opts = append(opts, client.WithTransport(base))
			}
			hc := newHTTPClient(t, opts...)
			srv.fill(t, hc)
			resp, err := hc.Post(srv.URL+"/sign-up", "text/plain", strings.NewReader("me"))
			if err == nil {
				resp.Body.Close()
				t.Errorf("%s: HTTP %d; want an error", name, resp.StatusCode)
			}
			if got := srv.posts.Load(); got != 1 {
				t.Errorf("%s: it was sent %d times; want once", name, got)
			}
		}
	}
}

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

// A transport on which RegisterProtocol was called hands everything to another RoundTripper. Its copy would not: the
// password would go where the user does not want it.
func TestT8LoginGoesTheRegisteredWay(t *testing.T) {
	for _, scheme := range []string{"http", "https"} {
		var paths []string
		base := &http.Transport{DialContext: func(_ context.Context, _, address string) (net.Conn, error) {
			t.Errorf("%s: dialled %s", scheme, address)
			return nil, errors.New("no network here")
		}}
		base.RegisterProtocol(scheme, roundTripper(func(req *http.Request) (*http.Response, error) {
			paths = append(paths, req.URL.Path)
			return response{status: http.StatusOK, body: `{"access_token":"t","token_type":"bearer"}`}.to(req)
		}))
		login := formlogin.Password{BaseURL: scheme + "://localhost", Username: "u", Password: client.Static("p")}
		get(t, newClient(t, login, client.WithTransport(base)), "/x")
		if !slices.Equal(paths, []string{"/auth/login", "/x"}) {
			t.Errorf("%s: %v came; want the login and the request", scheme, paths)
		}
	}
}

// net/http logs what follows an answer on a connection that is kept, and a back end may echo a password there.
func TestT8LoginLeavesNothingForTheLog(t *testing.T) {
	var logged bytes.Buffer
	before := log.Writer()
	log.SetOutput(&logged)
	defer func() { log.SetOutput(before) }()
	answer := `{"access_token":"t","token_type":"bearer"}`
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	closed := make(chan struct{})
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		read := make([]byte, 1<<16)
		n, _ := conn.Read(read)
		_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%sYou sent %s", len(answer), answer, read[:n])
		_, _ = io.Copy(io.Discard, conn) // until the other side closes
		close(closed)
	}()
	login := formlogin.Password{BaseURL: "http://" + listener.Addr().String(), Username: "u", Password: client.Static("hunter2")}
	mustToken(t, newClient(t, login, client.WithTransport(&http.Transport{})))
	<-closed
	log.SetOutput(before)
	if strings.Contains(logged.String(), "hunter2") || strings.Contains(logged.String(), "Unsolicited") {
		t.Errorf("logged: %s", &logged)
	}
}

// uvicorn repeats a connection's first Date, so that a token's life would be measured from a time long past.
func TestT8LoginReadsAFreshDate(t *testing.T) {
	const life, stale = time.Hour, 20 * time.Minute
	var requests sync.Map // by connection
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		count, _ := requests.LoadOrStore(r.RemoteAddr, new(atomic.Int64))
		now := time.Now().UTC()
		// As if there were 20 minutes between two requests.
		date := now.Add(-time.Duration(count.(*atomic.Int64).Add(1)-1) * stale)
		w.Header().Set("Date", date.Format(http.TimeFormat))
		_, _ = fmt.Fprintf(w, `{"access_token":"a.%s.c","token_type":"bearer"}`,
			base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `{"exp":%d}`, now.Add(life).Unix())))
	}))
	defer srv.Close()
	c := newClient(t, formlogin.Password{BaseURL: srv.URL, Username: "u", Password: client.Static("p")}, client.WithTransport(&http.Transport{}))
	for range 3 {
		if err := c.LogIn(t.Context()); err != nil {
			t.Fatal(err)
		}
		if left := time.Until(mustExpire(t, c)); left < life-time.Minute || left > life+time.Minute {
			t.Errorf("the token lives for %s; want about %s", left, life)
		}
	}
}

func TestT8LoginLeavesNoConnection(t *testing.T) {
	states := make(chan http.ConnState, 9)
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"access_token":"t","token_type":"bearer"}`)
	}))
	srv.Config.ConnState = func(_ net.Conn, state http.ConnState) { states <- state }
	srv.Start()
	defer srv.Close()
	mustToken(t, newClient(t, formlogin.Password{BaseURL: srv.URL, Username: "u", Password: client.Static("p")}))
	for _, want := range []http.ConnState{http.StateNew, http.StateActive, http.StateClosed} {
		if got := <-states; got != want {
			t.Errorf("the connection is %s; want %s", got, want)
		}
	}
}
