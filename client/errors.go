package client

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The kinds of a *LoginError, for errors.Is. The same cause has the same kind at every service.
var (
	// ErrInvalidCredentials: the service knows the request and refuses the credentials. Nothing will change
	// until the secret does, so further calls get the same error without a request for a while. In that time the
	// Secret is asked once more, and one that has changed is tried.
	ErrInvalidCredentials = errors.New("credentials refused")

	// ErrInvalidInput: a field is missing or outside its limits. Where LoginError.Status is 0 it was found
	// before anything was sent.
	ErrInvalidInput = errors.New("invalid input")

	// ErrUnavailable: the service could not be reached, answered 5xx, or something before it (a firewall, a
	// proxy) answered with a page of its own.
	ErrUnavailable = errors.New("service unavailable")

	// ErrUnexpectedResponse: the answer is none that the service's document describes, or a success without a
	// usable token.
	ErrUnexpectedResponse = errors.New("unexpected response")
)

// LoginError says why a login gave no token. Its text starts with the service's name and holds no secret.
type LoginError struct {
	Service string // the adapter's name, such as "bezala"
	Method  string // the way of logging in, such as "okta"; "" if the error is not about one
	Field   string // the field at fault, as the service's document spells it; "" if none is known
	Status  int    // HTTP status; 0 if the service was not asked or did not answer
	Code    string // the service's own code, such as "invalid_credentials"; "" if it gave none
	Message string // the service's own words, or ours where Status is 0; short, printable, scrubbed
	Kind    error  // ErrInvalidCredentials, ErrInvalidInput, ErrUnavailable, ErrUnexpectedResponse, or nil: none of them
	Err     error  // what lies beneath, such as a network error or a context's; nil if nothing does
}

// Error tells what happened and, where there is something to do about it, what.
func (e *LoginError) Error() string {
	var b strings.Builder
	b.WriteString(e.Service)
	if e.Method != "" {
		b.WriteString(": login by " + e.Method)
	}
	if e.Field != "" {
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
	for _, detail := range []string{e.Code, e.Message} {
		if detail != "" {
			b.WriteString(": " + detail)
		}
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	switch {
	case errors.Is(e.Kind, ErrInvalidCredentials):
		b.WriteString(" (check the account's name and secret)")
	case errors.Is(e.Kind, ErrUnexpectedResponse):
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

// RateLimitError says that the service wants no login for now: it answered 429, or it did so a moment ago and the
// time it named is not up.
type RateLimitError struct {
	Service    string
	RetryAfter time.Duration // from when the error was made until a login may be tried again; 0: unknown
	Err        error         // the *LoginError that holds status, code and message of the answer
}

// Error names the wait, rounded up to seconds.
func (e *RateLimitError) Error() string {
	text := e.Service + ": logins are rate limited"
	if e.RetryAfter > 0 {
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

// refused reports whether the service refused what was sent, and would again.
func refused(err error) bool {
	e, ok := errors.AsType[*LoginError](err)
	return ok && (errors.Is(err, ErrInvalidCredentials) || e.Status != 0 && errors.Is(e.Kind, ErrInvalidInput))
}

// rateLimit returns the rate limit that an error is, if it is one.
func rateLimit(err error) (*RateLimitError, bool) { return errors.AsType[*RateLimitError](err) }
