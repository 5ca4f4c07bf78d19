package bezala

import (
	"context"
	"fmt"
	"net/http"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bezala/bezalaapi"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

var (
	password       = loginkit.Field{Name: "password"}
	googleToken    = loginkit.Field{Name: "google_access_token"}
	microsoftToken = loginkit.Field{Name: "microsoft_access_token"}
	oktaToken      = loginkit.Field{Name: "okta_access_token"}
	companyName    = loginkit.Field{Name: "company_name"}
	oktaURL        = loginkit.Field{Name: "okta_url"}
)

// Password logs in with email and password, by POST /api/auth/token.
type Password struct {
	BaseURL  string        // Optional. "" is Production
	Email    string        // Required
	Password client.Secret // Required
}

// Account implements [client.Login].
func (p Password) Account() (client.Account, error) { return account(p.BaseURL, "password", p.Email) }

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
	return logIn(hc, account, password, secret, func(api *bezalaapi.Client) (*http.Response, error) {
		return api.Authenticate(ctx, bezalaapi.PasswordCredentials{Email: p.Email, Password: secret})
	})
}

// Google logs in with an access token of Google, by POST /api/auth/google/token.
type Google struct {
	BaseURL     string        // Optional. "" is Production
	Email       string        // Required. The user's email, which must match the access token
	AccessToken client.Secret // Required. Access token of Google's OAuth2
}

// Account implements [client.Login].
func (g Google) Account() (client.Account, error) { return account(g.BaseURL, "google", g.Email) }

// Secret implements [client.Login].
func (g Google) Secret(ctx context.Context) (string, error) {
	return googleToken.Ask(ctx, Service, g.AccessToken)
}

// Login implements [client.Login].
func (g Google) Login(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
	account, err := g.Account()
	if err != nil {
		return client.Token{}, err
	}
	return logIn(hc, account, googleToken, secret, func(api *bezalaapi.Client) (*http.Response, error) {
		return api.AuthenticateGoogle(ctx, bezalaapi.GoogleCredentials{Email: g.Email, GoogleAccessToken: secret})
	})
}

// Microsoft logs in with an access token of Microsoft, by POST /api/auth/microsoft/token.
type Microsoft struct {
	BaseURL     string        // Optional. "" is Production
	Email       string        // Required. The user's email, which must match the access token
	AccessToken client.Secret // Required. Access token of Microsoft's OAuth2
}

// Account implements [client.Login].
func (m Microsoft) Account() (client.Account, error) {
	return account(m.BaseURL, "microsoft", m.Email)
}

// Secret implements [client.Login].
func (m Microsoft) Secret(ctx context.Context) (string, error) {
	return microsoftToken.Ask(ctx, Service, m.AccessToken)
}

// Login implements [client.Login].
func (m Microsoft) Login(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
	account, err := m.Account()
	if err != nil {
		return client.Token{}, err
	}
	return logIn(hc, account, microsoftToken, secret, func(api *bezalaapi.Client) (*http.Response, error) {
		return api.AuthenticateMicrosoft(ctx, bezalaapi.MicrosoftCredentials{Email: m.Email, MicrosoftAccessToken: secret})
	})
}

// Okta logs in with an access token of Okta, by POST /api/auth/okta/token. Only the current edition of the document has
// it.
type Okta struct {
	BaseURL     string        // Optional. "" is Production
	Email       string        // Required. The user's email, which must match the access token
	CompanyName string        // Required
	OktaURL     string        // Required. URL of the company's Okta
	AccessToken client.Secret // Required. Access token of Okta
}

// Account implements [client.Login]. The account's Name also has the company's name and Okta's URL, since the same
// email in another company is another account.
func (o Okta) Account() (client.Account, error) {
	a, err := account(o.BaseURL, "okta", o.Email)
	if err != nil {
		return client.Account{}, err
	}
	if err := companyName.Check(Service, o.CompanyName); err != nil {
		return client.Account{}, err
	}
	if err := oktaURL.Check(Service, o.OktaURL); err != nil {
		return client.Account{}, err
	}
	a.Name = fmt.Sprintf("%s company_name=%q okta_url=%q", o.Email, o.CompanyName, o.OktaURL)
	return a, nil
}

// Secret implements [client.Login].
func (o Okta) Secret(ctx context.Context) (string, error) {
	return oktaToken.Ask(ctx, Service, o.AccessToken)
}

// Login implements [client.Login].
func (o Okta) Login(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
	account, err := o.Account()
	if err != nil {
		return client.Token{}, err
	}
	return logIn(hc, account, oktaToken, secret, func(api *bezalaapi.Client) (*http.Response, error) {
		return api.AuthenticateOkta(ctx, bezalaapi.OktaCredentials{
			Email: o.Email, CompanyName: o.CompanyName, OktaURL: o.OktaURL, OktaAccessToken: secret,
		})
	})
}
