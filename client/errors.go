package client

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/scrub"
)

// The kinds of a *LoginError, for errors.Is. The same cause has the same kind at every service.
var (
	// ErrInvalidCredentials: the service refuses the credentials, or the account is locked (423). The same credentials
	// are not sent again for a while.
	ErrInvalidCredentials = errors.New("credentials refused")

	// ErrInvalidInput: a field is missing, wrong or outside its limits. If LoginError.Status is 0, nothing was sent.
	ErrInvalidInput = errors.New("invalid input")

	// ErrUnavailable: the service could not be reached, or answered 5xx, or a firewall or proxy answered with a page.
	ErrUnavailable = errors.New("service unavailable")

	// ErrUnexpectedResponse: the response matches nothing in the service's document, or holds no usable token.
	ErrUnexpectedResponse = errors.New("unexpected response")
)

// errNoSecret: the Secret gave none.
var errNoSecret = errors.New("no secret to log in with")

// LoginError tells why a login gave no token. Its text starts with the service's name and holds no secret.
type LoginError struct {
	Service string // the adapter's name, such as "bezala"
	Method  string // the way of logging in, such as "okta"; may be ""
	Field   string // the field at fault, as the service spells it; "" if none is named, or several, as in Message
	Status  int    // HTTP status; 0 if there was no answer
	Code    string // the service's own code, such as "invalid_credentials"; may be ""
	Message string // the service's own words, or ours if Status is 0: one short printable line
	Kind    error  // ErrInvalidCredentials, ErrInvalidInput, ErrUnavailable, ErrUnexpectedResponse, or nil
	Err     error  // the cause, such as a network error or a context's; may be nil
}

// maxCause is the longest text of a cause, in characters.
const maxCause = 500

// Error tells what happened and what to do about it.
func (e *LoginError) Error() string {
	var b strings.Builder
	b.WriteString(e.Service)
	if e.Method != "" {
		b.WriteString(": login by " + e.Method)
	}
	if e.Field != "" && e.Status == 0 {
		b.WriteString(": " + e.Field + " " + e.Message)
		return b.String()
	}
	if e.Kind != nil {
		b.WriteString(": " + e.Kind.Error())
	}
	if e.Status != 0 {
		b.WriteString(": HTTP " + strconv.Itoa(e.Status))
		if e.Code == "" && e.Message == "" {
			b.WriteString(strings.TrimRight(" "+http.StatusText(e.Status), " "))
		}
	}
	for _, detail := range []string{e.Code, e.Field, e.Message} {
		if detail != "" {
			b.WriteString(": " + detail)
		}
	}
	if e.Err != nil {
		b.WriteString(": " + scrub.Line(e.Err.Error(), maxCause)) // a certificate's name may be in it
	}
	switch {
	case e.Status == http.StatusLocked:
		b.WriteString(" (the account is locked: the service must unlock it)")
	case errors.Is(e.Kind, ErrInvalidCredentials):
		b.WriteString(" (check the account's name and secret)")
	case e.Status == http.StatusNotFound, e.Status == http.StatusMethodNotAllowed:
		b.WriteString(" (check the base URL)")
	}
	return b.String()
}

// Unwrap returns Kind and Err.
func (e *LoginError) Unwrap() []error {
	var errs []error
	for _, err := range []error{e.Kind, e.Err} {
		if err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

// RateLimitError reports that the service limits logins: it answered 429, or the wait of an earlier 429 is not over.
type RateLimitError struct {
	Service    string
	RetryAfter time.Duration // from when the error was made until the next login is sent; 0: unknown
	Named      bool          // the service has named the wait; else it is our own choice
	Err        error         // the *LoginError with status, code and message of the answer
}

// Error tells the wait in seconds, rounded up, if the service has named it.
func (e *RateLimitError) Error() string {
	text := e.Service + ": logins are rate limited"
	if e.RetryAfter > 0 && e.Named {
		seconds := (e.RetryAfter + time.Second - 1) / time.Second
		text += fmt.Sprintf(": try again in %d s", seconds)
	}
	if e.Err != nil {
		text += " (" + strings.TrimPrefix(e.Err.Error(), e.Service+": ") + ")"
	}
	return text
}

// Unwrap returns Err.
func (e *RateLimitError) Unwrap() error { return e.Err }

// refused reports whether the service refused what was sent, and would do so again.
func refused(err error) bool {
	e, ok := errors.AsType[*LoginError](err)
	return ok && (errors.Is(err, ErrInvalidCredentials) || e.Status == http.StatusLocked)
}

// foundBefore reports whether a fault was found before anything was sent.
func foundBefore(err error) bool {
	e, ok := errors.AsType[*LoginError](err)
	return ok && e.Status == 0 && errors.Is(e.Kind, ErrInvalidInput)
}

// rateLimit returns the *RateLimitError in an error, if there is one.
func rateLimit(err error) (*RateLimitError, bool) { return errors.AsType[*RateLimitError](err) }
