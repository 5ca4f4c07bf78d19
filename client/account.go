package client

// Account identifies what a login is for. It is comparable and canonical: the same account is the same value,
// however it was written. It holds no secret. Two Logins that can yield different tokens have different
// Accounts, which is why an Okta login's Name has the company and the URL in it.
type Account struct {
	Service string // the adapter's name, such as "bezala"
	BaseURL string // as CanonicalBaseURL returns it
	Method  string // the way of logging in, such as "password" or "okta"
	Name    string // who: an email, a user name, an installation ID, or a name of the caller's
}

// String returns service, method and name. The name may be a person's email address.
func (a Account) String() string { return a.Service + " " + a.Method + " " + a.Name }
