package client

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/latchkey-go/latchkey/client/internal/origin"
)

// Account identifies what a login is for. It is comparable and holds no secret. Two Logins that can yield different
// tokens have different Accounts: an Okta login's Name has the company and the URL in it.
type Account struct {
	Service string // the adapter's name, such as "bezala"
	BaseURL string // in the form of [Account.Canonical]
	Method  string // the way of logging in, such as "password" or "okta"
	Name    string // an email, a user name, an installation ID, or a name of the caller's
}

// String returns service, method and name, which may be an email address.
func (a Account) String() string { return a.Service + " " + a.Method + " " + a.Name }

// Canonical returns the account with its base URL in canonical form: scheme and host in lower case, no default port, no
// slash at the end. A base URL has the scheme http or https, a host, and perhaps a path. It has no userinfo, query or
// fragment, since those would end in logs. The error wraps [ErrInvalidInput] and names the field BaseURL, but not its
// value, which may hold a password.
func (a Account) Canonical() (Account, error) {
	baseURL, err := origin.Canonical(a.BaseURL)
	if err != nil {
		return Account{}, &LoginError{Service: a.Service, Field: "BaseURL", Kind: ErrInvalidInput, Message: err.Error()}
	}
	a.BaseURL = baseURL
	return a, nil
}

// checked returns the canonical account. A Login may be a user's own, so its Account is checked here.
func (a Account) checked() (Account, error) {
	if a.Service == "" {
		return Account{}, invalidOption("Account.Service", "is required: it names the service in errors")
	}
	return a.Canonical()
}

// base returns scheme and host of a canonical base URL.
func (a Account) base() *url.URL {
	scheme, rest, _ := strings.Cut(a.BaseURL, "://")
	host, _, _ := strings.Cut(rest, "/")
	return &url.URL{Scheme: scheme, Host: host}
}

// quoted writes an account so that no two accounts are written alike.
func (a Account) quoted() string {
	return fmt.Sprintf("%q %q %q %q", a.Service, a.BaseURL, a.Method, a.Name)
}
