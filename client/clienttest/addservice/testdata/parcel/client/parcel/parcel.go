// Package parcel logs in at Parcel, a courier that nobody knows.
//
// Its source is openapi/parcel.yaml. Package parcelapi is the generated client.
package parcel

import (
	"cmp"
	"context"
	"net/http"
	"regexp"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/loginkit"
	"github.com/latchkey-go/latchkey/client/parcel/parcelapi"
)

const (
	// Service is the name of Parcel in accounts and errors.
	Service = "parcel"

	// Production is the base URL that is used if none is set.
	Production = parcelapi.ServerURLProduction
)

// These limits are the document's.
var (
	clientNumber = loginkit.Field{Name: "client_number", MinLength: 8, MaxLength: 10}
	pin          = loginkit.Field{Name: "pin", MinLength: 6, MaxLength: 12, Pattern: regexp.MustCompile(`^[0-9]+$`)}
)

// PIN logs in with a client number and a PIN. The token's expiry is known.
type PIN struct {
	BaseURL      string        // Optional. "" is Production
	ClientNumber string        // Required. 8–10 characters
	PIN          client.Secret // Required. 6–12 digits
}

// Account implements [client.Login].
func (p PIN) Account() (client.Account, error) {
	if err := clientNumber.Check(Service, p.ClientNumber); err != nil {
		return client.Account{}, err
	}
	return client.Account{
		Service: Service, BaseURL: cmp.Or(p.BaseURL, Production), Method: "pin", Name: p.ClientNumber,
	}.Canonical()
}

// Secret implements [client.Login].
func (p PIN) Secret(ctx context.Context) (string, error) { return pin.Ask(ctx, Service, p.PIN) }

// Login implements [client.Login].
func (p PIN) Login(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
	account, err := p.Account()
	if err != nil {
		return client.Token{}, err
	}
	if err := pin.Check(Service, secret); err != nil {
		return client.Token{}, err
	}
	api, err := parcelapi.NewClient(account.BaseURL, parcelapi.WithHTTPClient(hc), parcelapi.WithRequestEditorFn(loginkit.AcceptJSON))
	if err != nil {
		return client.Token{}, err
	}
	attempt := loginkit.Attempt{Service: Service, Method: account.Method, Secret: secret}
	answer, err := attempt.Read(api.OpenSession(ctx, parcelapi.Credentials{ClientNumber: p.ClientNumber, Pin: secret}))
	if err != nil {
		return client.Token{}, err
	}
	if !answer.OK() {
		return client.Token{}, failure(answer)
	}
	return answer.Token(client.TokenResponse{Value: answer.Text("token"), ExpiresIn: answer.Seconds("expires_in")})
}

// failure returns the error of an answer that is no success. The document's 400 is about the body; its 401, and all
// that it does not have, are what they are at most services.
func failure(answer *loginkit.Answer) error {
	if answer.Status == http.StatusBadRequest && answer.Text("code") != "" {
		return answer.Failure(client.ErrInvalidInput)
	}
	return answer.Unrecognized()
}
