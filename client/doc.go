// Package client keeps an account logged in. Hand New a Login, from one of the adapters below this package or of
// your own, and get back an http.Client that carries the account's token: one login, however many goroutines
// share it.
//
//	c, err := client.New(bezala.Password{Email: "me@corp.example", Password: client.Static(password)})
//	resp, err := c.HTTPClient().Get(c.BaseURL() + "/api/accounts")
//
// # Secrets
//
// A password is asked for when a login is due and not kept. Passwords and tokens are in no error, log line or
// URL; a Token prints redacted however it is printed. They go to the service's own origin, over https or to this
// machine, and nowhere else: no redirect carries them away.
//
// # Errors
//
// A failed login is a *LoginError, of the same kind for the same cause at every service: ErrInvalidCredentials,
// ErrInvalidInput, ErrUnavailable, ErrUnexpectedResponse. A rate limit is a *RateLimitError, with the wait.
//
// # Retries
//
// Only a 429 is ever repeated, by the RetryPolicy, and a 401 once with a new token. Refused credentials are not
// sent again during a pause of 30 s, which doubles up to 15 min; the first call in a pause asks for the secret once
// more, and tries it if it has changed. After a 429
// no login is sent until the server's time is up, 15 min at the most, while held tokens keep serving.
//
// # Concurrency
//
// Clients and Tokens are safe for concurrent use by multiple goroutines. No wait outlasts its context.
package client
