package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/becard"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/bleepay"
	"github.com/latchkey-go/latchkey/client/formlogin"
)

// login is one row of the table: a Login, and the path of a resource that needs its token.
type login struct {
	way      client.Login
	resource string
}

const (
	becardCards     = "/v1/cards"
	bezalaAccounts  = "/api/accounts"
	bleepayVouchers = "/api/v1/vouchers/"
)

// method is one way to log in with environment variables. It is used if secret is set.
type method struct {
	secret string
	others []string
	login  func() login
}

// fromEnvironment returns the logins whose variables are set. It returns an error if a login's other variables are set
// and its secret is not: to use the sandbox instead would hide a typo.
func fromEnvironment(getenv func(string) string) ([]login, error) {
	secret := func(name string) client.Secret { return client.Static(getenv(name)) }
	methods := []method{
		{"BECARD_PASSWORD", []string{"BECARD_BASE_URL", "BECARD_EMAIL"}, func() login {
			return login{becard.Password{
				BaseURL: getenv("BECARD_BASE_URL"), Email: getenv("BECARD_EMAIL"), Password: secret("BECARD_PASSWORD"),
			}, becardCards}
		}},
		{"BEZALA_PASSWORD", []string{"BEZALA_BASE_URL", "BEZALA_EMAIL"}, func() login {
			return login{bezala.Password{
				BaseURL: getenv("BEZALA_BASE_URL"), Email: getenv("BEZALA_EMAIL"), Password: secret("BEZALA_PASSWORD"),
			}, bezalaAccounts}
		}},
		{"BEZALA_GOOGLE_ACCESS_TOKEN", []string{"BEZALA_BASE_URL", "BEZALA_EMAIL"}, func() login {
			return login{bezala.Google{
				BaseURL: getenv("BEZALA_BASE_URL"), Email: getenv("BEZALA_EMAIL"),
				AccessToken: secret("BEZALA_GOOGLE_ACCESS_TOKEN"),
			}, bezalaAccounts}
		}},
		{"BEZALA_MICROSOFT_ACCESS_TOKEN", []string{"BEZALA_BASE_URL", "BEZALA_EMAIL"}, func() login {
			return login{bezala.Microsoft{
				BaseURL: getenv("BEZALA_BASE_URL"), Email: getenv("BEZALA_EMAIL"),
				AccessToken: secret("BEZALA_MICROSOFT_ACCESS_TOKEN"),
			}, bezalaAccounts}
		}},
		{"BEZALA_OKTA_ACCESS_TOKEN", []string{"BEZALA_BASE_URL", "BEZALA_EMAIL", "BEZALA_COMPANY_NAME", "BEZALA_OKTA_URL"}, func() login {
			return login{bezala.Okta{
				BaseURL: getenv("BEZALA_BASE_URL"), Email: getenv("BEZALA_EMAIL"),
				CompanyName: getenv("BEZALA_COMPANY_NAME"), OktaURL: getenv("BEZALA_OKTA_URL"),
				AccessToken: secret("BEZALA_OKTA_ACCESS_TOKEN"),
			}, bezalaAccounts}
		}},
		{"BLEEPAY_PASSWORD", []string{"BLEEPAY_BASE_URL", "BLEEPAY_EMAIL"}, func() login {
			return login{bleepay.EmailPassword{
				BaseURL: getenv("BLEEPAY_BASE_URL"), Email: getenv("BLEEPAY_EMAIL"), Password: secret("BLEEPAY_PASSWORD"),
			}, bleepayVouchers}
		}},
		{"BLEEPAY_DEVICE_PASSWORD", []string{"BLEEPAY_BASE_URL", "BLEEPAY_INSTALLATION_ID"}, func() login {
			return login{bleepay.MobileDevice{
				BaseURL: getenv("BLEEPAY_BASE_URL"), InstallationID: getenv("BLEEPAY_INSTALLATION_ID"),
				Password: secret("BLEEPAY_DEVICE_PASSWORD"),
			}, bleepayVouchers}
		}},
		{"BLEEPAY_RESOURCE_CODE", []string{"BLEEPAY_BASE_URL"}, func() login {
			return login{bleepay.Resource{
				BaseURL: getenv("BLEEPAY_BASE_URL"), Name: "quickstart", Code: secret("BLEEPAY_RESOURCE_CODE"),
			}, bleepayVouchers}
		}},
		{"BLEEPAY_API_KEY", []string{"BLEEPAY_BASE_URL"}, func() login {
			return login{bleepay.APIKey{
				BaseURL: getenv("BLEEPAY_BASE_URL"), Name: "quickstart", Key: secret("BLEEPAY_API_KEY"),
			}, bleepayVouchers}
		}},
		{"FORMLOGIN_PASSWORD", []string{"FORMLOGIN_BASE_URL", "FORMLOGIN_USERNAME", "FORMLOGIN_PATH", "FORMLOGIN_RESOURCE"}, func() login {
			return login{formlogin.Password{
				BaseURL: getenv("FORMLOGIN_BASE_URL"), Path: getenv("FORMLOGIN_PATH"),
				Username: getenv("FORMLOGIN_USERNAME"), Password: secret("FORMLOGIN_PASSWORD"),
			}, getenv("FORMLOGIN_RESOURCE")}
		}},
	}

	var logins []login
	used := map[string]bool{}
	for _, m := range methods {
		if getenv(m.secret) == "" {
			continue
		}
		logins = append(logins, m.login())
		for _, name := range m.others {
			used[name] = true
		}
	}
	for _, m := range methods {
		for _, name := range m.others {
			if getenv(name) != "" && !used[name] {
				return nil, fmt.Errorf("%s is set, but no variable with a secret to go with it, such as %s", name, secretsWith(methods, name))
			}
		}
	}
	return logins, nil
}

// secretsWith returns the names of the secrets that a variable belongs to.
func secretsWith(methods []method, name string) string {
	var names []string
	for _, m := range methods {
		for _, other := range m.others {
			if other == name {
				names = append(names, m.secret)
			}
		}
	}
	return cmp.Or(strings.Join(names, " or "), "none")
}
