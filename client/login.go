package client

import (
	"context"
	"net/http"
)

// Login knows one way to log in at one service. The adapters (becard, bezala, bleepay, formlogin) are Logins, and
// so can be a type of your own: fields in, Token or typed error out. What surrounds a login is not its business:
// New adds caching, single flight, retries, timeouts and the pauses after a refusal or a rate limit.
//
// Implementations must be safe for concurrent use by multiple goroutines.
type Login interface {
	// Account says whose login it is. It checks every field but the secret, without any I/O, and gives an error
	// that wraps ErrInvalidInput and names the field.
	Account() (Account, error)

	// Secret returns the credential. It is asked once per attempt.
	Secret(ctx context.Context) (string, error)

	// Login exchanges the secret for a Token in one request through hc, which follows no redirect, bounds the
	// response, and retries on 429, or with a TokenStore leaves that to the Client, which then calls Login again. It
	// must return when ctx is done. Attempt reads the response and makes the errors that New understands: see there.
	Login(ctx context.Context, hc *http.Client, secret string) (Token, error)
}

// TokenSource hands out a Token that is valid now, as far as it knows. Client is one.
//
// Implementations must be safe for concurrent use by multiple goroutines.
type TokenSource interface {
	Token(ctx context.Context) (Token, error)
}
