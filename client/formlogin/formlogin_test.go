package formlogin_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/logintest"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/formlogin"
	"github.com/latchkey-go/latchkey/openapi"
)

var password = logintest.Way{
	Type: "Password", Method: "password", Route: "POST /auth/login",
	Fields:    map[string]string{"username": "user@example.com", "password": "secretpassword"},
	NameField: "username", SecretField: "password",
	Example: "formlogin/sample_request.sh",
	New: func(baseURL string, fields map[string]string, secret client.Secret) client.Login {
		return formlogin.Password{BaseURL: baseURL, Username: fields["username"], Password: secret}
	},
}

// shownToken is the token of the document's sample response. It is a JWT with iat and without exp.
const shownToken = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VyX2lkIjoxMjM0NTY3ODkwLCJleHBpcmVkX3N0YW5kYXJkX2Zyb20iOiJodHRwczovL2V4YW1wbGUuY29tIiwiaWF0IjoxNTE2MjM5MDIyfQ.KqUW0S5P0Pf9AZVJZg20WA5PKo2t6pfmbVN2GMRbbyI"

func TestLogins(t *testing.T) {
	const incorrect = "Incorrect username or password"
	service := logintest.Service{
		Name:    formlogin.Service,
		Spec:    openapi.Spec("formlogin"),
		Sandbox: sandbox.NewFormLogin,
		Ways:    []logintest.Way{password},
		Success: logintest.Success{File: "formlogin/sample_response.txt", Token: shownToken},
		Refusals: []logintest.Refusal{
			{Status: 400, Message: incorrect}, {Status: 401, Message: incorrect}, {Status: 403, Message: incorrect},
		},
		Lifetimes: map[time.Duration]time.Duration{0: 0, 90 * time.Minute: 90 * time.Minute},
	}
	service.Causes = []logintest.Cause{
		logintest.NewCause("RFC 6749", `{"error": "invalid_grant", "error_description": "Bad credentials"}`,
			400, client.ErrInvalidCredentials, "invalid_grant", "Bad credentials"),
		logintest.NewCause("Django", `{"non_field_errors": ["Unable to log in."]}`, 400, client.ErrInvalidCredentials, "", "Unable to log in."),
		logintest.NewCause("detail with code and message", `{"detail": {"code": "LOCKED", "message": "Locked out"}}`,
			403, client.ErrInvalidCredentials, "LOCKED", "Locked out"),
		logintest.NewCause("refusal that repeats the secret", `{"detail": "No user with `+logintest.Echo+`"}`,
			401, client.ErrInvalidCredentials, "", "[redacted]"),
		logintest.NewCause("400 with an object", `{"detail": "No."}`, 400, client.ErrInvalidCredentials, "", "No."),
		logintest.NewCause("400 that is no JSON", `Bad Request`, 400, client.ErrUnexpectedResponse, "", "Bad Request"),
		logintest.NewCause("403 without a body", ``, 403, client.ErrUnexpectedResponse, "", ""),
		logintest.NewCause("Grape", `{"error": "username is missing"}`,
			400, client.ErrInvalidInput, "", "username is missing"),
		logintest.NewCause("FastAPI repeats the input",
			`{"detail": [{"type": "string_too_short", "loc": ["body", "password"], `+
				`"msg": "String should have at least 99 characters", "input": "`+logintest.Echo+`", "ctx": {"min_length": 99}}]}`,
			422, client.ErrInvalidInput, "", "String should have at least 99 characters").Of("password"),
		logintest.NewCause("FastAPI repeats the form",
			`{"detail": [{"type": "missing", "loc": ["body", "grant_type"], "msg": "Field required", `+
				`"input": {"username": "user@example.com", "password": "`+logintest.Echo+`"}}]}`,
			422, client.ErrInvalidInput, "", "Field required").Of("grant_type"),
		logintest.NewCause("input in the message", `{"detail": [{"msg": "not allowed: `+logintest.Echo+`"}]}`,
			422, client.ErrInvalidInput, "", "[redacted]"),
		logintest.NewCause("429", `{"detail": "slow down"}`, 429, nil, "", "slow down"),
	}
	service.Run(t)
}

func TestTokenType(t *testing.T) {
	shown := logintest.ShownBody(t, "formlogin/sample_response.txt")
	for spelled, want := range map[string]string{
		`"bearer"`: "Bearer", `"Bearer"`: "Bearer", `"BEARER"`: "Bearer", `""`: "Bearer", `null`: "Bearer",
		`"JWT"`: "JWT", `7`: "Bearer", `["bearer"]`: "Bearer",
	} {
		token, err := password.Answer(t, logintest.Response{Status: 200, Body: strings.Replace(shown, `"bearer"`, spelled, 1)})
		if err != nil {
			t.Error(err)
		}
		if token.Type() != want {
			t.Errorf("token_type %s becomes %s, want %s", spelled, token.Type(), want)
		}
	}
	for _, bad := range []string{`"Bearer x"`, `"Bearer\r\nX-Injected: 1"`, `"béarer"`} {
		_, err := password.Answer(t, logintest.Response{Status: 200, Body: strings.Replace(shown, `"bearer"`, bad, 1)})
		if !errors.Is(err, client.ErrUnexpectedResponse) {
			t.Errorf("token_type %s gives %v", bad, err)
		}
	}
}

func TestExpiresIn(t *testing.T) {
	shown := logintest.ShownBody(t, "formlogin/sample_response.txt")
	const century = 100 * 365 * 24 * time.Hour
	for text, want := range map[string]time.Duration{
		"1": time.Second, "3600": time.Hour, "3153600000": century, "1.5": 1500 * time.Millisecond,
		`"3600"`: time.Hour, `"1.5e3"`: 1500 * time.Second,
		"0": 0, "-1": 0, "3153600001": 0, "9223372036854775807": 0, "-9223372036854775808": 0,
		`""`: 0, `"soon"`: 0, `"NaN"`: 0, `"Inf"`: 0, "null": 0, "true": 0, "[3600]": 0, "{}": 0,
	} {
		body := strings.Replace(shown, "{", `{"expires_in": `+text+`,`, 1)
		token, err := password.Answer(t, logintest.Response{Status: 200, Body: body})
		if err != nil {
			t.Fatalf("expires_in %s: %v", text, err)
		}
		expiry, known := token.Expiry()
		if known != (want != 0) {
			t.Errorf("expires_in %s: the expiry is %s, known: %v", text, expiry, known)
		}
		if life := expiry.Sub(token.Received()); known && life != want {
			t.Errorf("expires_in %s: the token lives %s, want %s", text, life, want)
		}
	}
}

// at returns the login at a path.
func at(baseURL, path string) formlogin.Password {
	return formlogin.Password{BaseURL: baseURL, Path: path, Username: "user@example.com", Password: client.Static("secretpassword")}
}

func TestPath(t *testing.T) {
	for path, sent := range map[string]string{
		"":                 "/auth/login",
		"/auth/login":      "/auth/login",
		"/token":           "/token",
		"/api/v2/token/":   "/api/v2/token/",
		"/a%20b%2Fc":       "/a%20b%2Fc",
		"/anmeldung/für/x": "/anmeldung/f%C3%BCr/x",
	} {
		t.Run(path, func(t *testing.T) {
			server := sandbox.NewFormLogin(sandbox.Config{LoginPath: sent})
			defer server.Close()
			c, err := client.New(at(server.URL, path))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.Token(t.Context()); err != nil {
				t.Error(err)
			}
			if violations := server.Violations(); len(violations) > 0 {
				t.Error(violations)
			}
		})
	}
}

func TestPathBelowPrefix(t *testing.T) {
	var sent string
	c, err := client.New(at("https://api.example.com/v2/", "/token"), client.WithTransport(
		roundTripper(func(req *http.Request) (*http.Response, error) {
			sent = req.URL.String()
			return nil, errors.New("unreachable")
		})))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Token(t.Context()); !errors.Is(err, client.ErrUnavailable) {
		t.Errorf("the error is not ErrUnavailable: %v", err)
	}
	if sent != "https://api.example.com/v2/token" {
		t.Errorf("sent to %s", sent)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func TestBadPath(t *testing.T) {
	for _, path := range []string{
		"token", "https://elsewhere.example/hunter2", "//elsewhere.example/hunter2", "/login?password=hunter2",
		"/login?", "/login#hunter2", "/login#", "/%zz", "/a\x00b", "/a\nb", "/\xff", "/../hunter2", "/a/..", "/./a", "/.", "/%2e%2E/a",
	} {
		_, err := client.New(at("https://api.example.com", path))
		failure, ok := errors.AsType[*client.LoginError](err)
		if !ok || !errors.Is(err, client.ErrInvalidInput) || failure.Field != "Path" || failure.Service != formlogin.Service {
			t.Errorf("%q: the error is not of the field Path: %v", path, err)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error holds the path: %v", err)
		}
	}
}

// A login at another path is another account. The default path makes the same account as no path.
func TestPathIsPartOfTheAccount(t *testing.T) {
	paths := map[client.Account][]string{}
	for _, path := range []string{"", "/auth/login", "/token", "/token/"} {
		account, err := at("https://api.example.com", path).Account()
		if err != nil {
			t.Fatal(err)
		}
		paths[account] = append(paths[account], path)
	}
	if len(paths) != 3 {
		t.Errorf("%d accounts, want 3: %v", len(paths), paths)
	}
}

func FuzzT6Answers(f *testing.F) {
	password.FuzzAnswers(f,
		logintest.ShownBody(f, "formlogin/sample_response.txt"), `{"access_token": "to.k.en", "token_type": "JWT", "expires_in": "3600"}`,
		`{"access_token": "to.k.en", "token_type": "two words", "expires_in": -1e999}`, `{"error": "invalid_grant", "error_description": "Bad credentials"}`,
		`{"detail": [{"loc": ["body", "password"], "msg": "too short", "input": "`+logintest.Echo+`"}]}`,
	)
}
