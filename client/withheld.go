package client

import (
	"errors"
	"fmt"
	"strings"
)

// typed wraps an error of a Login of a user's own, so that callers get none but ours.
func typed(err error, account Account) error {
	if _, ok := errors.AsType[*LoginError](err); err == nil || ok {
		return err
	}
	if _, ok := errors.AsType[*RateLimitError](err); ok {
		return err
	}
	return &LoginError{Service: account.Service, Method: account.Method, Err: err}
}

// withheld replaces an error that repeats the secret, which a Login of a user's own might return; its kind stays. It
// also replaces one that cannot be printed, such as a nil *LoginError, which is no nil error.
func withheld(err error, account Account, secret string) (harmless error) {
	defer func() {
		if recover() != nil {
			harmless = &LoginError{
				Service: account.Service, Method: account.Method,
				Message: fmt.Sprintf("the error, a %T, cannot be printed", err),
			}
		}
	}()
	if err == nil || !repeats(err, secret) {
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
		return &RateLimitError{Service: account.Service, Wait: limit.Wait, Err: safe}
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
		return holds(e.Code+" "+e.Message+" "+e.Field, secret) || repeats(e.Err, secret)
	default:
		return holds(err.Error(), secret)
	}
}

// holds reports whether a text holds the secret in one of its spellings.
func holds(text, secret string) bool {
	for _, spelling := range spellings(secret) {
		if strings.Contains(text, spelling) {
			return true
		}
	}
	return false
}
