package sandbox

import (
	"fmt"
	"slices"
	"time"
)

// Config is the state in which a [Server] starts. The zero value is ready to use. [NewBecard] and the like tell what is
// usual at their service.
type Config struct {
	// Accounts are the accounts that may log in. Nil: one per login method, with the example of the service's document,
	// or a made-up one if it shows none. [Server.Accounts] returns them.
	Accounts []Account

	// TokenLifetime is the life of a token. 0: the service's usual time. Negative: tokens are dead on arrival.
	TokenLifetime time.Duration

	// Latency is the time between the arrival of a request and its answer.
	Latency time.Duration

	// ClockOffset is the time by which the service's clock is ahead of ours. Negative: it is behind.
	ClockOffset time.Duration

	// LoginStatus is the status of a successful login. 0: 200.
	LoginStatus int

	// RefusalStatus is the status of refused credentials. 0: that of the service's document.
	RefusalStatus int

	// RateLimit is the limit of logins, refused ones included, or the limits of the service's document. The zero value
	// is no limit.
	RateLimit RateLimit

	// LoginPath is the login path of formlogin, with a slash in front. "": /auth/login. The paths of the other services
	// are fixed.
	LoginPath string

	// OnViolation is called for each request that breaks the spec, if it is not nil. The error's text holds no value of
	// the request. The goroutines that serve the requests make the calls, perhaps several at once.
	OnViolation func(error)

	// InProcess makes a Server without a listener. Its URL is https://<service>.sandbox.example, and only
	// [Server.Transport] reaches it.
	InProcess bool
}

// Account is one set of credentials that a [Server] accepts. The service and the method decide which fields count:
// [NewBecard] and the like tell.
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
	methodAPIKey        = "api-key"
)

// canonical returns accounts without the fields that do not count, so that == compares them. It panics if the service
// does not have an account's method.
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
