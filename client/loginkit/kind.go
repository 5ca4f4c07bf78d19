package loginkit

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/internal/retryafter"
)

// Unrecognized returns the error for an answer that the adapter does not recognize. It knows what most back ends mean:
//
//   - A 429 is a [*client.RateLimitError], with the wait that the service names, or else the Attempt's Quota.
//   - [client.ErrInvalidCredentials]: a 401 that is no page, a locked account (423), invalid_grant of RFC 6749, and
//     another 4xx that says in plain English that the credentials are wrong, such as "Invalid email or password".
//   - [client.ErrInvalidInput]: a 422 that does not say so, a 400 that names a field or says what is missing, and the
//     other codes of RFC 6749. One is invalid_client: it is about the application, and not about the user's password.
//   - [client.ErrUnavailable]: a 5xx, and a page with status 4xx other than 404 and 405.
//   - [client.ErrUnexpectedResponse]: everything else, such as a redirect or what a wrong base URL leads to.
func (a *Answer) Unrecognized() error {
	w := a.words(a.attempt.Secret)
	if a.Status == http.StatusTooManyRequests {
		wait, named := retryafter.Parse(a.Header, time.Now())
		if !named {
			wait = a.attempt.Quota
		}
		return &client.RateLimitError{Service: a.attempt.Service, RetryAfter: wait, Named: named, Err: a.failure(w, nil)}
	}
	err := a.failure(w, a.kind())
	err.Err = a.hint()
	return err
}

// kind returns the kind of a failure.
func (a *Answer) kind() error {
	w := a.words("") // the secret may be a word that says what is wrong, such as "password"
	switch {
	case a.Status == http.StatusLocked:
		return client.ErrInvalidCredentials
	case a.Status >= 500:
		return client.ErrUnavailable
	case a.Status < 400, a.Status == http.StatusNotFound, a.Status == http.StatusMethodNotAllowed:
		return client.ErrUnexpectedResponse
	case a.IsHTML():
		return client.ErrUnavailable
	}
	has := func(codes ...string) bool { // of RFC 6749, section 5.2
		for _, code := range []string{w.code, a.Text("error")} {
			if slices.Contains(codes, strings.ReplaceAll(strings.ToLower(spelled(code)), " ", "_")) {
				return true
			}
		}
		return false
	}
	switch {
	case has("invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope"):
		return client.ErrInvalidInput
	case has("invalid_grant"), w.refuse():
		return client.ErrInvalidCredentials
	case has("invalid_request"):
		return client.ErrInvalidInput
	case a.Status == http.StatusUnauthorized:
		return client.ErrInvalidCredentials
	case a.Status == http.StatusUnprocessableEntity, a.Status == http.StatusBadRequest && w.complain():
		return client.ErrInvalidInput
	default:
		return client.ErrUnexpectedResponse
	}
}
