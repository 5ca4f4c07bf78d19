// Package formlogin logs in at any back end that takes a form with username and password and answers with access_token
// and token_type. Many self-hosted back ends do so, such as those with FastAPI's password form.
//
// The source is the Authentication Endpoints Documentation of a service without a name; see openapi/formlogin.yaml.
// Package formloginapi is the generated client.
package formlogin

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

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
	var body formloginapi.AccessToken
	if err := answer.Decode(&body); err != nil {
		return client.Token{}, err
	}
	expiresIn, _ := body.Get("expires_in")
	return answer.Token(client.TokenResponse{Value: body.AccessToken, Type: body.TokenType, ExpiresIn: seconds(expiresIn)})
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

// seconds reads expires_in, which is a number or a text with one. It returns 0 if that cannot be a lifetime.
func seconds(value any) time.Duration {
	const century = 100 * 365 * 24 * 60 * 60
	n, ok := value.(float64)
	if text, isText := value.(string); isText {
		var err error
		n, err = strconv.ParseFloat(text, 64)
		ok = err == nil
	}
	if !ok || !(0 < n && n <= century) {
		return 0
	}
	return time.Duration(n * float64(time.Second))
}

// failure returns the error of an answer that is no success. The document states no statuses and no bodies. Frameworks
// answer wrong credentials with 400 (RFC 6749), 401 or 403, and wrong input with 422, each with a JSON object. A 401
// without one is a refusal too, unless it is a page.
func failure(answer *loginkit.Answer) error {
	json := answer.Object() != nil
	switch {
	case answer.Status == http.StatusUnauthorized && !answer.IsHTML():
		return answer.Failure(client.ErrInvalidCredentials)
	case json && (answer.Status == http.StatusBadRequest || answer.Status == http.StatusForbidden):
		return answer.Failure(client.ErrInvalidCredentials)
	case json && answer.Status == http.StatusUnprocessableEntity:
		return answer.Failure(client.ErrInvalidInput)
	}
	return answer.Unrecognized()
}
