package bleepay

import (
	"context"
	"net/http"
	"regexp"
	"strings"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bleepay/bleepayapi"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

// These limits are the document's. They count characters.
var (
	email          = loginkit.Field{Name: "data.email", MinLength: 3, MaxLength: 128}
	password       = loginkit.Field{Name: "data.password", MinLength: 8, MaxLength: 256}
	installationID = loginkit.Field{Name: "data.installationId", MinLength: 32, MaxLength: 128}
	devicePassword = loginkit.Field{Name: "data.password", MinLength: 32, MaxLength: 256}
	resource       = loginkit.Field{
		Name: "data.resource", MinLength: 4, MaxLength: 128,
		Pattern: regexp.MustCompile(`^voucher::context::code::.+$`),
	}
)

const resourcePrefix = "voucher::context::code::"

// EmailPassword logs in with email and password.
type EmailPassword struct {
	BaseURL  string        // Optional. "" is Production
	Email    string        // Required. 3–128 characters
	Password client.Secret // Required. 8–256 characters
}

// Account implements [client.Login].
func (e EmailPassword) Account() (client.Account, error) {
	if err := email.Check(Service, e.Email); err != nil {
		return client.Account{}, err
	}
	return account(e.BaseURL, "email-password", e.Email)
}

// Secret implements [client.Login].
func (e EmailPassword) Secret(ctx context.Context) (string, error) {
	return password.Ask(ctx, Service, e.Password)
}

// Login implements [client.Login].
func (e EmailPassword) Login(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
	account, err := e.Account()
	if err != nil {
		return client.Token{}, err
	}
	if err := password.Check(Service, secret); err != nil {
		return client.Token{}, err
	}
	var body bleepayapi.SignIn
	if err := body.FromSignInEmailPassword(bleepayapi.SignInEmailPassword{
		Type: bleepayapi.SignInEmailPasswordTypeEmailPassword,
		Data: bleepayapi.EmailPassword{Email: e.Email, Password: secret},
	}); err != nil {
		return client.Token{}, err
	}
	return signIn(ctx, hc, account, secret, body)
}

// MobileDevice logs in as a registered device, which is how a payer signs in.
type MobileDevice struct {
	BaseURL        string        // Optional. "" is Production
	InstallationID string        // Required. 32–128 characters
	Password       client.Secret // Required. Password of the device, 32–256 characters
}

// Account implements [client.Login].
func (m MobileDevice) Account() (client.Account, error) {
	if err := installationID.Check(Service, m.InstallationID); err != nil {
		return client.Account{}, err
	}
	return account(m.BaseURL, "mobile-device", m.InstallationID)
}

// Secret implements [client.Login].
func (m MobileDevice) Secret(ctx context.Context) (string, error) {
	return devicePassword.Ask(ctx, Service, m.Password)
}

// Login implements [client.Login].
func (m MobileDevice) Login(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
	account, err := m.Account()
	if err != nil {
		return client.Token{}, err
	}
	if err := devicePassword.Check(Service, secret); err != nil {
		return client.Token{}, err
	}
	var body bleepayapi.SignIn
	if err := body.FromSignInMobileDevice(bleepayapi.SignInMobileDevice{
		Type: bleepayapi.SignInMobileDeviceTypeMobileDevice,
		Data: bleepayapi.MobileDevice{InstallationID: m.InstallationID, Password: secret},
	}); err != nil {
		return client.Token{}, err
	}
	return signIn(ctx, hc, account, secret, body)
}

// Resource logs in with the code of a payment context, which is how a payee signed in. Its token is good for that
// context only. bleepay's documentation has this way no more since 2026-07-29, and [APIKey] in its place; it stays here
// until the service refuses it.
type Resource struct {
	BaseURL string        // Optional. "" is Production
	Name    string        // Required. Your own name for the context. It is never sent; the code is the secret
	Code    client.Secret // Required. The code alone, such as A1B2C3. Login puts voucher::context::code:: before it
}

// Account implements [client.Login].
func (r Resource) Account() (client.Account, error) {
	if err := (loginkit.Field{Name: "Name"}).Check(Service, r.Name); err != nil {
		return client.Account{}, err
	}
	return account(r.BaseURL, "resource", r.Name)
}

// Secret implements [client.Login].
func (r Resource) Secret(ctx context.Context) (string, error) {
	return resource.Ask(ctx, Service, r.Code)
}

// Login implements [client.Login].
func (r Resource) Login(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
	account, err := r.Account()
	if err != nil {
		return client.Token{}, err
	}
	if strings.HasPrefix(secret, resourcePrefix) {
		return client.Token{}, &client.LoginError{
			Service: Service, Field: resource.Name, Kind: client.ErrInvalidInput,
			Message: "must be the code alone: " + resourcePrefix + " is put before it",
		}
	}
	if err := resource.Check(Service, resourcePrefix+secret); err != nil {
		return client.Token{}, err
	}
	var body bleepayapi.SignIn
	if err := body.FromSignInResource(bleepayapi.SignInResource{
		Type: bleepayapi.SignInResourceTypeResource,
		Data: bleepayapi.Resource{Resource: resourcePrefix + secret},
	}); err != nil {
		return client.Token{}, err
	}
	return signIn(ctx, hc, account, secret, body)
}
