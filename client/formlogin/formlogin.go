// Package formlogin logs in at any back end that takes a form with username and password and answers with access_token
// and token_type. Many self-hosted back ends do so, such as those with FastAPI's password form.
//
// The source is the Authentication Endpoints Documentation of a service without a name; see openapi/formlogin.yaml.
// Package formloginapi is the generated client.
package formlogin

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/formlogin/formloginapi"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

// Service is the name of such a back end in accounts and errors.
const Service = "formlogin"

// defaultPath is the login path of the document.
const defaultPath = "/auth/login"

var (
	username = loginkit.Field{Name: "username"}
	password = loginkit.Field{Name: "password"}
	path     = loginkit.Field{Name: "Path"}
)

// Password logs in with user name and password, by POST of a form. The token's expiry is known if the answer has
// expires_in, or if the token is a JWT with an exp.
type Password struct {
	BaseURL  string        // Required. Scheme and host of your back end, and a path prefix if it has one
	Path     string        // Optional. Path below BaseURL, with a slash in front. "" is /auth/login
	Username string        // Required
	Password client.Secret // Required

	// Optional. Reports whether an answer other than 401 means that the token is dead, as of [client.Rejecter]
	Rejects func(status int, header http.Header) bool
}

// Account implements [client.Login]. A Path other than the default is part of the account's Method.
func (p Password) Account() (client.Account, error) {
	if err := checkPath(p.Path); err != nil {
		return client.Account{}, err
	}
	if err := username.Check(Service, p.Username); err != nil {
		return client.Account{}, err
	}
	method := "password"
	if p.Path != "" && p.Path != defaultPath {
		method += " at " + p.Path
	}
	return client.Account{Service: Service, BaseURL: p.BaseURL, Method: method, Name: p.Username}.Canonical()
}

// checkPath refuses a path that would leave the back end, or that would end in logs.
func checkPath(raw string) error {
	if raw == "" {
		return nil
	}
	u, err := url.Parse(raw)
	if err != nil || !strings.HasPrefix(raw, "/") || u.Host != "" || u.RawQuery != "" || strings.ContainsAny(raw, "?#") {
		return &client.LoginError{
			Service: Service, Field: path.Name, Kind: client.ErrInvalidInput,
			Message: "must be a path with a slash in front, without query or fragment",
		}
	}
	for segment := range strings.SplitSeq(u.Path, "/") {
		if segment == "." || segment == ".." {
			return &client.LoginError{
				Service: Service, Field: path.Name, Kind: client.ErrInvalidInput, Message: "must not have . or .. in it",
			}
		}
	}
	return path.Check(Service, raw)
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
	api, err := formloginapi.NewClient(account.BaseURL, formloginapi.WithHTTPClient(hc), formloginapi.WithRequestEditorFn(loginkit.AcceptJSON))
	if err != nil {
		return client.Token{}, err
	}
	attempt := loginkit.Attempt{Service: Service, Method: account.Method, Secret: secret}
	answer, err := attempt.Read(api.LoginWithFormdataBody(ctx,
		formloginapi.Credentials{Username: p.Username, Password: secret}, p.at(account.BaseURL)))
	if err != nil {
		return client.Token{}, err
	}
	if !answer.OK() {
		return client.Token{}, failure(answer)
	}
	return answer.Token(client.TokenResponse{
		Value: answer.Text("access_token"), Type: answer.Text("token_type"), ExpiresIn: answer.Seconds("expires_in"),
	})
}

// Rejected implements [client.Rejecter].
func (p Password) Rejected(status int, header http.Header) bool {
	return p.Rejects != nil && p.Rejects(status, header)
}

// at makes the request go to the Path.
func (p Password) at(baseURL string) formloginapi.RequestEditorFn {
	return func(_ context.Context, req *http.Request) error {
		u, err := url.Parse(baseURL + cmp.Or(p.Path, defaultPath))
		if err != nil {
			return err
		}
		req.URL = u
		return nil
	}
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
