// Package becard logs in at becard, the service for digital business cards.
//
// Its source is the page Authentication of becard.me's REST API documentation; see openapi/becard.yaml. Package
// becardapi is the generated client.
package becard

import (
	"context"
	"net/http"
	"strings"
	"time"

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
	var body becardapi.AccessToken
	if err := answer.Decode(&body); err != nil {
		return client.Token{}, err
	}
	// An unreadable time counts as none. That is safe: the token serves until it is rejected.
	expiresAt, _ := time.Parse(time.RFC3339, body.ExpiresAt)
	response := client.TokenResponse{Value: body.AccessToken, ExpiresAt: expiresAt}
	if body.SessionID != "" {
		response.Extra = map[string]string{sessionID: body.SessionID}
	}
	return answer.Token(response)
}

// failure returns the error of an answer that is no success. It tells the documented refusals from all other answers.
func failure(answer *loginkit.Answer) error {
	body := answer.Object()
	message, _ := body["message"].(string)
	_, invalid := body["errors"]
	switch {
	case answer.Status == http.StatusUnprocessableEntity && invalid:
		return answer.Failure(client.ErrInvalidInput)
	case answer.Status == http.StatusUnprocessableEntity && message != "":
		return answer.Failure(client.ErrInvalidCredentials)
	case answer.Status == http.StatusInternalServerError && strings.Contains(message, "Undefined array key"):
		return answer.Failure(client.ErrInvalidInput)
	}
	return answer.Unrecognized()
}

// SessionID returns the session that the login opened: session_id of the answer. Treat it as a secret. ok is false if
// the answer had none, or if another service's login made the token.
func SessionID(token client.Token) (id string, ok bool) { return token.Extra(sessionID) }
