package formlogin_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/formlogin"
)

// tokenOf logs in where the token is in a field or a header.
func tokenOf(t *testing.T, answer sent, field, header, typ string) (client.Token, error) {
	t.Helper()
	c, err := client.New(login(func(p *formlogin.Password) {
		p.TokenField, p.TokenHeader, p.TokenType = field, header, typ
	}), client.WithTransport(&answer))
	if err != nil {
		t.Fatal(err)
	}
	return c.Token(t.Context())
}

func TestTokenPlace(t *testing.T) {
	for name, tt := range map[string]struct {
		field, header, typ string
		answer             sent
		want               string // Authorization
		life               time.Duration
	}{
		"beside it": {field: "data.token", want: "JWT t", life: time.Minute,
			answer: sent{answer: `{"data": {"token": "t", "token_type": "JWT", "expires_in": "60"}, "token_type": "no", "expires_in": 5}`}},
		"outermost": {field: "data.auth.token", want: "JWT t", life: time.Minute,
			answer: sent{answer: `{"data": {"auth": {"token": "t"}, "token_type": "no", "expires_in": 5}, "token_type": "JWT", "expires_in": 60}`}},
		"a type that the answer names wrongly": {typ: "Token", want: "Token t",
			answer: sent{answer: `{"access_token": "t", "token_type": "bearer"}`}},
		"a header with a type": {header: "authorization", want: "JWT t", life: time.Minute,
			answer: sent{header: http.Header{"Authorization": {"JWT  t"}}, answer: `{"expires_in": 60, "token_type": "no"}`}},
		"a header and another type": {header: "Authorization", typ: "Token", want: "Token t",
			answer: sent{header: http.Header{"Authorization": {"Bearer t"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			token, err := tokenOf(t, tt.answer, tt.field, tt.header, tt.typ)
			if err != nil {
				t.Fatal(err)
			}
			if name, value := token.Header(); name != "Authorization" || value != tt.want {
				t.Errorf("%s: %s; want %s", name, value, tt.want)
			}
			expiry, known := token.Expiry()
			if known != (tt.life > 0) || known && expiry.Sub(token.Received()) != tt.life {
				t.Errorf("the token lives %s, known: %v; want %s", expiry.Sub(token.Received()), known, tt.life)
			}
		})
	}
}

// An answer without the token says what it has in its place.
func TestNoToken(t *testing.T) {
	for name, tt := range map[string]struct {
		field, header string
		answer        sent
		says          string
	}{
		"another name":    {field: "token", answer: sent{answer: `{"access": "a", "refresh": "b"}`}, says: "the fields access, refresh"},
		"another place":   {field: "token", answer: sent{answer: `{"data": {"token": "t"}}`}, says: "the fields data.token"},
		"not an object":   {field: "data.token", answer: sent{answer: `{"data": "t"}`}, says: "the fields data"},
		"not a text":      {field: "token", answer: sent{answer: `{"token": 4711}`}, says: "the fields token"},
		"no such header":  {header: "X-Token", answer: sent{answer: `{"token": "t"}`}, says: "no header X-Token"},
		"an empty header": {header: "X-Token", answer: sent{header: http.Header{"X-Token": {" "}}}, says: "no header X-Token"},
		"a cookie":        {header: "Set-Cookie", answer: sent{answer: `{}`, header: http.Header{"Set-Cookie": {"id=abc; HttpOnly"}}}, says: "may not stand in a header"},
		"three words":     {header: "X-Token", answer: sent{answer: `{}`, header: http.Header{"X-Token": {"Bearer a b"}}}, says: "may not stand in a header"},
		"a page":          {header: "X-Token", answer: sent{answer: "<!DOCTYPE html><title>Hello</title>"}, says: "a page"},
	} {
		t.Run(name, func(t *testing.T) {
			token, err := tokenOf(t, tt.answer, tt.field, tt.header, "")
			if !errors.Is(err, client.ErrUnexpectedResponse) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("the token is %q, the error %v; want %q", token.Value(), err, tt.says)
			}
		})
	}
}
