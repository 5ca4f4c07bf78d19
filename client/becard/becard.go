// Package becard logs in at becard, the digital business cards.
//
// Source: the page Authentication of becard.me's REST API documentation; see openapi/becard.yaml. The generated
// client is in becardapi.
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

// Service is the name that becard goes by in accounts and errors.
const Service = "becard"

const sessionID = "session_id"

var (
	email    = loginkit.Field{Name: "email"}
	password = loginkit.Field{Name: "password"}
)

// Password logs in with email and password: the document's Variant 1, POST /v1/auth/login. The token's expiry is
// known.
type Password struct {
	BaseURL  string        // Required. becard publishes no host: scheme and host that your account is served from
	Email    string        // Required
	Password client.Secret // Required
}

// Account implements client.Login.
func (p Password) Account() (client.Account, error) {
	account, err := client.Account{Service: Service, BaseURL: p.BaseURL, Method: "password", Name: p.Email}.Canonical()
	if err != nil {
		return client.Account{}, err
	}
	return account, email.Check(Service, p.Email)
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
	// A time that cannot be read counts as none, which is safe.
	expiresAt, _ := time.Parse(time.RFC3339, body.ExpiresAt)
	grant := client.TokenResponse{Value: body.AccessToken, ExpiresAt: expiresAt}
	if body.SessionID != "" {
		grant.Extra = map[string]string{sessionID: body.SessionID}
	}
	return answer.Token(grant)
}

// failure tells the documented refusals from everything else.
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

// SessionID returns the session that the login opened: session_id of the answer. Treat it as a secret. ok is false
// if it was not there, as for a token that is not becard's.
func SessionID(token client.Token) (id string, ok bool) { return token.Extra(sessionID) }
