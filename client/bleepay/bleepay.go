// Package bleepay logs in at bleepay, the payments, in its three ways: with email and password, as a mobile device,
// or with the code of a payment context.
//
// Source: the page Sign In of bleepay's API reference; see openapi/bleepay.yaml. The generated client is in
// bleepayapi, sign-up and get-challenge included.
package bleepay

import (
	"cmp"
	"context"
	"net/http"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bleepay/bleepayapi"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

const (
	// Service is the name that bleepay goes by in accounts and errors.
	Service = "bleepay"

	// Production is the base URL that is used where none is set.
	Production = bleepayapi.ServerURLProduction

	// Sandbox is the base URL of bleepay's own sandbox.
	Sandbox = bleepayapi.ServerURLSandbox
)

// account makes the Account of one of the three ways.
func account(baseURL, method, name string) (client.Account, error) {
	return client.Account{Service: Service, BaseURL: cmp.Or(baseURL, Production), Method: method, Name: name}.Canonical()
}

// signIn sends the credentials and reads the answer, which is the same for all three.
func signIn(ctx context.Context, hc *http.Client, account client.Account, secret string, body bleepayapi.SignIn) (client.Token, error) {
	api, err := bleepayapi.NewClient(account.BaseURL, bleepayapi.WithHTTPClient(hc), bleepayapi.WithRequestEditorFn(loginkit.AcceptJSON))
	if err != nil {
		return client.Token{}, err
	}
	attempt := loginkit.Attempt{Service: Service, Method: account.Method, Secret: secret}
	answer, err := attempt.Read(api.SignIn(ctx, body))
	if err != nil {
		return client.Token{}, err
	}
	if !answer.OK() {
		return client.Token{}, failure(answer)
	}
	var signedIn bleepayapi.SignedIn
	if err := answer.Decode(&signedIn); err != nil {
		return client.Token{}, err
	}
	// The expiry is in the token, a JWT.
	return answer.Token(client.TokenResponse{Value: signedIn.Authorization.Token})
}

// failure tells the documented refusals from everything else. The error body's shape is not published, so a code
// is looked for anywhere in it. A 400 without a known code is an invalid request, as across bleepay's API.
func failure(answer *loginkit.Answer) error {
	json := answer.Object() != nil
	switch {
	case answer.Status == http.StatusBadRequest && answer.Contains(invalidCredentials):
		return coded(answer.Failure(client.ErrInvalidCredentials), invalidCredentials)
	case answer.Status == http.StatusBadRequest && answer.Contains(invalidType):
		return coded(answer.Failure(client.ErrInvalidInput), invalidType)
	case answer.Status == http.StatusBadRequest && json:
		return answer.Failure(client.ErrInvalidInput)
	case answer.Status == http.StatusUnauthorized && json:
		return answer.Failure(client.ErrInvalidCredentials)
	}
	return answer.Unrecognized()
}

// The documented codes of a 400.
const (
	invalidCredentials = "invalid_credentials" //nolint:gosec // the name of an error, not a credential
	invalidType        = "invalid_type"
)

// coded puts a code that was found into its place in the error.
func coded(err *client.LoginError, code string) error {
	err.Code = code
	if err.Message == code {
		err.Message = ""
	}
	return err
}
