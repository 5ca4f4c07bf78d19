// Package logintest has the tests that all adapters share. An adapter's own test describes its service in a [Service]
// and calls Run. The tests read openapi/testdata relative to client/<service>.
package logintest

import (
	"context"
	"maps"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// Service describes an adapter, and what its service's document says.
type Service struct {
	Name       string // Service of the client.Account
	Production string // base URL if none is set; "": one is required
	Spec       []byte // OpenAPI document of the service
	Sandbox    func(sandbox.Config) *sandbox.Server
	Ways       []Way
	NoLogins   []string // routes of the spec that take a body and log nobody in

	Success  Success
	Refusals []Refusal
	Causes   []Cause // other answers of the service

	// Lifetimes has the life of a token by the sandbox's TokenLifetime. As a key, 0 is the service's usual time. As a
	// value, 0 is an unknown life.
	Lifetimes map[time.Duration]time.Duration
}

// Way is one of a service's ways to log in.
type Way struct {
	Type   string // type of the adapter, such as "Okta"
	Method string // Method of the client.Account
	Route  string // route of the document, such as "POST /auth/login"

	// Variant is the value of the spec's discriminator, if the route has several bodies.
	Variant string

	// Fields has every field of the request by its path in the spec, such as "data.email", with the value of the
	// document's example. NameField and SecretField are the fields of the name and of the secret. The adapter puts
	// Prefix before the secret.
	Fields                 map[string]string
	NameField, SecretField string
	Prefix                 string

	// Secrets are two secrets that the document allows, of one shape, which no answer holds. Zero: odd and long ones.
	Secrets [2]string

	// Breaks has by field the values that break the spec's pattern, though their length is right.
	Breaks map[string][]string

	Example string // file below openapi/testdata with the document's example request; "": it has none

	// New returns the adapter's login with these fields and this secret.
	New func(baseURL string, fields map[string]string, secret client.Secret) client.Login
}

// Run tests what all adapters have in common, with each way to log in.
func (s Service) Run(t *testing.T) {
	t.Run("spec", s.testSpecIsKnown)
	for _, way := range s.Ways {
		l := login{s, way}
		t.Run(way.Type, func(t *testing.T) {
			t.Run("wire", l.testWire)
			t.Run("limits", l.testLimits)
			t.Run("success", l.testSuccess)
			t.Run("sandbox answers as documented", l.testSandbox)
			t.Run("no token", l.testNoToken)
			t.Run("refusals", l.testRefusals)
			t.Run("causes", l.testCauses)
			t.Run("outages", l.testOutages)
			t.Run("redirects", l.testRedirects)
			t.Run("network", l.testNetwork)
			t.Run("rate limits", l.testRateLimits)
			t.Run("expiry", l.testExpiry)
			t.Run("base URL", l.testBaseURL)
		})
	}
}

// login is one way to log in at one service.
type login struct {
	Service
	Way
}

// with returns the document's example fields, with one of them changed.
func (w Way) with(field, value string) map[string]string {
	fields := maps.Clone(w.Fields)
	fields[field] = value
	return fields
}

// once returns options with which nothing is repeated, so that no test waits.
func once(more ...client.Option) []client.Option {
	return append(more, client.WithRetryPolicy(client.RetryPolicy{Attempts: 1}))
}

// token logs in with the given fields.
func (w Way) token(ctx context.Context, baseURL string, fields map[string]string, opts ...client.Option) (client.Token, error) {
	c, err := client.New(w.New(baseURL, fields, client.Static(fields[w.SecretField])), opts...)
	if err != nil {
		return client.Token{}, err
	}
	return c.Token(ctx)
}

// start returns a sandbox in which only the given fields log in. It fails the test if a request breaks the spec.
func (l login) start(t *testing.T, cfg sandbox.Config, fields map[string]string) *sandbox.Server {
	t.Helper()
	cfg.Accounts = []sandbox.Account{{
		Method:      l.Method,
		Name:        fields[l.NameField],
		Secret:      fields[l.SecretField],
		CompanyName: fields["company_name"],
		OktaURL:     fields["okta_url"],
	}}
	server := l.Sandbox(cfg)
	t.Cleanup(func() {
		server.Close()
		for _, violation := range server.Violations() {
			t.Error(violation)
		}
	})
	return server
}

// places are the two kinds of sandbox: with a listener and in process.
var places = map[string]sandbox.Config{"in process": {InProcess: true}, "socket": {}}
