package sandbox

import (
	"fmt"
	"slices"
	"time"
)

// Config is how a Server starts. The zero value works.
type Config struct {
	// Accounts may log in. Nil: the examples of the service's document, and likewise made-up ones where it has
	// none, one per login method; [Server.Accounts] tells them.
	Accounts []Account

	// TokenLifetime is how long tokens live. 0: the service's usual time, which is 24 hours at becard
	// (announced as expires_at), 1 hour at bleepay (announced as the JWT's exp), without end at bezala and
	// formlogin. If set, bezala's tokens die unannounced and formlogin announces expires_in. Negative: tokens
	// are dead on arrival. bleepay counts whole seconds, rounded up, and formlogin announces them rounded down.
	TokenLifetime time.Duration

	// Latency passes between the arrival of a request and its answer. A caller who leaves earlier gets none.
	Latency time.Duration

	// ClockOffset is how far the service's clock is ahead of ours; negative: behind.
	ClockOffset time.Duration

	// LoginStatus is the status of a successful login. 0: 200.
	LoginStatus int

	// RefusalStatus is the status of refused credentials. 0: becard 422, bezala 401 (its document's older
	// edition has 403), bleepay 400, formlogin 401 (its document states none).
	RefusalStatus int

	// RateLimit limits logins, refused ones included. The zero value sets no limit.
	RateLimit RateLimit

	// LoginPath is formlogin's login path, with the leading slash. "": /auth/login. The other services' paths
	// are fixed.
	LoginPath string

	// OnViolation, if set, is called for each request that breaks the spec, with no value in the error's text.
	// Calls come from the goroutines that serve the requests.
	OnViolation func(error)

	// InProcess makes a Server without a listener: its URL is https://<service>.sandbox.example, and only
	// Transport reaches it.
	InProcess bool
}

// Account is one set of credentials that a Server accepts. Which fields count depends on Method:
//
//	becard     password                      Name (email), Secret
//	bezala     password, google, microsoft   Name (email), Secret (password or the provider's access token)
//	bezala     okta                          the same, and CompanyName, OktaURL
//	bleepay    email-password                Name (email), Secret
//	bleepay    mobile-device                 Name (installation ID), Secret
//	bleepay    resource                      Secret: the code, without the prefix voucher::context::code::
//	formlogin  password                      Name (username), Secret
type Account struct {
	Method, Name, Secret string
	CompanyName, OktaURL string
}

const (
	methodPassword      = "password"
	methodGoogle        = "google"
	methodMicrosoft     = "microsoft"
	methodOkta          = "okta"
	methodEmailPassword = "email-password"
	methodMobileDevice  = "mobile-device"
	methodResource      = "resource"
)

// canonical returns accounts without the fields that do not count, so that they compare with ==.
// It panics on a method that the service does not have: no login could ever match it.
func (svc *service) canonical(accounts []Account) []Account {
	if accounts == nil {
		accounts = svc.accounts
	}
	accounts = slices.Clone(accounts)
	for i := range accounts {
		a := &accounts[i]
		if !slices.Contains(svc.methods, a.Method) {
			panic(fmt.Sprintf("sandbox: %s has no login method %q, only %q", svc.name, a.Method, svc.methods))
		}
		if a.Method == methodResource {
			a.Name = ""
		}
		if a.Method != methodOkta {
			a.CompanyName, a.OktaURL = "", ""
		}
	}
	return accounts
}
