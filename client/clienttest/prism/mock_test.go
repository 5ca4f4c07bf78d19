package prism_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/apierror"
	"github.com/latchkey-go/latchkey/client/bearer"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// Each error that a spec documents, with the body of its example or one that Prism makes of its schema, comes out as an
// error of the right kind.
func TestMock(t *testing.T) {
	installed(t)
	logins, calls := make([]int, len(services)), make([]int, len(services))
	t.Run("of", func(t *testing.T) {
		for i, s := range services {
			t.Run(s.name, func(t *testing.T) {
				t.Parallel()
				m := mock{service: s, url: start(t, "mock", s.name), hc: newTransport(t)}
				logins[i], calls[i] = m.logIn(t), m.call(t)
			})
		}
	})
	for i, s := range services {
		t.Logf("%s: %d errors of logins and %d of other operations", s.name, logins[i], calls[i])
	}
}

// mock is Prism in place of a service.
type mock struct {
	service
	url string
	hc  http.RoundTripper
}

// answers has each request answered with a status.
func (m mock) answers(status int) client.Option {
	return client.WithTransport(prefers{m.hc, fmt.Sprintf("code=%d", status)})
}

// prefers asks Prism for an answer. It implements [http.RoundTripper].
type prefers struct {
	base   http.RoundTripper
	answer string
}

func (p prefers) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set("Prefer", p.answer)
	return p.base.RoundTrip(req)
}

var once = client.WithRetryPolicy(client.RetryPolicy{Attempts: 1})

// logIn meets each error of each login, and its success. It returns how many errors there are.
func (m mock) logIn(t *testing.T) (n int) {
	t.Helper()
	for _, a := range m.open(sandbox.Config{InProcess: true}).Accounts() {
		login := m.logins[a.Method]
		if login.route == "" {
			continue
		}
		for _, status := range append(errorsOf(t, m.name, login.route), http.StatusOK) {
			c, err := client.New(login.as(m.url, a), m.answers(status), once)
			if err != nil {
				t.Fatal(err)
			}
			token, err := c.Token(t.Context())
			if status == http.StatusOK {
				if err != nil || token.Value() == "" {
					t.Errorf("%s, %d: %v, %v", a.Method, status, token, err)
				}
				continue
			}
			m.judge(t, a.Method, status, m.kinds[status], err)
			n++
		}
	}
	return n
}

// call does the same with the other operations.
func (m mock) call(t *testing.T) (n int) {
	t.Helper()
	for _, call := range m.calls {
		for _, status := range append(errorsOf(t, m.name, call.route), http.StatusOK) {
			c, err := client.New(bearer.Token{Service: m.name, BaseURL: m.url, Token: client.Static("a-token")}, m.answers(status), once)
			if err != nil {
				t.Fatal(err)
			}
			err = call.send(t.Context(), m.url, apierror.Doer{Client: c.HTTPClient()})
			if status == http.StatusOK {
				if err != nil {
					t.Errorf("%s, %d: %v", call.route, status, err)
				}
				continue
			}
			var failed *apierror.Error
			if !errors.As(err, &failed) || failed.Status != status || failed.Kind != nil {
				t.Errorf("%s, %d: %v", call.route, status, err)
			}
			n++
		}
	}
	return n
}
