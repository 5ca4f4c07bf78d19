package client_test

import (
	"slices"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/becard"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/bleepay"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/formlogin"
)

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

// limited is a service that answers one login, or more, with 429.
func limited(wait time.Duration, times int) sandbox.Outage {
	return sandbox.Outage{Kind: sandbox.TooManyRequests, Scope: sandbox.Logins, Wait: wait, Times: times}
}
