package client_test

import (
	"bytes"
	"context"
	"encoding/base64"
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
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/formlogin"
)

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
