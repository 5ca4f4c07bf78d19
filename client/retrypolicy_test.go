package client_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/bleepay"
	"github.com/latchkey-go/latchkey/client/clienttest"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// nineLogins are all ways to log in at the four services, each with its service.
func nineLogins(srv func(service) *sandbox.Server) map[string]struct {
	service
	login client.Login
	srv   *sandbox.Server
} {
	type way = struct {
		service
		login client.Login
		srv   *sandbox.Server
	}
	all := map[string]way{}
	for _, s := range services {
		server := srv(s)
		all[s.name+" password"] = way{s, s.login(server, client.Static(server.Accounts()[0].Secret)), server}
		for _, account := range server.Accounts()[1:] {
			secret := client.Static(account.Secret)
			var login client.Login
			switch s.name + " " + account.Method {
			case "bezala google":
				login = bezala.Google{BaseURL: server.URL, Email: account.Name, AccessToken: secret}
			case "bezala microsoft":
				login = bezala.Microsoft{BaseURL: server.URL, Email: account.Name, AccessToken: secret}
			case "bezala okta":
				login = bezala.Okta{
					BaseURL: server.URL, Email: account.Name, AccessToken: secret,
					CompanyName: account.CompanyName, OktaURL: account.OktaURL,
				}
			case "bleepay mobile-device":
				login = bleepay.MobileDevice{BaseURL: server.URL, InstallationID: account.Name, Password: secret}
			case "bleepay api-key":
				continue // it sends no login
			case "bleepay resource":
				login = bleepay.Resource{BaseURL: server.URL, Name: "a context", Code: secret}
			}
			all[s.name+" "+account.Method] = way{s, login, server}
		}
	}
	return all
}

// One policy decides about the 429s of all nine logins, with a store and without, and about those of API requests and
// of operations without an account.
func TestT4OnePolicyDecidesAboutEvery429(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ways := nineLogins(func(s service) *sandbox.Server { return s.start(t, sandbox.Config{}) })
		if len(ways) != 9 {
			t.Fatalf("%d logins; want 9", len(ways))
		}
		want := func(what string, checks, backoffs *atomic.Int64) {
			t.Helper()
			if checks.Load() < 1 || backoffs.Load() != 1 {
				t.Errorf("%s: CheckRetry called %d times, Backoff %d times, for one 429", what, checks.Load(), backoffs.Load())
			}
			checks.Store(0)
			backoffs.Store(0)
		}
		outage := sandbox.Outage{Kind: sandbox.TooManyRequests, Wait: time.Second, Times: 1}
		for name, way := range ways {
			for _, store := range [][]client.Option{nil, {client.WithTokenStore(&clienttest.MemoryStore{}), client.WithUnboundRecords()}} {
				var checks, backoffs atomic.Int64
				opts := append(store, client.WithTransport(way.srv.Transport()), client.WithCountingPolicy(&checks, &backoffs))
				c := newClient(t, way.login, opts...)
				way.srv.SetOutage(outage)
				mustToken(t, c)
				want(name, &checks, &backoffs)

				way.srv.SetOutage(outage)
				if status := get(t, c, way.resource); status != http.StatusOK {
					t.Errorf("%s: HTTP %d", name, status)
				}
				want(name+", an API request", &checks, &backoffs)
			}
		}

		// Whatever is sent without an account: bleepay's sign-up and get-challenge.
		var checks, backoffs atomic.Int64
		srv := ways["bleepay password"].srv
		hc := newHTTPClient(t, client.WithTransport(srv.Transport()), client.WithCountingPolicy(&checks, &backoffs))
		signUp := `{"type":"email-password","data":{"email":"new@example.com","password":"a-new-password"}}`
		for path, send := range map[string]func(url string) (*http.Response, error){
			"/api/v1/auth/get-challenge": hc.Get,
			"/api/v1/auth/sign-up": func(url string) (*http.Response, error) {
				return hc.Post(url, "application/json", strings.NewReader(signUp))
			},
		} {
			srv.SetOutage(outage)
			resp, err := send(srv.URL + path)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode >= 300 {
				t.Errorf("%s: HTTP %d", path, resp.StatusCode)
			}
			want(path, &checks, &backoffs)
		}
	})
}
