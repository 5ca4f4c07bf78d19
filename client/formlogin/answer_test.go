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

// hour is a JWT that lives for an hour: {"iat":1000000000,"exp":1000003600}.
const hour = "e30.eyJpYXQiOjEwMDAwMDAwMDAsImV4cCI6MTAwMDAwMzYwMH0.s"

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
		"the whole answer, as text": {field: ".", want: "Bearer 1|t",
			answer: sent{header: http.Header{"Content-Type": {"text/html; charset=UTF-8"}}, answer: "1|t\n"}},
		"the whole answer, as JSON":     {field: ".", typ: "JWT", want: "JWT t", answer: sent{answer: `"t"`}},
		"the whole answer, with a type": {field: ".", want: "Bearer t", answer: sent{answer: `"bearer t"`}},
		"its type before it": {field: "token", want: "JWT t",
			answer: sent{answer: `{"token": " JWT t", "token_type": "no"}`}},
		"its type before it, and another": {field: "token", typ: "Token", want: "Token t",
			answer: sent{answer: `{"token": "Bearer t"}`}},
		"in camel case": {field: "data.accessToken", want: "JWT t", life: time.Minute,
			answer: sent{answer: `{"data": {"accessToken": "t", "tokenType": "JWT", "expiresIn": "60"}, "expiresIn": 5}`}},
		"in camel case, and a JWT": {field: "accessToken", want: "Bearer " + hour, life: time.Hour,
			answer: sent{answer: `{"accessToken": "` + hour + `", "expiresIn": 60}`}},
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
		"no such whole":   {field: ".", answer: sent{answer: `{"token":"t"}`}, says: "the fields token"},
		"a list":          {field: ".", answer: sent{answer: `["t"]`}, says: "it is no JSON object"},
		"a whole page":    {field: ".", answer: sent{answer: "<html><body>Hello</body></html>"}, says: "a page"},
		"two words":       {field: ".", answer: sent{answer: "Logged in"}, says: "may not stand in a header"},
		"an unusual type": {field: "token", answer: sent{answer: `{"token": "invalid user"}`}, says: "may not stand in a header"},
		"the whole":       {answer: sent{answer: "1|t"}, says: `set TokenField to "."`},
		"a header":        {answer: sent{answer: `{}`, header: http.Header{"Authorization": {"Bearer t"}}}, says: "set TokenHeader"},
		"a cookie beside": {answer: sent{answer: `{"ok": true}`, header: http.Header{"Set-Cookie": {"id=abc"}}}, says: "the fields ok; if it is the cookie"},
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

// A back end that takes another body than the one that was sent is told by its 415.
func TestUnsupportedMediaType(t *testing.T) {
	for json, says := range map[bool]string{false: "set the field JSON", true: "leave out the field JSON"} {
		err := token(t, login(func(p *formlogin.Password) { p.JSON = json }), &answers{next: []string{`415 {"title": "Unsupported Media Type"}`}})
		if !errors.Is(err, client.ErrUnexpectedResponse) || !strings.Contains(err.Error(), says) {
			t.Errorf("JSON %t: %v; want %q", json, err, says)
		}
	}
}
