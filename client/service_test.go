package client_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/becard"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/bleepay"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/formlogin"
)

// service is one of the four: its sandbox, its adapter, and a path that needs a token.
type service struct {
	name     string
	sandbox  func(sandbox.Config) *sandbox.Server
	login    func(srv *sandbox.Server, secret client.Secret) client.Login
	resource string
}

var (
	becardService = service{
		name: "becard", sandbox: sandbox.NewBecard, resource: "/v1/cards",
		login: func(srv *sandbox.Server, secret client.Secret) client.Login {
			return becard.Password{BaseURL: srv.URL, Email: srv.Accounts()[0].Name, Password: secret}
		},
	}
	bezalaService = service{
		name: "bezala", sandbox: sandbox.NewBezala, resource: "/api/accounts",
		login: func(srv *sandbox.Server, secret client.Secret) client.Login {
			return bezala.Password{BaseURL: srv.URL, Email: srv.Accounts()[0].Name, Password: secret}
		},
	}
	bleepayService = service{
		name: "bleepay", sandbox: sandbox.NewBleepay, resource: "/api/v1/vouchers/",
		login: func(srv *sandbox.Server, secret client.Secret) client.Login {
			return bleepay.EmailPassword{BaseURL: srv.URL, Email: srv.Accounts()[0].Name, Password: secret}
		},
	}
	formLoginService = service{
		name: "formlogin", sandbox: sandbox.NewFormLogin, resource: "/users/me",
		login: func(srv *sandbox.Server, secret client.Secret) client.Login {
			return formlogin.Password{BaseURL: srv.URL, Username: srv.Accounts()[0].Name, Password: secret}
		},
	}

	services = []service{becardService, bezalaService, bleepayService, formLoginService}
)

// start starts the service on the clock of the bubble that the test is in. Breaking its spec fails the test.
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
func (s service) clientWith(t *testing.T, srv *sandbox.Server, secret client.Secret, opts ...client.Option) *client.Client {
	t.Helper()
	return newClient(t, s.login(srv, secret), slices.Concat([]client.Option{client.WithTransport(srv.Transport())}, opts)...)
}

func newClient(t *testing.T, login client.Login, opts ...client.Option) *client.Client {
	t.Helper()
	c, err := client.New(login, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return c
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
	resp, err := hc.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp, err
}

// wantLogins checks how many requests reached a login route, whatever came of them.
func wantLogins(t *testing.T, srv *sandbox.Server, want int) {
	t.Helper()
	if got := srv.Counts().LoginRequests; got != want {
		t.Errorf("%d login requests; want %d", got, want)
	}
}

// atOnce makes n calls of f, each on its own goroutine, and returns when all are back.
func atOnce(n int, f func(i int)) {
	var calls sync.WaitGroup
	for i := range n {
		calls.Go(func() { f(i) })
	}
	calls.Wait()
}

// recorder notes when requests to a path came, on the clock of the test.
type recorder struct {
	http.RoundTripper
	path  string
	began time.Time

	mu sync.Mutex
	at []time.Duration
}

// recordLogins notes the requests to a sandbox's login route.
func recordLogins(s service, srv *sandbox.Server) *recorder {
	return &recorder{RoundTripper: srv.Transport(), path: loginPaths[s.name], began: time.Now()}
}

var loginPaths = map[string]string{
	"becard": "/v1/auth/login", "bezala": "/api/auth/token", "bleepay": "/api/v1/auth/sign-in", "formlogin": "/auth/login",
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Path == r.path {
		r.mu.Lock()
		r.at = append(r.at, time.Since(r.began))
		r.mu.Unlock()
	}
	return r.RoundTripper.RoundTrip(req)
}

func (r *recorder) times() []time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.at)
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

// wantErr checks the kind of an error.
func wantErr(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%v; want %v", err, want)
	}
}
