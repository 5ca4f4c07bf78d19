package client

import (
	"errors"
	"fmt"

	"github.com/latchkey-go/latchkey/client/internal/scrub"
)

// noSecret explains the error of a Secret that does not explain itself.
func noSecret(err error, account Account) error {
	if _, ours := errors.AsType[*LoginError](err); err == nil || ours {
		return err
	}
	return &LoginError{
		Service: account.Service, Method: account.Method, Err: fmt.Errorf("no secret to log in with: %w", err),
	}
}

// harmless makes an error of a Login or Secret of a user's own one that may be handed on: a *LoginError or a
// *RateLimitError, or one that wraps them, which does not repeat the secret, and which can be printed and looked into
// without a panic. A nil *LoginError in it is one that cannot, and no nil error.
func harmless(err error, account Account, secret string) (safe error) {
	defer func() {
		if recover() != nil {
			safe = &LoginError{
				Service: account.Service, Method: account.Method,
				Message: fmt.Sprintf("the error, a %T, cannot be printed", err),
			}
		}
	}()
	if err == nil {
		return nil
	}
	safe = typed(withheld(err, account, secret), account)
	// What is done with it from now on is done here first.
	_, _, _ = safe.Error(), errors.Is(safe, errNowhere), refused(safe)
	_, _ = rateLimit(safe)
	return safe
}

var errNowhere = errors.New("an error that is in no other")

// typed wraps an error that is none of ours.
func typed(err error, account Account) error {
	if e, ok := errors.AsType[*LoginError](err); ok && e != nil {
		return err
	}
	if e, ok := errors.AsType[*RateLimitError](err); ok && e != nil {
		return err
	}
	return &LoginError{Service: account.Service, Method: account.Method, Err: err}
}

// withheld replaces an error that repeats the secret; its kind stays.
func withheld(err error, account Account, secret string) error {
	if !repeats(err, secret) {
		return err
	}
	safe := &LoginError{
		Service: account.Service, Method: account.Method,
		Message: "the error is withheld, since it repeats the secret",
	}
	if e, ok := errors.AsType[*LoginError](err); ok {
		safe.Status, safe.Kind = e.Status, e.Kind
	}
	if limit, ok := errors.AsType[*RateLimitError](err); ok {
		return &RateLimitError{Service: account.Service, RetryAfter: limit.RetryAfter, Err: safe}
	}
	return safe
}

// repeats reports whether the parts of an error that are not our own words hold the secret.
func repeats(err error, secret string) bool {
	switch e := err.(type) { //nolint:errorlint // what is wrapped is looked at in turn
	case nil:
		return false
	case *RateLimitError:
		return repeats(e.Err, secret)
	case *LoginError:
		return scrub.Holds(e.Code+" "+e.Message+" "+e.Field, secret) || repeats(e.Err, secret)
	default:
		return scrub.Holds(err.Error(), secret)
	}
}
