// Package services has the list of services for the tests that try every adapter.
package services

import (
	"fmt"
	"slices"
	"strings"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/becard"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/bleepay"
	"github.com/latchkey-go/latchkey/client/formlogin"
)

// Service is an adapter, and what its service's document says.
type Service struct {
	Name      string // name of the spec and of the adapter
	LoginPath string // path of the adapter's first way to log in
	Resource  string // path that needs a token

	// Login returns that way, of an account that the document allows.
	Login func(baseURL string, secret client.Secret) client.Login

	// Secret is one that the document allows, of 8 characters at least, which no answer or error has by chance.
	Secret string

	Token  string        // place of the token in a login's answer, such as "authorization.token"
	Expiry string        // field beside it that tells how long it lives: "expires_at" or "expires_in"; "": none is read
	Kinds  map[int]error // kinds of a login's error by its status, for JSON with a message, if not those of most services
}

// usual is a secret that most documents allow.
const usual = "Zq7wX9vKt4Lm"

var list = []Service{
	{
		Name: "becard", LoginPath: "/v1/auth/login", Resource: "/v1/cards",
		Login: func(baseURL string, secret client.Secret) client.Login {
			return becard.Password{BaseURL: baseURL, Email: "me@example.com", Password: secret}
		},
		Secret: usual,
		Token:  "access_token", Expiry: "expires_at",
		Kinds: map[int]error{422: client.ErrInvalidCredentials},
	},
	{
		Name: "bezala", LoginPath: "/api/auth/token", Resource: "/api/accounts",
		Login: func(baseURL string, secret client.Secret) client.Login {
			return bezala.Password{BaseURL: baseURL, Email: "me@example.com", Password: secret}
		},
		Secret: usual,
		Token:  "token",
	},
	{
		Name: "bleepay", LoginPath: "/api/v1/auth/sign-in", Resource: "/api/v1/vouchers/",
		Login: func(baseURL string, secret client.Secret) client.Login {
			return bleepay.EmailPassword{BaseURL: baseURL, Email: "me@example.com", Password: secret}
		},
		Secret: usual,
		Token:  "authorization.token",
		Kinds:  map[int]error{400: client.ErrInvalidInput},
	},
	{
		Name: "formlogin", LoginPath: "/auth/login", Resource: "/users/me",
		Login: func(baseURL string, secret client.Secret) client.Login {
			return formlogin.Password{BaseURL: baseURL, Username: "me@example.com", Password: secret}
		},
		Secret: usual,
		Token:  "access_token", Expiry: "expires_in",
		Kinds: map[int]error{400: client.ErrInvalidCredentials, 403: client.ErrInvalidCredentials},
	},
}

// All returns the list.
func All() []Service { return slices.Clone(list) }

// Answer returns a login's answer with a token, which is JSON in a test's own notation, and with more fields of the
// outermost object, each with a comma in front.
func (s Service) Answer(token, more string) string {
	above, name, nested := strings.Cut(s.Token, ".")
	if nested {
		return fmt.Sprintf(`{%q:{%q:%s}%s}`, above, name, token, more)
	}
	return fmt.Sprintf(`{%q:%s%s}`, above, token, more)
}
