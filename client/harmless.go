package client

import (
	"errors"
	"fmt"
	"strings"

	"github.com/latchkey-go/latchkey/client/internal/await"
	"github.com/latchkey-go/latchkey/client/internal/scrub"
)

// harmless returns an error of a user's own Login or Secret in a form that is safe to hand on: it is or wraps a
// *LoginError or *RateLimitError, it does not repeat the secret, and printing and unwrapping it does not panic.
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
	// Whatever is done with it later is tried here first, so that it panics here.
	_, _ = await.Tried(safe), refused(safe)
	_, _ = rateLimit(safe)
	return safe
}

// typed wraps an error that is not one of ours.
func typed(err error, account Account) error {
	if e, ok := errors.AsType[*LoginError](err); ok && e != nil {
		return err
	}
	if e, ok := errors.AsType[*RateLimitError](err); ok && e != nil {
		return err
	}
	return &LoginError{Service: account.Service, Method: account.Method, Err: err}
}

// withheld replaces an error that repeats the secret by one of the same kind.
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
		if foundBefore(e) && !strings.Contains(e.Field, secret) { // a short secret may be in our own words
			safe.Field, safe.Message = e.Field, "is wrong (why is withheld, since it repeats the secret)"
		}
	}
	if limit, ok := errors.AsType[*RateLimitError](err); ok {
		return &RateLimitError{Service: account.Service, RetryAfter: limit.RetryAfter, Named: limit.Named, Err: safe}
	}
	return safe
}

// repeats reports whether the secret is in an error, outside of our own words.
func repeats(err error, secret string) bool {
	switch e := err.(type) { //nolint:errorlint // what is wrapped is looked at in turn
	case nil:
		return false
	case *RateLimitError:
		return repeats(e.Err, secret)
	case *LoginError:
		words := e.Code + " " + e.Message + " " + e.Field
		if foundBefore(e) { // they are ours, or those of a user's own Login: no service has encoded anything
			return secret != "" && strings.Contains(words, secret) || repeats(e.Err, secret)
		}
		return scrub.Holds(words, secret) || repeats(e.Err, secret)
	default:
		return !scrub.OfNetwork(err) && scrub.Holds(err.Error(), secret)
	}
}
