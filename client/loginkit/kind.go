package loginkit

import (
	"errors"
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
	m := a.meaning()
	if m.tooMany {
		wait, named := a.wait(m)
		return &client.RateLimitError{Service: a.attempt.Service, RetryAfter: wait, Named: named, Err: a.failure(w, nil)}
	}
	err := a.failure(w, m.kind)
	err.Err = a.hint()
	return err
}

// wait returns how long to wait after too many logins: what the answer's header says, or else its words, which is all
// that Laravel's login form has, or else the Attempt's Quota.
func (a *Answer) wait(m meaning) (wait time.Duration, named bool) {
	read := retryafter.RetryAfter
	if a.Status == http.StatusTooManyRequests {
		read = retryafter.Parse
	}
	if wait, named = read(a.Header, time.Now()); named {
		return wait, true
	}
	if m.wait > 0 {
		return m.wait, true
	}
	return a.attempt.Quota, false
}

// meaning is what an answer means.
type meaning struct {
	tooMany bool
	wait    time.Duration // by its words; 0: they name none
	kind    error
	said    bool // by its words, and not by its status alone
}

// meaning returns what the answer means. A secret that it repeats must not decide that. But the secret may also be a
// word of the service's own: then it counts, unless the rest says enough.
func (a *Answer) meaning() meaning {
	own := a.own(true)
	all := own.words()
	rest := all.without(a.attempt, true)
	m := own.means(rest)
	if m.said && errors.Is(m.kind, client.ErrInvalidCredentials) || rest.silent() {
		return m
	}
	own = a.own(false)
	all = own.words()
	more := own.means(all.without(a.attempt, false))
	if more.said && (!m.said || errors.Is(more.kind, client.ErrInvalidCredentials)) {
		return more
	}
	return m
}

func (a *Answer) means(w words) meaning {
	if a.Status == http.StatusTooManyRequests || a.refuses() && w.say(tooMany) {
		wait := w.wait()
		return meaning{tooMany: true, wait: wait, said: a.Status != http.StatusTooManyRequests || wait > 0}
	}
	said, kind := a.kind(w)
	return meaning{kind: kind, said: said}
}

// kind returns the kind of a failure, and whether its words tell it.
func (a *Answer) kind(w words) (said bool, kind error) {
	switch {
	case a.Status == http.StatusLocked:
		return false, client.ErrInvalidCredentials
	case a.Status >= 500:
		return false, client.ErrUnavailable
	case a.Status < 400:
		return false, client.ErrUnexpectedResponse
	case a.IsHTML() && !a.nowhere():
		return false, client.ErrUnavailable
	case a.IsHTML():
		return false, client.ErrUnexpectedResponse
	case w.has(ofApplication...):
		return true, client.ErrInvalidInput
	case w.has(invalidGrant), w.refuse():
		return true, client.ErrInvalidCredentials
	case a.nowhere():
		return false, client.ErrUnexpectedResponse
	case w.has(invalidRequest):
		return true, client.ErrInvalidInput
	case a.Status == http.StatusUnauthorized:
		return false, client.ErrInvalidCredentials
	case a.Status == http.StatusUnprocessableEntity:
		return false, client.ErrInvalidInput
	case w.complain() && a.refuses():
		return true, client.ErrInvalidInput
	case w.say(trouble) && a.refuses():
		return true, client.ErrUnavailable
	default:
		return false, client.ErrUnexpectedResponse
	}
}

// These are the codes of RFC 6749, section 5.2.
const (
	invalidGrant   = "invalid_grant"
	invalidRequest = "invalid_request"
)

var (
	ofApplication = []string{"invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope"}
	ofOAuth       = append([]string{invalidGrant, invalidRequest}, ofApplication...)
)

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
