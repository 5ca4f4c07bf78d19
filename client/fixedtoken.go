package client

import (
	"context"
	"net/http"
	"time"
)

// FixedToken is a Login for a token that the user already holds, such as one of Bezala's, which live long. It asks
// no service: the token is its secret. All else is as with any Login: the token goes to the service's own origin
// only, 429s are retried, and after a 401 Token is asked again, so that a function that reads a file or a vault
// picks up a new token.
type FixedToken struct {
	Service string // Required. The name that stands in errors, such as "bezala"
	BaseURL string // Required
	Name    string // Optional. Whose token it is
	Token   Secret // Required. ASCII without spaces. Of a JWT the exp counts
}

var fixedToken = Field{Name: "Token"}

// Account implements Login.
func (f FixedToken) Account() (Account, error) {
	if err := (Field{Name: "Service"}).Check("client.FixedToken", f.Service); err != nil {
		return Account{}, err
	}
	baseURL, err := CanonicalBaseURL(f.Service, f.BaseURL)
	if err != nil {
		return Account{}, err
	}
	return Account{Service: f.Service, BaseURL: baseURL, Method: "token", Name: f.Name}, nil
}

// Secret implements Login.
func (f FixedToken) Secret(ctx context.Context) (string, error) {
	return fixedToken.Ask(ctx, f.Service, f.Token)
}

// Login implements Login.
func (f FixedToken) Login(_ context.Context, _ *http.Client, secret string) (Token, error) {
	if err := fixedToken.Check(f.Service, secret); err != nil {
		return Token{}, err
	}
	// A held token may be old, so its own iat is not the time by the service's clock: ours is all there is.
	now := time.Now()
	header := http.Header{"Date": {now.UTC().Format(http.TimeFormat)}}
	token, err := newToken(Grant{Value: secret}, now, header)
	if err != nil {
		return Token{}, fixedToken.invalid(f.Service, "may not stand in a header: "+err.Error())
	}
	return token, nil
}
