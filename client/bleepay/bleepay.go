// Package bleepay logs in at bleepay, the service for payments, in its ways: with email and password, as a mobile device,
// with the code of a payment context, or with an API key, which needs no login.
//
// The source is the page Sign In of bleepay's API reference; see openapi/bleepay.yaml. Package bleepayapi is the
// generated client, which also has sign-up and get-challenge. Those need no token: give it the HTTP client of
// [client.NewHTTPClient].
package bleepay

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bleepay/bleepayapi"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

const (
	// Service is the name of bleepay in accounts and errors.
	Service = "bleepay"

	// Production is the base URL that is used if none is set.
	Production = bleepayapi.ServerURLProduction

	// Sandbox is the base URL of bleepay's own sandbox.
	Sandbox = bleepayapi.ServerURLSandbox
)

// quota is how long logins are blocked after a 429: the service allows 5 in 300 s, and documents no header that says so.
const quota = 300 * time.Second

// LoginLimit returns a new limit by the document: 5 logins in 300 s. It does not say whether that is for each account or
// for all logins from one address. For all of them, give [client.WithLoginLimit] this one.
func LoginLimit() *client.LoginLimit { return &client.LoginLimit{Logins: 5, Window: quota} }

// account returns the Account of one of the three ways.
func account(baseURL, method, name string) (client.Account, error) {
	return client.Account{Service: Service, BaseURL: cmp.Or(baseURL, Production), Method: method, Name: name}.Canonical()
}

// signIn sends the credentials and reads the answer, which has the same shape in all three ways.
func signIn(ctx context.Context, hc *http.Client, account client.Account, secret string, body bleepayapi.SignIn) (client.Token, error) {
	api, err := bleepayapi.NewClient(account.BaseURL, bleepayapi.WithHTTPClient(hc), bleepayapi.WithRequestEditorFn(loginkit.AcceptJSON))
	if err != nil {
		return client.Token{}, err
	}
	attempt := loginkit.Attempt{Service: Service, Method: account.Method, Secret: secret, Quota: quota}
	answer, err := attempt.Read(api.SignIn(ctx, body))
	if err != nil {
		return client.Token{}, err
	}
	if !answer.OK() {
		return client.Token{}, failure(answer)
	}
	// The expiry is in the token, a JWT.
	return answer.Token(client.TokenResponse{Value: answer.Text("authorization", "token")})
}

// failure returns the error of an answer that is no success. bleepay publishes no shape of its error bodies, so failure
// looks for a code anywhere in a 400. One without a known code is an invalid request, as everywhere in bleepay's API.
func failure(answer *loginkit.Answer) error {
	err := answer.Unrecognized()
	if answer.Status != http.StatusBadRequest {
		return err
	}
	if answer.Contains(invalidCredentials) {
		return coded(answer.Failure(client.ErrInvalidCredentials), invalidCredentials)
	}
	if answer.Contains(invalidType) {
		return coded(answer.Failure(client.ErrInvalidInput), invalidType)
	}
	if answer.Object() != nil && errors.Is(err, client.ErrUnexpectedResponse) {
		return answer.Failure(client.ErrInvalidInput)
	}
	return err
}

// The documented codes of a 400.
const (
	invalidCredentials = "invalid_credentials" //nolint:gosec // the name of an error, not a credential
	invalidType        = "invalid_type"
)

// coded sets the error's Code. A message that only repeats the code goes away.
func coded(err *client.LoginError, code string) error {
	err.Code = code
	if err.Message == code {
		err.Message = ""
	}
	return err
}
