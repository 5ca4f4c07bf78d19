package loginkit_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

// A code is words, however they are joined, and its case does not count.
func TestP4KindsBySpelling(t *testing.T) {
	for _, tt := range []struct {
		status int
		body   string
		kind   error
	}{
		{http.StatusUnprocessableEntity, `{"errors":{"email or password":["is invalid"]}}`, client.ErrInvalidCredentials},
		{http.StatusBadRequest, `{"message":"The password is invalid."}`, client.ErrInvalidCredentials},
		{http.StatusBadRequest, `{"message":"Sorry, unrecognized username or password."}`, client.ErrInvalidCredentials},
		{http.StatusBadRequest, `{"error":"invalid-credentials"}`, client.ErrInvalidCredentials},
		{http.StatusUnauthorized, `{"error":"INVALID_CLIENT","error_description":"Client authentication failed"}`, client.ErrInvalidInput},
		{http.StatusUnauthorized, `{"code":"invalidClient","message":"Client authentication failed"}`, client.ErrInvalidInput},
		{http.StatusUnprocessableEntity, `{"message":"Invalid password length"}`, client.ErrInvalidInput},
		{http.StatusUnprocessableEntity, `{"message":"The login captcha is incorrect."}`, client.ErrInvalidInput},
		{http.StatusUnprocessableEntity, `{"errors":{"email":["is invalid"]}}`, client.ErrInvalidInput},
		{http.StatusUnauthorized, `<form method="post"><input name="password"></form>`, client.ErrUnavailable},
	} {
		answer, err := loginkit.Attempt{Service: "own", Secret: "hunter2"}.Read(response(tt.status, tt.body), nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := answer.Unrecognized(); !errors.Is(err, tt.kind) {
			t.Errorf("%d %s: %v; want %v", tt.status, tt.body, err, tt.kind)
		}
	}
}
