// Package bearer logs in with a token that you hold already.
package bearer

import (
	"context"
	"net/http"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

// Token is a client.Login for a token that the user already holds, such as one of Bezala's, which live long. It asks
// no service: the token is its secret. All else is as with any Login: the token goes to the service's own origin
// only, 429s are retried, and after a 401 Token is asked again, so that a function that reads a file or a vault
// picks up a new token.
type Token struct {
	Service string        // Required. The name that stands in errors, such as "bezala"
	BaseURL string        // Required
	Name    string        // Optional. Whose token it is
	Token   client.Secret // Required. ASCII without spaces. Of a JWT the exp counts
}

var (
	service = loginkit.Field{Name: "Service"}
	token   = loginkit.Field{Name: "Token"}
)

// Account implements client.Login.
func (t Token) Account() (client.Account, error) {
	if err := service.Check("bearer.Token", t.Service); err != nil {
		return client.Account{}, err
	}
	return client.Account{Service: t.Service, BaseURL: t.BaseURL, Method: "token", Name: t.Name}.Canonical()
}

// Secret implements client.Login.
func (t Token) Secret(ctx context.Context) (string, error) {
	return token.Ask(ctx, t.Service, t.Token)
}

// Login implements client.Login.
func (t Token) Login(_ context.Context, _ *http.Client, secret string) (client.Token, error) {
	if err := token.Check(t.Service, secret); err != nil {
		return client.Token{}, err
	}
	// A held token may be old, so its own iat is not the time by the service's clock: ours is all there is.
	held, err := client.NewToken(client.TokenResponse{Value: secret, ServiceTime: time.Now()})
	if err != nil {
		return client.Token{}, &client.LoginError{
			Service: t.Service, Field: token.Name, Kind: client.ErrInvalidInput, Message: "may not stand in a header: " + err.Error(),
		}
	}
	return held, nil
}
