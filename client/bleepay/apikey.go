package bleepay

import (
	"context"
	"net/http"
	"regexp"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

var (
	apiKeyName = loginkit.Field{Name: "Name"}
	apiKey     = loginkit.Field{Name: "Key", MinLength: 67, MaxLength: 67, Pattern: regexp.MustCompile(`^bs_[0-9a-fA-F]+$`)}
)

// APIKey is a login with a payee's API key, which is made in bleepay's app. It sends no request to log in: each request
// of [client.Client.HTTPClient] carries the key in the header x-api-key. The key reaches vouchers, widgets, accounts
// and finance of the business that it was made for. A token store saves no request here, and would hold the key.
//
// The source is bleepay's page on API keys of 2026-07-29, which replaced the sign-in of [Resource].
type APIKey struct {
	BaseURL string        // Optional. "" is Production
	Name    string        // Required. Your own name for the key. It is never sent
	Key     client.Secret // Required. bs_ and 64 hexadecimal digits
}

// Account implements [client.Login].
func (a APIKey) Account() (client.Account, error) {
	if err := apiKeyName.Check(Service, a.Name); err != nil {
		return client.Account{}, err
	}
	return account(a.BaseURL, "api-key", a.Name)
}

// Secret implements [client.Login].
func (a APIKey) Secret(ctx context.Context) (string, error) {
	return apiKey.Ask(ctx, Service, a.Key)
}

// Login implements [client.Login].
func (a APIKey) Login(_ context.Context, _ *http.Client, secret string) (client.Token, error) {
	if err := apiKey.Check(Service, secret); err != nil {
		return client.Token{}, err
	}
	return client.NewToken(client.TokenResponse{Value: secret, Header: "X-Api-Key"})
}
