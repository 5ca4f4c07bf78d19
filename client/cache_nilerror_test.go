package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// The classic: a nil pointer of an error type, which is no nil error and cannot be printed.
func TestErrorThatPanics(t *testing.T) {
	var typedNil *client.LoginError
	var limitNil *client.RateLimitError
	for name, broken := range map[string]error{"LoginError": typedNil, "RateLimitError": limitNil, "own": (*nilError)(nil)} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t, ownLogin(func(context.Context, *http.Client, string) (client.Token, error) {
					return client.Token{}, broken
				}))
				_, err := c.Token(t.Context())
				wantHarmless(t, err, ownSecret)
				time.Sleep(time.Second) // the pause after a failed login
				mustToken(t, c)

				srv := bezalaService.start(t, sandbox.Config{})
				c = bezalaService.clientWith(t, srv, func(context.Context) (string, error) { return "", broken })
				_, err = c.Token(t.Context())
				wantHarmless(t, err, ownSecret)
			})
		})
	}
}

type nilError struct{ text string }

func (e *nilError) Error() string { return e.text }

// What is within an error can be as bad.
func TestErrorThatPanicsWithin(t *testing.T) {
	var typedNil *client.LoginError
	var limitNil *client.RateLimitError
	for name, broken := range map[string]error{
		"LoginError":     fmt.Errorf("login: %w", error(typedNil)),
		"RateLimitError": errors.Join(errors.New("x"), fmt.Errorf("login: %w", error(limitNil))),
		"Unwrap":         fmt.Errorf("login: %w", unwrapError{}),
		"Is":             fmt.Errorf("login: %w", isError{}),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t, ownLogin(func(context.Context, *http.Client, string) (client.Token, error) {
					return client.Token{}, broken
				}))
				_, err := c.Token(t.Context())
				wantHarmless(t, err, ownSecret)
				if errors.Is(err, context.Canceled) {
					t.Errorf("%v is context.Canceled", err)
				}
				time.Sleep(time.Second) // the pause after a failed login
				mustToken(t, c)
			})
		})
	}
}

type unwrapError struct{}

func (unwrapError) Error() string { return "bad" }
func (unwrapError) Unwrap() error { panic("on " + ownSecret) }

type isError struct{}

func (isError) Error() string { return "bad" }
func (isError) Is(error) bool { panic("on " + ownSecret) }
