package client_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/becard"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/bleepay"
	"github.com/latchkey-go/latchkey/client/clienttest"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/formlogin"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

// What several files of tests use: services, Clients and calls, Logins and Secrets, RoundTrippers, stores, and checks.

// service is one of the four: its sandbox and its adapter.
type service struct {
	name      string
	sandbox   func(sandbox.Config) *sandbox.Server
	login     func(srv *sandbox.Server, secret client.Secret) client.Login
	loginPath string
	resource  string // a path that needs a token
}

var (
	becardService = service{
		name: "becard", sandbox: sandbox.NewBecard, loginPath: "/v1/auth/login", resource: "/v1/cards",
		login: func(srv *sandbox.Server, secret client.Secret) client.Login {
			return becard.Password{BaseURL: srv.URL, Email: srv.Accounts()[0].Name, Password: secret}
		},
	}
	bezalaService = service{
		name: "bezala", sandbox: sandbox.NewBezala, loginPath: "/api/auth/token", resource: "/api/accounts",
		login: func(srv *sandbox.Server, secret client.Secret) client.Login {
			return bezala.Password{BaseURL: srv.URL, Email: srv.Accounts()[0].Name, Password: secret}
		},
	}
	bleepayService = service{
		name: "bleepay", sandbox: sandbox.NewBleepay, loginPath: "/api/v1/auth/sign-in", resource: "/api/v1/vouchers/",
		login: func(srv *sandbox.Server, secret client.Secret) client.Login {
			return bleepay.EmailPassword{BaseURL: srv.URL, Email: srv.Accounts()[0].Name, Password: secret}
		},
	}
	formLoginService = service{
		name: "formlogin", sandbox: sandbox.NewFormLogin, loginPath: "/auth/login", resource: "/users/me",
		login: func(srv *sandbox.Server, secret client.Secret) client.Login {
			return formlogin.Password{BaseURL: srv.URL, Username: srv.Accounts()[0].Name, Password: secret}
		},
	}

	services = []service{becardService, bezalaService, bleepayService, formLoginService}
)

// start starts the service on the clock of the bubble that the test is in. A request against its spec fails the test.
func (s service) start(t *testing.T, cfg sandbox.Config) *sandbox.Server {
	t.Helper()
	cfg.InProcess = true
	srv := s.sandbox(cfg)
	t.Cleanup(func() {
		for _, violation := range srv.Violations() {
			t.Error(violation)
		}
		srv.Close()
	})
	return srv
}

// client returns a Client of the service's first account.
func (s service) client(t *testing.T, srv *sandbox.Server, opts ...client.Option) *client.Client {
	t.Helper()
	return s.clientWith(t, srv, client.Static(srv.Accounts()[0].Secret), opts...)
}

// clientWith is client with a secret of the test's own.
func (s service) clientWith(
	t *testing.T, srv *sandbox.Server, secret client.Secret, opts ...client.Option,
) *client.Client {
	t.Helper()
	opts = slices.Concat([]client.Option{client.WithTransport(srv.Transport())}, opts)
	return newClient(t, s.login(srv, secret), opts...)
}

// fleet makes n clients of one bezala account, which share only a store.
func fleet(
	t *testing.T, srv *sandbox.Server, n int, store client.TokenStore, password string, opts ...client.Option,
) []*client.Client {
	t.Helper()
	opts = slices.Concat([]client.Option{client.WithTokenStore(store)}, opts)
	clients := make([]*client.Client, n)
	for i := range clients {
		clients[i] = bezalaService.clientWith(t, srv, client.Static(password), opts...)
	}
	return clients
}

// few clients share a store here, since each derives its keys. In tokenstore's tests 16 processes do.
const few = 4

func newClient(t *testing.T, login client.Login, opts ...client.Option) *client.Client {
	t.Helper()
	c, err := client.New(login, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// newHTTPClient is client.NewHTTPClient with options that are right.
func newHTTPClient(t *testing.T, opts ...client.Option) *http.Client {
	t.Helper()
	hc, err := client.NewHTTPClient(opts...)
	if err != nil {
		t.Fatal(err)
	}
	return hc
}

// mustToken returns a token that the test cannot go on without.
func mustToken(t *testing.T, c *client.Client) client.Token {
	t.Helper()
	token, err := c.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// mustExpire returns the expiry of the current token.
func mustExpire(t *testing.T, c *client.Client) time.Time {
	t.Helper()
	expiry, known := mustToken(t, c).Expiry()
	if !known {
		t.Fatal("no expiry")
	}
	return expiry
}

// within calls Token with a deadline and tells how long it took.
func within(t *testing.T, c *client.Client, d time.Duration) (token client.Token, took time.Duration, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	began := time.Now()
	token, err = c.Token(ctx)
	return token, time.Since(began), err
}

// get sends a GET and returns the status.
func get(t *testing.T, c *client.Client, path string) int {
	t.Helper()
	resp, err := fetch(t.Context(), c.HTTPClient(), c.BaseURL()+path)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode
}

// fetch sends a GET and reads the answer to its end.
func fetch(ctx context.Context, hc *http.Client, url string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	return sendAndRead(hc, req)
}

// sendAndRead sends a request and reads the answer to its end.
func sendAndRead(hc *http.Client, req *http.Request) (*http.Response, error) {
	resp, err := hc.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp, err
}

func newRequest(t *testing.T, method, url string, body io.Reader) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// readerFunc is an io.Reader made of a function.
type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// closed is a body that knows whether it is closed.
type closed struct {
	io.Reader
	is bool
}

func (c *closed) Close() error {
	c.is = true
	return nil
}

// atOnce makes n calls of f, each on its own goroutine, and returns when all are back.
func atOnce(n int, f func(i int)) {
	var calls sync.WaitGroup
	for i := range n {
		calls.Go(func() { f(i) })
	}
	calls.Wait()
}

// all asks every client at once, and checks one answer at a time.
func all(t *testing.T, clients []*client.Client, check func(client.Token, error)) {
	t.Helper()
	var mu sync.Mutex
	atOnce(len(clients), func(i int) {
		token, err := clients[i].Token(t.Context())
		mu.Lock()
		defer mu.Unlock()
		check(token, err)
	})
}

// fakeLogin is a Login of a user's own: its parts are set by the test.
type fakeLogin struct {
	account client.Account
	secret  client.Secret
	login   loginFunc
}

type loginFunc = func(ctx context.Context, hc *http.Client, secret string) (client.Token, error)

func (f fakeLogin) Account() (client.Account, error) { return f.account, nil }

func (f fakeLogin) Secret(ctx context.Context) (string, error) { return f.secret(ctx) }

func (f fakeLogin) Login(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
	return f.login(ctx, hc, secret)
}

const ownSecret = "correct horse battery staple"

// ownLogin is a Login of a user's own that does what it is told.
func ownLogin(login loginFunc) fakeLogin {
	return fakeLogin{
		account: client.Account{Service: "own", BaseURL: "https://own.example", Method: "password", Name: "me"},
		secret:  client.Static(ownSecret),
		login:   login,
	}
}

// badAtFirst is ownLogin that does what it is told the first time and works from then on.
func badAtFirst(first loginFunc) fakeLogin {
	var calls atomic.Int64 // a Login that is left behind runs beside the next one
	return ownLogin(func(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
		n := calls.Add(1)
		if n == 1 {
			time.Sleep(time.Millisecond) // until all callers wait
			return first(ctx, hc, secret)
		}
		return client.NewToken(client.TokenResponse{Value: fmt.Sprintf("token-%d", n)})
	})
}

// ask sends the secret to a path of the service that an ownLogin is for.
func ask(ctx context.Context, hc *http.Client, path, secret string) (*loginkit.Answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://own.example"+path, strings.NewReader(secret))
	if err != nil {
		return nil, err
	}
	return loginkit.Attempt{Service: "own", Method: "password", Secret: secret}.Read(hc.Do(req))
}

// loginLimit is how long one request of a login may take.
const loginLimit = 30 * time.Second

// secrets is a Secret that yields what the test sets, and counts how often it is asked.
type secrets struct {
	value atomic.Pointer[string]
	asked atomic.Int64
}

func newSecrets(value string) *secrets {
	s := &secrets{}
	s.set(value)
	return s
}

func (s *secrets) set(value string) { s.value.Store(&value) }

func (s *secrets) secret(context.Context) (string, error) {
	s.asked.Add(1)
	return *s.value.Load(), nil
}

func (s *secrets) wantAsked(t *testing.T, want int64) {
	t.Helper()
	if got := s.asked.Load(); got != want {
		t.Errorf("the Secret was asked %d times; want %d", got, want)
	}
}

// jwt makes an unsigned token with the given claims.
func jwt(claims string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"none"}`)) + "." + encode([]byte(claims)) + ".c2ln"
}

// roundTripper is an http.RoundTripper made of a function.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// recorder is an http.RoundTripper that notes what is sent through another one.
type recorder struct {
	http.RoundTripper
	path  string // the requests to it are noted; "": all are
	began time.Time

	mu   sync.Mutex
	sent []sent
}

// sent is a request that a recorder has noted. Its time is on the clock of the test, since the recorder was made.
type sent struct {
	at     time.Duration
	url    string
	header http.Header
	body   string
	length int64
}

func record(rt http.RoundTripper) *recorder { return &recorder{RoundTripper: rt, began: time.Now()} }

// recordLogins notes the requests to a sandbox's login route.
func recordLogins(s service, srv *sandbox.Server) *recorder {
	r := record(srv.Transport())
	r.path = s.loginPath
	return r
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	if r.path != "" && req.URL.Path != r.path {
		return r.RoundTripper.RoundTrip(req)
	}
	noted, passed := sent{url: req.URL.String(), header: req.Header.Clone(), length: req.ContentLength}, *req
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		_ = req.Body.Close()
		if err != nil {
			return nil, err
		}
		noted.body, passed.Body = string(body), io.NopCloser(bytes.NewReader(body))
	}
	r.mu.Lock()
	noted.at = time.Since(r.began)
	r.sent = append(r.sent, noted)
	r.mu.Unlock()
	resp, err := r.RoundTripper.RoundTrip(&passed)
	if resp != nil {
		resp.Request = req
	}
	return resp, err
}

func (r *recorder) requests() []sent {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.sent)
}

func (r *recorder) times() []time.Duration {
	var at []time.Duration
	for _, s := range r.requests() {
		at = append(at, s.at)
	}
	return at
}

// authorization returns the header of the last request.
func (r *recorder) authorization() []string {
	requests := r.requests()
	return requests[len(requests)-1].header["Authorization"]
}

// response is an answer that a test has prepared.
type response struct {
	status int
	header http.Header
	body   string
}

var (
	fine      = response{status: http.StatusOK, body: "fine"}
	forbidden = response{status: http.StatusUnauthorized, body: "not for you"}
)

// tooMany is a 429 with a Retry-After, unless that is "".
func tooMany(retryAfter string) response {
	r := response{status: http.StatusTooManyRequests, body: "slow down"}
	if retryAfter != "" {
		r.header = http.Header{"Retry-After": {retryAfter}}
	}
	return r
}

// to answers a request, when its body has been read.
func (r response) to(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_, err := io.Copy(io.Discard, req.Body)
		_ = req.Body.Close()
		if err != nil {
			return nil, err
		}
	}
	header := r.header.Clone()
	if header == nil {
		header = http.Header{}
	}
	return &http.Response{
		StatusCode: r.status, Header: header, ContentLength: int64(len(r.body)),
		Body: io.NopCloser(strings.NewReader(r.body)), Request: req,
	}, nil
}

// answers gives the n-th request the n-th response, and the last one from then on.
func answers(all ...response) roundTripper {
	var requests atomic.Int64
	return func(req *http.Request) (*http.Response, error) {
		return all[min(int(requests.Add(1)), len(all))-1].to(req)
	}
}

// everywhere answers at every host: a bezala sandbox at its own, 200 elsewhere.
func everywhere(srv *sandbox.Server) roundTripper {
	return func(req *http.Request) (*http.Response, error) {
		if strings.HasPrefix(req.URL.String(), srv.URL+"/api") {
			return srv.Transport().RoundTrip(req)
		}
		return fine.to(req)
	}
}

// forbidding answers 401 below a path, whatever the token.
func forbidding(rt http.RoundTripper, path string) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		if strings.HasPrefix(req.URL.Path, path) {
			return forbidden.to(req)
		}
		return rt.RoundTrip(req)
	})
}

// slow delays the requests to a path.
func slow(rt http.RoundTripper, path string, d time.Duration) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		if req.URL.Path == path {
			select {
			case <-time.After(d):
			case <-req.Context().Done():
				if req.Body != nil {
					_ = req.Body.Close()
				}
				return nil, req.Context().Err()
			}
		}
		return rt.RoundTrip(req)
	})
}

// careless is a RoundTripper that leaves out what net/http tolerates: the body of an empty answer, and the request that
// it belongs to.
func careless(rt http.RoundTripper) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		resp, err := rt.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		resp.Request = nil
		if resp.ContentLength == 0 {
			resp.Body = nil
		}
		return resp, nil
	})
}

// rawServer gives each connection's first request the same answer, and keeps its lines.
type rawServer struct {
	url   string
	heads chan map[string][]string
}

// newRawServer starts a rawServer. What follows an answer's end is sent too.
func newRawServer(t *testing.T, answer string) *rawServer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	s := &rawServer{"http://" + listener.Addr().String(), make(chan map[string][]string, 1)}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go s.serve(conn, answer)
		}
	}()
	return s
}

func (s *rawServer) serve(conn net.Conn, answer string) {
	defer conn.Close()
	head, lines := map[string][]string{}, bufio.NewScanner(conn)
	for lines.Scan() && lines.Text() != "" {
		name, value, header := strings.Cut(lines.Text(), ": ")
		if !header {
			name, value = "", lines.Text() // the request line
		}
		head[strings.ToLower(name)] = append(head[strings.ToLower(name)], value)
	}
	if len(head) > 0 {
		s.heads <- head
		_, _ = io.WriteString(conn, answer)
	}
}

// head returns the last request's headers by their names in lower case, and its first line by "".
func (s *rawServer) head() map[string][]string { return <-s.heads }

// withAndWithoutAStore runs a test in a bubble, with a token store and without one.
func withAndWithoutAStore(t *testing.T, test func(t *testing.T, opts ...client.Option)) {
	for name, opts := range map[string][]client.Option{
		"memory": nil,
		"store":  {client.WithTokenStore(&clienttest.MemoryStore{})},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(t, opts...) })
		})
	}
}

// lockOnly hides the LockOrGet of what is embedded beside it.
type lockOnly struct{} //nolint:unused // its method is there to be ambiguous

func (lockOnly) LockOrGet() {} //nolint:unused // as above

// wildStore is a MemoryStore that calls functions of the test's first. An error is then the operation's.
type wildStore struct {
	*clienttest.MemoryStore
	lockOnly         //nolint:unused // as above
	get, put, remove func() error
	lock             func() (unlock func()) // in place of the MemoryStore's own
}

func (w wildStore) Get(ctx context.Context, key string) ([]byte, error) {
	if err := w.first(w.get); err != nil {
		return nil, err
	}
	return w.MemoryStore.Get(ctx, key)
}

func (w wildStore) Put(ctx context.Context, key string, record []byte, ttl time.Duration) error {
	if err := w.first(w.put); err != nil {
		return err
	}
	return w.MemoryStore.Put(ctx, key, record, ttl)
}

func (w wildStore) Delete(ctx context.Context, key string) error {
	if err := w.first(w.remove); err != nil {
		return err
	}
	return w.MemoryStore.Delete(ctx, key)
}

func (w wildStore) Lock(ctx context.Context, key string) (func(), error) {
	if w.lock == nil {
		return w.MemoryStore.Lock(ctx, key)
	}
	return w.lock(), nil
}

func (wildStore) first(f func() error) error {
	if f == nil {
		return nil
	}
	return f()
}

// foreverStore ignores ttl: what a store would be whose own clock is right while a client's is not.
type foreverStore struct{ *clienttest.MemoryStore }

func (f foreverStore) Put(ctx context.Context, key string, record []byte, _ time.Duration) error {
	return f.MemoryStore.Put(ctx, key, record, 100*365*24*time.Hour)
}

// putAll puts records, such as those of another bubble, into a store.
func putAll(t *testing.T, store client.TokenStore, records map[string][]byte) {
	t.Helper()
	for key, record := range records {
		if err := store.Put(t.Context(), key, record, 24*time.Hour); err != nil {
			t.Fatal(err)
		}
	}
}

// errUnreadable is the error of a store whose record cannot be made out.
var errUnreadable = fmt.Errorf("%w: %w", client.ErrRecordUnreadable, client.ErrTokenNotFound)

// reportTo is an Option that adds what is reported of a store to a list.
func reportTo(reports *[]error) client.Option {
	return client.WithObserver(client.Observer{StoreTrouble: func(err error) { *reports = append(*reports, err) }})
}

// limited is a service that answers one login, or more, with 429.
func limited(wait time.Duration, times int) sandbox.Outage {
	return sandbox.Outage{Kind: sandbox.TooManyRequests, Scope: sandbox.Logins, Wait: wait, Times: times}
}

// refreshWindow is the design's: a tenth of the lifetime, at most 5 min.
func refreshWindow(lifetime time.Duration) time.Duration { return min(lifetime/10, 5*time.Minute) }

// wantLogins checks how many requests reached a login route, whatever came of them.
func wantLogins(t *testing.T, srv *sandbox.Server, want int) {
	t.Helper()
	if got := srv.Counts().LoginRequests; got != want {
		t.Errorf("%d login requests; want %d", got, want)
	}
}

// wantLoginsOver checks that logins are as many as a time of steady calls needs: ⌈T/(L−w)⌉ ± 1.
func wantLoginsOver(t *testing.T, srv *sandbox.Server, total, lifetime time.Duration) {
	t.Helper()
	want := int(math.Ceil(float64(total) / float64(lifetime-refreshWindow(lifetime))))
	if got := srv.Counts().LoginRequests; got < want-1 || got > want+1 {
		t.Errorf("%d logins in %s with tokens of %s; want %d ± 1", got, total, lifetime, want)
	}
}

// wantErr checks the kind of an error.
func wantErr(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%v; want %v", err, want)
	}
}

// wantRateLimit checks that an error is a *RateLimitError with the given wait.
func wantRateLimit(t *testing.T, err error, wait time.Duration) {
	t.Helper()
	limit, ok := errors.AsType[*client.RateLimitError](err)
	if !ok {
		t.Errorf("%v; want a *RateLimitError", err)
		return
	}
	if limit.RetryAfter != wait {
		t.Errorf("wait %s; want %s", limit.RetryAfter, wait)
	}
}

// wantHarmless checks that an error is one of ours and does not hold the secret, however it is printed.
func wantHarmless(t *testing.T, err error, secret string) {
	t.Helper()
	if _, typed := errors.AsType[*client.LoginError](err); !typed {
		if _, typed := errors.AsType[*client.RateLimitError](err); !typed {
			t.Errorf("%T; want a *LoginError or a *RateLimitError", err)
		}
	}
	for ; err != nil; err = errors.Unwrap(err) {
		for _, verb := range []string{"%v", "%+v", "%s", "%q", "%#v"} {
			if text := fmt.Sprintf(verb, err); strings.Contains(text, secret) {
				t.Errorf("the secret is in %T's %s: %s", err, verb, text)
			}
		}
	}
}
