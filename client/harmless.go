package client

import (
	"errors"
	"fmt"
	"strings"

	"github.com/latchkey-go/latchkey/client/internal/await"
	"github.com/latchkey-go/latchkey/client/internal/scrub"
)

// harmless returns an error of a user's own Login or Secret in a form that is safe to hand on: it is or wraps a
// *LoginError, it does not repeat the secret, and printing and unwrapping it does not panic.
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
	safe = typed(withheld(err, secret), account)
	// Whatever is done with it later is tried here first, so that it panics here.
	_, _ = await.Tried(safe), refused(safe)
	_, _ = rateLimit(safe)
	return safe
}

// typed wraps an error that holds no *LoginError. Callers get a new *RateLimitError, made of the cause of this one.
func typed(err error, account Account) error {
	if e, ok := errors.AsType[*LoginError](err); ok && e != nil {
		return err
	}
	return &LoginError{Service: account.Service, Method: account.Method, Err: err}
}

// withheld replaces what repeats the secret in an error. Kinds, our own words and what the network says stay.
func withheld(err error, secret string) error {
	if !repeats(err, secret) {
		return err
	}
	switch e := err.(type) { //nolint:errorlint // what is wrapped is looked at in turn
	case *RateLimitError:
		limit := *e
		limit.Err = withheld(e.Err, secret)
		return &limit
	case *LoginError:
		return e.withheld(secret)
	case scrub.OwnError:
		return e.Without(secret)
	}
	if e, ok := errors.AsType[*RateLimitError](err); ok {
		return withheld(e, secret)
	}
	if e, ok := errors.AsType[*LoginError](err); ok {
		return withheld(e, secret)
	}
	return unsaid{remains(err)}
}

func (e *LoginError) withheld(secret string) *LoginError {
	quiet := *e
	quiet.Err = withheld(e.Err, secret)
	switch {
	case !e.repeats(secret):
	case !foundBefore(e):
		quiet.Code, quiet.Field, quiet.Message = "", "", scrub.Redacted
	case strings.Contains(e.Field, secret):
		quiet.Code, quiet.Field, quiet.Message = "", "", repeated
	default:
		quiet.Code, quiet.Message = "", "is wrong (why is withheld, since it repeats the secret)"
	}
	return &quiet
}

// repeats reports whether the secret is in an error, outside of our own words.
func repeats(err error, secret string) bool {
	switch e := err.(type) { //nolint:errorlint // what is wrapped is looked at in turn
	case nil:
		return false
	case *RateLimitError:
		return repeats(e.Err, secret)
	case *LoginError:
		return e.repeats(secret) || repeats(e.Err, secret)
	case scrub.OwnError:
		return scrub.Holds(e.Theirs, secret)
	default:
		return !scrub.OfNetwork(err) && scrub.Holds(err.Error(), secret)
	}
}

// repeats reports whether the secret is in what others say.
func (e *LoginError) repeats(secret string) bool {
	words := e.Code + " " + e.Message + " " + e.Field
	switch {
	case e.ours():
		return false
	case foundBefore(e): // they are those of a user's own Login: no service has encoded anything
		return secret != "" && strings.Contains(words, secret)
	default:
		return scrub.Holds(words, secret)
	}
}

// ours reports whether the words are ours. What an error of ours is wrapped in is another's.
func (e *LoginError) ours() bool {
	own, ok := e.Err.(scrub.OwnError) //nolint:errorlint // it is not looked for in what the cause wraps
	return ok && own == scrub.OwnError{}
}

// unsaid stands for an error that repeats the secret. What is wrapped in it says nothing of the secret.
type unsaid struct{ causes []error }

const repeated = "the error is withheld, since it repeats the secret"

func (unsaid) Error() string     { return repeated }
func (u unsaid) Unwrap() []error { return u.causes }

// remains returns what an error wraps of kinds, and of what the network says.
func remains(err error) (all []error) {
	for _, kind := range []error{ErrInvalidCredentials, ErrInvalidInput, ErrUnavailable, ErrUnexpectedResponse, ErrLoginRequired} {
		if errors.Is(err, kind) {
			all = append(all, kind)
		}
	}
	if cause := scrub.Network(err); cause != nil {
		all = append(all, cause)
	}
	return all
}
