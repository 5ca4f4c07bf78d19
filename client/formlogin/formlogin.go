package formlogin

import (
	"context"
	"errors"
	"net/http"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/formlogin/formloginapi"
	"github.com/latchkey-go/latchkey/client/internal/scrub"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

// Service is the name of such a back end in accounts and errors.
const Service = "formlogin"

// Password logs in with user name and password, by one POST. The fields up to Password are enough for a back end as the
// document describes it. The others say how yours differs; do not change their maps after [client.New]. The token's
// expiry is known if the answer has expires_in, or if the token is a JWT with an exp.
type Password struct {
	BaseURL  string        // Required. Scheme and host of your back end, and a path prefix if it has one
	Path     string        // Optional. Path below BaseURL, with a slash in front. "" is /auth/login
	Username string        // Required
	Password client.Secret // Required

	// Optional. JSON instead of a form. A dot in a field's name leads into an object: user.email is
	// {"user": {"email": …}}. All values are strings.
	JSON bool

	UsernameField string // Optional. Field with the user name, such as "email". "" is "username"
	PasswordField string // Optional. Field with the password. "" is "password"

	// Optional. Further fields, such as grant_type or client_id. They are a part of the account and may end in errors.
	Extra map[string]string

	// Optional. Further fields that are as secret as the password, such as client_secret. Each login asks for them
	// after the password, in the order of their names. A [client.Pool] and what a token store keeps are bound to them.
	ExtraSecrets map[string]client.Secret

	// Optional. HTTP Basic for client_id of Extra and client_secret of ExtraSecrets, which are not in the body then.
	// OAuth2 servers must take it, and may refuse a client_secret in the body (RFC 6749, section 2.3.1).
	BasicAuth bool

	// Optional. Place of the token in the answer's JSON, such as "token" or "data.token". "" is "access_token", and "."
	// is the whole answer, as JSON or plain text. Its token_type and expires_in, also spelt tokenType and expiresIn, are
	// looked for beside it, and then in the outermost object. The word Bearer, JWT or Token before it is its type.
	TokenField  string
	TokenHeader string // Optional. Header of the answer with the token, such as "Authorization", instead of TokenField
	TokenType   string // Optional. Scheme that requests carry, such as "Token". "" is the answer's, or else "Bearer"

	// Optional. Reports whether an answer other than 401 means that the token is dead, as of [client.Rejecter]
	Rejects func(status int, header http.Header) bool
}

// Account implements [client.Login]. The Account's Method tells all that differs from the document: another
// configuration is another account. Of ExtraSecrets it tells the names.
func (p Password) Account() (client.Account, error) {
	if err := p.check(); err != nil {
		return client.Account{}, err
	}
	return client.Account{Service: Service, BaseURL: p.BaseURL, Method: p.method(), Name: p.Username}.Canonical()
}

// Secret implements [client.Login]. With ExtraSecrets it is all of them and the password, by [loginkit.JoinSecrets].
func (p Password) Secret(ctx context.Context) (string, error) {
	if len(p.ExtraSecrets) == 0 {
		return p.password().Ask(ctx, Service, p.Password)
	}
	return p.askAll(ctx)
}

// Login implements [client.Login].
func (p Password) Login(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
	account, err := p.Account()
	if err != nil {
		return client.Token{}, err
	}
	secrets, err := p.secrets(secret)
	if err != nil {
		return client.Token{}, err
	}
	contentType, body, err := p.body(secrets)
	if err != nil {
		return client.Token{}, err
	}
	api, err := formloginapi.NewClient(account.BaseURL, formloginapi.WithHTTPClient(hc), formloginapi.WithRequestEditorFn(loginkit.AcceptJSON))
	if err != nil {
		return client.Token{}, err
	}
	attempt := loginkit.Attempt{Service: Service, Method: account.Method, Secret: secret}
	answer, err := attempt.Read(api.LoginWithBody(ctx, contentType, body, p.at(account.BaseURL), p.authorize(secrets)))
	if err != nil {
		return client.Token{}, err
	}
	if !answer.OK() {
		return client.Token{}, p.failure(answer)
	}
	return p.token(answer)
}

// Rejected implements [client.Rejecter].
func (p Password) Rejected(status int, header http.Header) bool {
	return p.Rejects != nil && p.Rejects(status, header)
}

// failure returns the error of an answer that is no success. The document states no statuses and no bodies. Frameworks
// answer wrong credentials with 401, or with 400 (RFC 6749) or 403 and a JSON object, unless that says otherwise.
func (p Password) failure(answer *loginkit.Answer) error {
	if answer.Status == http.StatusUnsupportedMediaType {
		err := answer.Failure(client.ErrUnexpectedResponse)
		err.Err = scrub.OwnError{Before: "the back end may want JSON: set the field JSON"}
		if p.JSON {
			err.Err = scrub.OwnError{Before: "the back end may want a form: leave out the field JSON"}
		}
		return err
	}
	err := answer.Unrecognized()
	refuses := answer.Status == http.StatusBadRequest || answer.Status == http.StatusForbidden
	if refuses && answer.Object() != nil && errors.Is(err, client.ErrUnexpectedResponse) {
		return answer.Failure(client.ErrInvalidCredentials)
	}
	return err
}
