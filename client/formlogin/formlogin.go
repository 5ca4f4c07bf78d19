// Package formlogin logs in at any back end that takes a form of username and password and answers access_token and
// token_type, as many self-hosted ones do (FastAPI's password form, for one).
//
// Source: Authentication Endpoints Documentation, of a service without a name; see openapi/formlogin.yaml. The
// generated client is in formloginapi.
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

// Service is the name that such a back end goes by in accounts and errors.
const Service = "formlogin"

// defaultPath is the document's.
const defaultPath = "/auth/login"

var (
	username = loginkit.Field{Name: "username"}
	password = loginkit.Field{Name: "password"}
	path     = loginkit.Field{Name: "Path"}
)

// Password logs in with user name and password.
type Password struct {
	BaseURL  string        // Required. Scheme and host of your back end, perhaps with a path prefix
	Path     string        // Optional; below BaseURL, with a slash in front; "" is /auth/login
	Username string        // Required
	Password client.Secret // Required
}

// Account implements client.Login. A path other than the default is part of its Method.
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

// checkPath refuses what would leave the back end or end in its logs.
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

// Secret implements client.Login.
func (p Password) Secret(ctx context.Context) (string, error) {
	return password.Ask(ctx, Service, p.Password)
}

// Login implements client.Login.
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

// at sends the request to the path that is set.
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

// seconds reads expires_in, a number or a text with one. What cannot be a lifetime counts as none.
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

// failure tells refusals from everything else. The document states neither statuses nor bodies; frameworks answer
// 400 (RFC 6749), 401 or 403 for credentials and 422 for input, with a JSON object. Only a 401 speaks for itself,
// unless it is a page.
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
