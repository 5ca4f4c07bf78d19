// Package becard logs in at becard, the service for digital business cards.
//
// Its source is the page Authentication of becard.me's REST API documentation; see openapi/becard.yaml. Package
// becardapi is the generated client.
package becard

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/becard/becardapi"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

// Service is the name of becard in accounts and errors.
const Service = "becard"

const sessionID = "session_id"

var (
	email    = loginkit.Field{Name: "email"}
	password = loginkit.Field{Name: "password"}
)

// Password logs in with email and password, by POST /v1/auth/login, which the document calls Variant 1. The token's
// expiry is known. [SessionID] returns the session that the login opened.
type Password struct {
	BaseURL  string        // Required. Scheme and host that serve your account; becard publishes none
	Email    string        // Required
	Password client.Secret // Required
}

// Account implements [client.Login].
func (p Password) Account() (client.Account, error) {
	account, err := client.Account{Service: Service, BaseURL: p.BaseURL, Method: "password", Name: p.Email}.Canonical()
	if err != nil {
		return client.Account{}, err
	}
	return account, email.Check(Service, p.Email)
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
	api, err := becardapi.NewClient(account.BaseURL, becardapi.WithHTTPClient(hc), becardapi.WithRequestEditorFn(loginkit.AcceptJSON))
	if err != nil {
		return client.Token{}, err
	}
	attempt := loginkit.Attempt{Service: Service, Method: account.Method, Secret: secret}
	answer, err := attempt.Read(api.Login(ctx, becardapi.Credentials{Email: p.Email, Password: secret}))
	if err != nil {
		return client.Token{}, err
	}
	if !answer.OK() {
		return client.Token{}, failure(answer)
	}
	response := client.TokenResponse{Value: answer.Text("access_token"), ExpiresAt: answer.Time("expires_at")}
	if id := cmp.Or(answer.Text(sessionID), answer.Number(sessionID).String()); id != "" {
		response.Extra = map[string]string{sessionID: id}
	}
	return answer.Token(response)
}

// failure returns the error of an answer that is no success. By the document a 422 with nothing but a message is a
// refusal, whatever the message is, and a 500 may be the caller's mistake.
func failure(answer *loginkit.Answer) error {
	message := answer.Text("message")
	_, invalid := answer.Object()["errors"]
	if answer.Status == http.StatusUnprocessableEntity && message != "" && !invalid {
		return answer.Failure(client.ErrInvalidCredentials)
	}
	if answer.Status == http.StatusInternalServerError && strings.Contains(message, "Undefined array key") {
		return answer.Failure(client.ErrInvalidInput)
	}
	return answer.Unrecognized()
}

// SessionID returns the session that the login opened: session_id of the answer. Treat it as a secret. ok is false if
// the answer had none, or if another service's login made the token.
func SessionID(token client.Token) (id string, ok bool) { return token.Extra(sessionID) }
