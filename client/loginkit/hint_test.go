package loginkit_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client"
)

// A redirect shows where it leads, without what may hold a secret.
func TestT6LocationOfARedirect(t *testing.T) {
	const secret = "p&ss/w rd"
	for location, want := range map[string]string{
		"https://www.example.com/login?token=abc#def":     "https://www.example.com/login",
		"https://user:pass@www.example.com:8443/a%2Fb/":   "https://www.example.com:8443/a%2Fb/",
		"//www.example.com/login":                         "//www.example.com/login",
		"/login":                                          "/login",
		"login?next=x":                                    "login",
		"mailto:me@example.com":                           "mailto:",
		"https://example.com/" + url.PathEscape(secret):   "[redacted]",
		"https://example.com/" + url.QueryEscape(secret):  "[redacted]",
		"/" + url.PathEscape("a\nb\u202ec"):               "/a%0Ab%E2%80%AEc",
		"https://exämple.com/":                            "https://ex%C3%A4mple.com/",
		"https://example.com/" + strings.Repeat("x", 999): "https://example.com/" + strings.Repeat("x", 180) + "…",
		"?token=abc":                                      "",
		"":                                                "",
		"https://example.com/p&ss/w rd?x":                 "[redacted]",
		"https://example.com/p&ss/w rd#x":                 "[redacted]",
		"/" + secret:                                      "[redacted]",
		"https://[":                                       "",
		"\x7f":                                            "",
	} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			answer := read(t, status, "<html>moved</html>", secret)
			answer.Header.Set("Location", location)
			err := answer.Unrecognized()
			wantLine(t, err, secret)
			text := fmt.Sprintf("own: login by password: unexpected response: HTTP %d %s", status, http.StatusText(status))
			if want != "" {
				text += ": it leads to " + want + ", and a login follows no redirect"
			}
			if !errors.Is(err, client.ErrUnexpectedResponse) || err.Error() != text {
				t.Errorf("%q: %v\nwant %s", location, err, text)
			}
		}
	}
}

// If the token is missing, the names of the answer's fields tell where it may be. No value is told, nor a name that
// could be a token.
func TestT6FieldsOfAnAnswerWithoutAToken(t *testing.T) {
	const secret = "hunter2hunter2"
	for body, want := range map[string]string{
		`{"jwt":"eyJhbGciOi","user":{"id":1,"name":"me"}}`:          ", which has the fields jwt, user.id, user.name",
		`{"mfa_token":"abc","challenge":"otp"}`:                     ", which has the fields challenge, mfa_token",
		`{"data":{"session":{"token":"abc"}},"ok":true,"empty":{}}`: ", which has the fields data.session, empty, ok",
		`{"token":7}`:                      ", which has the fields token",
		`{"token":""}`:                     ", which has the fields token",
		`{"rH8xoroj1-yCQM4uuRGT":1,"a":2}`: ", which has the fields a, and more",
		`{"hunter2hunter2":1,"a":2}`:       ", which has the fields [redacted]",
		`{"\u202e\n":1," ":2,"":3}`:        ", nor a field with a usual name",
		`{"a":1,"b":1,"c":1,"d":1,"e":1,"f":{"g":1,"h":1,"i":1,"j":1,"k":1,"l":1}}`: ", which has the fields a, b, c, d, e, f.g, f.h, f.i, f.j, f.k, and more",
		`{}`:           ": it is an empty JSON object",
		`[]`:           ": it is no JSON object",
		`null`:         ": it is no JSON object",
		`"abc"`:        ": it is no JSON object",
		`token=abc`:    ": it is no JSON object",
		`{"token":"`:   ": it is no JSON object",
		``:             ": it is empty",
		"\xef\xbb\xbf": ": it is no JSON object",
	} {
		answer := read(t, http.StatusOK, body, secret)
		_, err := answer.Token(client.TokenResponse{Value: answer.Text("token")})
		wantLine(t, err, secret)
		text := "own: login by password: unexpected response: HTTP 200 OK: no token in the answer" + want
		if !errors.Is(err, client.ErrUnexpectedResponse) || err.Error() != text {
			t.Errorf("%s: %v\nwant %s", body, err, text)
		}
	}
}

// The words of a 200 without a token stay, but for what could be the token.
func TestT6WordsOfAnAnswerWithoutAToken(t *testing.T) {
	for body, want := range map[string]struct{ code, message string }{
		`{"error":"try again"}`:                                  {"", "try again"},
		`{"error":"no_licence","message":"It has ended."}`:       {"no_licence", "It has ended."},
		`{"error":{"code":"E17","message":"No."}}`:               {"E17", "No."},
		`{"errors":[{"message":"No."},{"message":"Never."}]}`:    {"", "No; Never"},
		`{"message":"rH8xoroj1-yCQM4uuRGT"}`:                     {"", "[redacted]"},
		`{"message":"Your token is rH8xoroj1-yCQM4uuRGT today"}`: {"", "Your token is [redacted] today"},
		`{"message":"` + strings.Repeat("x", 41) + `"}`:          {"", "[redacted]"},
		`{"code":"eyJhbGciOiJIUzI1NiJ9.e30.c2ln"}`:               {"[redacted]", ""},
		`{"errors":{"token":["rH8xoroj1-yCQM4uuRGT"]}}`:          {"", "[redacted]"},
		`{"roles":["admin"],"scopes":["rH8xoroj1-yCQM4uuRGT"]}`:  {"", ""},
		`"rH8xoroj1 yCQM4uuRGT"`:                                 {"", ""},
		`["a b","c d"]`:                                          {"", ""},
		`a token in plain text`:                                  {"", ""},
	} {
		_, err := read(t, http.StatusOK, body, "").Token(client.TokenResponse{})
		e, ok := errors.AsType[*client.LoginError](err)
		if !ok || e.Code != want.code || e.Message != want.message || strings.Contains(err.Error(), "rH8xoroj1-yCQM4uuRGT") {
			t.Errorf("%s: %#v; want %+v", body, e, want)
		}
	}
}

// "Check the base URL" stands where the base URL may be wrong, and once.
func TestAdviceAboutTheBaseURL(t *testing.T) {
	for _, tt := range []struct {
		status int
		body   string
		want   int
	}{
		{404, `{}`, 1}, {405, `{}`, 1}, {404, "<html>", 1}, {405, "<html>", 1}, {401, "<html>", 1}, {403, "<html>", 1},
		{200, "<html>", 1}, {200, `{}`, 0}, {201, ``, 0}, {301, ``, 0}, {304, ``, 0}, {401, `{}`, 0}, {403, `{}`, 0},
		{418, `no`, 0}, {422, `{}`, 0}, {423, `{}`, 0}, {423, "<html>", 0}, {429, "<html>", 0}, {500, "<html>", 0}, {503, `{}`, 0},
	} {
		answer := read(t, tt.status, tt.body, "")
		err := answer.Unrecognized()
		if answer.OK() {
			_, err = answer.Token(client.TokenResponse{})
		}
		if got := strings.Count(err.Error(), "(check the base URL)"); got != tt.want {
			t.Errorf("HTTP %d %s: %v; want the advice: %t", tt.status, tt.body, err, tt.want == 1)
		}
	}
}
