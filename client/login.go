package client

import (
	"context"
	"net/http"
)

// Login knows one way to log in at one service: fields in, Token or typed error out. The adapters (becard, bezala,
// bleepay, formlogin, bearer) have Logins, and a type of your own can be one, written with package loginkit. A [Client]
// adds the rest. Implementations must be safe for concurrent use by multiple goroutines.
type Login interface {
	// Account returns whose login it is. It checks every field but the secret and does no I/O. The error wraps
	// ErrInvalidInput and names the field.
	Account() (Account, error)

	// Secret returns the credential, as a function of type [Secret] does.
	Secret(ctx context.Context) (string, error)

	// Login exchanges the secret for a Token, mostly in one request, through hc, which follows no redirect and bounds
	// the response. It must return when ctx is done. After a 429 it is called again, as the [RetryPolicy] says.
	Login(ctx context.Context, hc *http.Client, secret string) (Token, error)
}

// Rejecter is an optional interface of a [Login], for a service that does not answer every dead token with 401.
type Rejecter interface {
	// Rejected reports whether an answer to a request with the token means that the token is dead: a 403, or a
	// redirect to a login page. A 401 always does. It is asked about all other answers, and should be quick.
	Rejected(status int, header http.Header) bool
}
