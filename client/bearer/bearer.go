// Package bearer has a login for a token that the user already holds.
package bearer

import (
	"context"
	"net/http"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

// Token is a [client.Login] for a token that the user already holds, such as one of Bezala's, which live long. It sends
// no request to log in: the token is its secret. A JWT expires as its exp says; the expiry of any other token is
// unknown.
//
// Everything else is as with any Login. After a 401 the [client.Client] asks the Secret again, so a function that reads
// a file or a vault finds a new token there.
type Token struct {
	Service string        // Required. Name of the service in errors, such as "bezala"
	BaseURL string        // Required. Base URL of the service
	Name    string        // Optional. Name of the token's user
	Token   client.Secret // Required. The token: ASCII without spaces
}

var (
	service = loginkit.Field{Name: "Service"}
	token   = loginkit.Field{Name: "Token"}
)

// Account implements [client.Login].
func (t Token) Account() (client.Account, error) {
	if err := service.Check("bearer.Token", t.Service); err != nil {
		return client.Account{}, err
	}
	return client.Account{Service: t.Service, BaseURL: t.BaseURL, Method: "token", Name: t.Name}.Canonical()
}

// Secret implements [client.Login].
func (t Token) Secret(ctx context.Context) (string, error) {
	return token.Ask(ctx, t.Service, t.Token)
}

// Login implements [client.Login].
func (t Token) Login(_ context.Context, _ *http.Client, secret string) (client.Token, error) {
	if err := token.Check(t.Service, secret); err != nil {
		return client.Token{}, err
	}
	// A held token may be old: its iat does not tell what the service's clock shows now. Our clock is all there is.
	held, err := client.NewToken(client.TokenResponse{Value: secret, ServiceTime: time.Now()})
	if err != nil {
		return client.Token{}, &client.LoginError{
			Service: t.Service, Field: token.Name, Kind: client.ErrInvalidInput, Message: "may not stand in a header: " + err.Error(),
		}
	}
	return held, nil
}
