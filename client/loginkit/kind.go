package loginkit

import (
	"net/http"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/internal/retryafter"
)

// Unrecognized returns the error for an answer that the adapter does not recognize. It knows what most back ends mean:
//
//   - A 429 is a [*client.RateLimitError], with the wait that the service names in a header or in words, or else the
//     Attempt's Quota. So is a 400, 401, 403 or 422 that says "Too many login attempts".
//   - [client.ErrInvalidCredentials]: a 401 that is no page, a locked account (423), invalid_grant of RFC 6749, and
//     another 4xx that says in plain English that the credentials are wrong, such as "Invalid email or password".
//   - [client.ErrInvalidInput]: a 422 that does not say so, a 400 or 403 that names a field or says what is missing,
//     and the other codes of RFC 6749. One is invalid_client: it is about the application, not the user's password.
//   - [client.ErrUnavailable]: a 5xx, a page with status 4xx other than 404 and 405, and a 400 or 403 that says that
//     something went wrong.
//   - [client.ErrUnexpectedResponse]: everything else, such as a redirect or what a wrong base URL leads to.
func (a *Answer) Unrecognized() error {
	w := a.words()
	if a.Status == http.StatusTooManyRequests || a.refuses() && w.say(tooMany) {
		wait, named := a.wait(w)
		return &client.RateLimitError{Service: a.attempt.Service, RetryAfter: wait, Named: named, Err: a.failure(w, nil)}
	}
	err := a.failure(w, a.kind(w))
	err.Err = a.hint()
	return err
}

// wait returns how long to wait after too many logins: what the answer's header says, or else its words, which is all
// that Laravel's login form has, or else the Attempt's Quota.
func (a *Answer) wait(w words) (wait time.Duration, named bool) {
	read := retryafter.RetryAfter
	if a.Status == http.StatusTooManyRequests {
		read = retryafter.Parse
	}
	if wait, named = read(a.Header, time.Now()); named {
		return wait, true
	}
	if wait = w.wait(); wait > 0 {
		return wait, true
	}
	return a.attempt.Quota, false
}

// kind returns the kind of a failure.
func (a *Answer) kind(w words) error {
	switch {
	case a.Status == http.StatusLocked:
		return client.ErrInvalidCredentials
	case a.Status >= 500:
		return client.ErrUnavailable
	case a.Status < 400:
		return client.ErrUnexpectedResponse
	case a.IsHTML() && !a.nowhere():
		return client.ErrUnavailable
	case a.IsHTML():
		return client.ErrUnexpectedResponse
	case w.has("invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope"):
		return client.ErrInvalidInput
	case w.has("invalid_grant"), w.refuse():
		return client.ErrInvalidCredentials
	case a.nowhere():
		return client.ErrUnexpectedResponse
	case w.has("invalid_request"):
		return client.ErrInvalidInput
	case a.Status == http.StatusUnauthorized:
		return client.ErrInvalidCredentials
	case a.Status == http.StatusUnprocessableEntity, w.complain() && a.refuses():
		return client.ErrInvalidInput
	case w.say(trouble) && a.refuses():
		return client.ErrUnavailable
	default:
		return client.ErrUnexpectedResponse
	}
}

// nowhere reports whether the status is what a wrong base URL leads to.
func (a *Answer) nowhere() bool {
	return a.Status == http.StatusNotFound || a.Status == http.StatusMethodNotAllowed
}

// refuses reports whether the status is that of a request that is understood and refused.
func (a *Answer) refuses() bool {
	switch a.Status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusUnprocessableEntity:
		return !a.IsHTML()
	default:
		return false
	}
}
