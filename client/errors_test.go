package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

func TestErrorTexts(t *testing.T) {
	refused := &client.LoginError{
		Service: "bleepay", Method: "resource", Status: 400, Code: "invalid_credentials", Message: "no such code",
		Kind: client.ErrInvalidCredentials,
	}
	limited := &client.LoginError{Service: "bleepay", Method: "resource", Status: 429, Code: "rate_limit"}
	for _, tt := range []struct {
		err  error
		want string
	}{
		{
			refused,
			"bleepay: login by resource: credentials refused: HTTP 400: invalid_credentials: no such code " +
				"(check the account's name and secret)",
		},
		{
			&client.LoginError{Service: "becard", Field: "email", Kind: client.ErrInvalidInput, Message: "is required"},
			"becard: email is required",
		},
		{
			&client.LoginError{Service: "bezala", Method: "okta", Status: 502, Kind: client.ErrUnavailable},
			"bezala: login by okta: service unavailable: HTTP 502 Bad Gateway",
		},
		{
			&client.LoginError{
				Service: "bezala", Method: "password", Kind: client.ErrUnavailable, Err: errors.New("connection refused"),
			},
			"bezala: login by password: service unavailable: connection refused",
		},
		{
			&client.LoginError{Service: "formlogin", Method: "password", Status: 404, Kind: client.ErrUnexpectedResponse},
			"formlogin: login by password: unexpected response: HTTP 404 Not Found (check the base URL)",
		},
		{ // an answer names a field
			&client.LoginError{
				Service: "formlogin", Method: "password", Status: 422, Kind: client.ErrInvalidInput,
				Field: "grant_type", Message: "Field required",
			},
			"formlogin: login by password: invalid input: HTTP 422: grant_type: Field required",
		},
		{ // the base URL has nothing to do with it
			&client.LoginError{
				Service: "formlogin", Method: "password", Status: 200, Kind: client.ErrUnexpectedResponse,
				Err: errors.New("no token in the answer, which has the fields jwt, user"),
			},
			"formlogin: login by password: unexpected response: HTTP 200 OK: no token in the answer, which has the fields jwt, user",
		},
		{
			&client.LoginError{
				Service: "bezala", Method: "okta", Status: 403, Kind: client.ErrUnexpectedResponse, Message: "locked",
			},
			"bezala: login by okta: unexpected response: HTTP 403: locked",
		},
		{
			&client.LoginError{Service: "becard", Status: 405, Kind: client.ErrUnexpectedResponse},
			"becard: unexpected response: HTTP 405 Method Not Allowed (check the base URL)",
		},
		{
			&client.LoginError{Service: "becard", Status: 423, Kind: client.ErrInvalidCredentials},
			"becard: credentials refused: HTTP 423 Locked (the account is locked: the service must unlock it)",
		},
		{&client.RateLimitError{Service: "bleepay"}, "bleepay: logins are rate limited"},
		{&client.RateLimitError{Service: "bleepay", Named: true}, "bleepay: logins are rate limited"},
		{
			&client.RateLimitError{Service: "bleepay", RetryAfter: 2 * time.Second, Named: true},
			"bleepay: logins are rate limited: try again in 2 s",
		},
		{
			&client.RateLimitError{Service: "bleepay", RetryAfter: 1500 * time.Millisecond, Named: true, Err: limited},
			"bleepay: logins are rate limited: try again in 2 s (login by resource: HTTP 429: rate_limit)",
		},
		{
			&client.RateLimitError{Service: "bleepay", RetryAfter: 1500 * time.Millisecond, Err: limited},
			"bleepay: logins are rate limited (login by resource: HTTP 429: rate_limit)",
		},
	} {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("got  %q\nwant %q", got, tt.want)
		}
	}
}

func TestErrorsUnwrap(t *testing.T) {
	err := fmt.Errorf("sync: %w", &client.RateLimitError{Service: "bleepay", Err: &client.LoginError{
		Service: "bleepay", Status: 429, Kind: client.ErrUnavailable, Err: context.DeadlineExceeded,
	}})
	limit, ok := errors.AsType[*client.RateLimitError](err)
	if !ok || limit.Service != "bleepay" {
		t.Errorf("no *RateLimitError in %v", err)
	}
	login, ok := errors.AsType[*client.LoginError](err)
	if !ok || login.Status != 429 {
		t.Errorf("no *LoginError in %v", err)
	}
	if !errors.Is(err, client.ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("neither kind nor cause in %v", err)
	}
	if bare := (&client.LoginError{Service: "x"}); errors.Is(bare, client.ErrUnavailable) || bare.Error() != "x" {
		t.Errorf("an error without kind: %q", bare)
	}
}

// Every error is one of ours, also if a Login of the user's own has others.
func TestErrorOfALoginIsTyped(t *testing.T) {
	broken := errors.New("something else")
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, ownLogin(func(context.Context, *http.Client, string) (client.Token, error) {
			return client.Token{}, fmt.Errorf("own: %w", broken)
		}))
		_, err := c.Token(t.Context())
		wantErr(t, err, broken)
		if _, typed := errors.AsType[*client.LoginError](err); !typed {
			t.Errorf("%T; want a *LoginError", err)
		}
		if !strings.HasPrefix(err.Error(), "own: ") {
			t.Errorf("%q; want the service's name in front", err)
		}
	})
}
