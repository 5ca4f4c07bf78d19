// Package formlogin logs in at any back end that takes user name and password and answers with a token. Many
// self-hosted back ends do so: those with FastAPI's password form, Django REST, NestJS or passport, and OAuth2 servers
// with a password grant. A few fields of [Password] say how such a back end differs from the document.
//
// It knows no cookies, refresh tokens or second factors. A [client.Login] of your own can have them, see package
// loginkit.
//
// The source is the Authentication Endpoints Documentation of a service without a name; see openapi/formlogin.yaml.
// Package formloginapi is the generated client.
package formlogin

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/formlogin/formloginapi"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

// Service is the name of such a back end in accounts and errors.
const Service = "formlogin"

var (
	username = loginkit.Field{Name: "username"}
	password = loginkit.Field{Name: "password"}
)

// Password logs in with user name and password, by one POST. The document's login is a form with the fields username
// and password, and the answer has access_token, and perhaps token_type and expires_in. The token's expiry is known if
// the answer has expires_in, or if the token is a JWT with an exp.
type Password struct {
	BaseURL  string        // Required. Scheme and host of your back end, and a path prefix if it has one
	Path     string        // Optional. Path below BaseURL, with a slash in front. "" is /auth/login
	Username string        // Required
	Password client.Secret // Required

	JSON          bool                     // Sends a JSON object instead of a form
	UsernameField string                   // Optional. Field with the user name, such as "email". "" is "username"
	Extra         map[string]string        // Optional. Further fields, such as grant_type. They may end in errors
	ExtraSecrets  map[string]client.Secret // Optional. Further fields that are secret, such as client_secret

	// Optional. Place of the token in the answer's JSON, such as "token" or "data.token". "" is "access_token".
	// Its token_type and expires_in lie beside it.
	TokenField  string
	TokenHeader string // Optional. Header of the answer with the token, such as "Authorization", instead of TokenField
	TokenType   string // Optional. Scheme that requests carry, such as "Token". "" is the answer's, or else "Bearer"

	// Optional. Reports whether an answer other than 401 means that the token is dead, as of [client.Rejecter]
	Rejects func(status int, header http.Header) bool
}

// Account implements [client.Login]. The Account's Method tells Path, Extra, TokenField and TokenHeader, if they are
// set: another one of these gives another token.
func (p Password) Account() (client.Account, error) {
	if err := p.check(); err != nil {
		return client.Account{}, err
	}
	return client.Account{Service: Service, BaseURL: p.BaseURL, Method: p.method(), Name: p.Username}.Canonical()
}

// Secret implements [client.Login].
func (p Password) Secret(ctx context.Context) (string, error) {
	return password.Ask(ctx, Service, p.Password)
}

// Login implements [client.Login].
func (p Password) Login(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
	account, err := p.Account()
	if err != nil {
		return client.Token{}, err
	}
	if err := password.Check(Service, secret); err != nil {
		return client.Token{}, err
	}
	extra, err := p.askExtra(ctx)
	if err != nil {
		return client.Token{}, err
	}
	contentType, body, err := p.body(secret, extra)
	if err != nil {
		return client.Token{}, err
	}
	api, err := formloginapi.NewClient(account.BaseURL, formloginapi.WithHTTPClient(hc), formloginapi.WithRequestEditorFn(loginkit.AcceptJSON))
	if err != nil {
		return client.Token{}, err
	}
	attempt := loginkit.Attempt{
		Service: Service, Method: account.Method, Secret: secret, MoreSecrets: slices.Sorted(maps.Values(extra)),
	}
	answer, err := attempt.Read(api.LoginWithBody(ctx, contentType, body, p.at(account.BaseURL)))
	if err != nil {
		return client.Token{}, err
	}
	if !answer.OK() {
		return client.Token{}, failure(answer)
	}
	return answer.Token(p.token(answer))
}

// Rejected implements [client.Rejecter].
func (p Password) Rejected(status int, header http.Header) bool {
	return p.Rejects != nil && p.Rejects(status, header)
}

// failure returns the error of an answer that is no success. The document states no statuses and no bodies. Frameworks
// answer wrong credentials with 401, or with 400 (RFC 6749) or 403 and a JSON object, unless that says otherwise.
func failure(answer *loginkit.Answer) error {
	err := answer.Unrecognized()
	refuses := answer.Status == http.StatusBadRequest || answer.Status == http.StatusForbidden
	if refuses && answer.Object() != nil && errors.Is(err, client.ErrUnexpectedResponse) {
		return answer.Failure(client.ErrInvalidCredentials)
	}
	return err
}
