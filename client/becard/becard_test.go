package becard_test

import (
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/becard"
	"github.com/latchkey-go/latchkey/client/clienttest/logintest"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/openapi"
)

// The values are made up, since the document shows no request.
var password = logintest.Way{
	Type: "Password", Method: "password", Route: "POST /v1/auth/login",
	Fields:    map[string]string{"email": "user@example.com", "password": "your-password"},
	NameField: "email", SecretField: "password",
	New: func(baseURL string, fields map[string]string, secret client.Secret) client.Login {
		return becard.Password{BaseURL: baseURL, Email: fields["email"], Password: secret}
	},
}

func TestLogins(t *testing.T) {
	service := logintest.Service{
		Name:    becard.Service,
		Spec:    openapi.Spec("becard"),
		Sandbox: sandbox.NewBecard,
		Ways:    []logintest.Way{password},
		Success: logintest.Success{File: "becard/success.json", Token: "eyJ0eXAiOiJKV1Q..."},
		Refusals: []logintest.Refusal{
			{Status: 422, File: "becard/credentials_not_match.json", Message: "Access data do not match!"},
		},
		Lifetimes: map[time.Duration]time.Duration{0: 24 * time.Hour, 90 * time.Minute: 90 * time.Minute},
	}
	shown := logintest.ShownBody(t, "becard/no_body_parameter.txt")
	service.Causes = []logintest.Cause{
		logintest.NewCause("validation",
			`{"message": "The given data was invalid.", "errors": {"email": ["Must be an email, not `+logintest.Echo+`."]}}`,
			422, client.ErrInvalidInput, "", "[redacted]"),
		logintest.NewCause("validation without a message", `{"errors": {"email": ["The email must be valid."]}}`,
			422, client.ErrInvalidInput, "", "The email must be valid.").Of("email"),
		logintest.NewCause("refusal that repeats the secret", `{"message": "No account has `+logintest.Echo+`"}`,
			422, client.ErrInvalidCredentials, "", "[redacted]"),
		logintest.NewCause("missing parameter", completed(shown),
			500, client.ErrInvalidInput, "", `Undefined array key "email"`),
		// The document's own text is no JSON, so it looks like any other trouble.
		logintest.NewCause("missing parameter as shown", shown, 500, client.ErrUnavailable, "", ""),
		logintest.NewCause("another exception", `{"message": "Call to a member function on null", "exception": "Error"}`,
			500, client.ErrUnavailable, "", "Call to a member function on null"),
		logintest.NewCause("500 that repeats the secret", `{"message": "Undefined array key \"`+logintest.Echo+`\""}`,
			500, client.ErrInvalidInput, "", "[redacted]"),
		logintest.NewCause("422 without a message", `{}`, 422, client.ErrInvalidInput, "", ""),
		logintest.NewCause("422 in plain text", `Access data do not match!`,
			422, client.ErrInvalidCredentials, "", "Access data do not match!"),
		logintest.NewCause("400", `{"message": "Bad Request"}`, 400, client.ErrUnexpectedResponse, "", "Bad Request"),
		logintest.NewCause("401", `{"message": "Unauthenticated."}`, 401, client.ErrInvalidCredentials, "", "Unauthenticated."),
		logintest.NewCause("403", `{"message": "Forbidden"}`, 403, client.ErrUnexpectedResponse, "", "Forbidden"),
		logintest.NewCause("429", `{"message": "Too Many Attempts."}`, 429, nil, "", "Too Many Attempts."),
	}
	service.Run(t)
}

// completed adds the braces that the document's 500 lacks, and removes the last comma.
func completed(shown string) string {
	return "{" + strings.TrimSuffix(strings.TrimSpace(shown), ",") + "}"
}

// The documented token expired in April 2024. By our clock it cannot be right; by the service's clock it lives another
// day.
func TestDocumentedExpiry(t *testing.T) {
	body := logintest.ShownBody(t, "becard/success.json")
	const documented = "2024-04-19T22:53:03.000000Z"
	for name, test := range map[string]struct {
		date, expiresAt string
		life            time.Duration // 0: unknown
	}{
		"without Date":       {"", documented, 0},
		"Date is no date":    {"yesterday", documented, 0},
		"the day before":     {"Thu, 18 Apr 2024 22:53:03 GMT", documented, 24 * time.Hour},
		"the day after":      {"Sat, 20 Apr 2024 22:53:03 GMT", documented, 0},
		"in another zone":    {"Thu, 18 Apr 2024 22:53:03 GMT", "2024-04-19T22:53:03.000000+02:00", 22 * time.Hour},
		"without fraction":   {"Thu, 18 Apr 2024 22:53:03 GMT", "2024-04-19T22:53:03Z", 24 * time.Hour},
		"a month before":     {"Wed, 20 Mar 2024 22:53:03 GMT", documented, 30 * 24 * time.Hour},
		"seconds since 1970": {"Thu, 18 Apr 2024 22:53:03 GMT", "1713567183", 24 * time.Hour},
		"expiry is no time":  {"Thu, 18 Apr 2024 22:53:03 GMT", "tomorrow", 0},
		"expiry is empty":    {"Thu, 18 Apr 2024 22:53:03 GMT", "", 0},
		"expiry has no zone": {"Thu, 18 Apr 2024 22:53:03 GMT", "2024-04-19T22:53:03.000000", 0},
	} {
		t.Run(name, func(t *testing.T) {
			header := http.Header{}
			if test.date != "" {
				header.Set("Date", test.date)
			}
			token, err := password.Answer(t, logintest.Response{
				Status: 200, Header: header, Body: strings.Replace(body, documented, test.expiresAt, 1),
			})
			if err != nil {
				t.Fatal(err)
			}
			expiry, known := token.Expiry()
			if known != (test.life != 0) {
				t.Fatalf("the expiry is %s, known: %v", expiry, known)
			}
			if life := expiry.Sub(token.Received()); known && life != test.life {
				t.Errorf("the token lives %s, want %s", life, test.life)
			}
		})
	}
}

func TestSessionID(t *testing.T) {
	shown, err := password.Answer(t, logintest.Response{Status: 200, Body: logintest.ShownBody(t, "becard/success.json")})
	if err != nil {
		t.Fatal(err)
	}
	if id, ok := becard.SessionID(shown); id != "ZXlKcGRpSTZJbXc1VjJ..." || !ok {
		t.Errorf("SessionID is %q, %v", id, ok)
	}
	foreign, err := client.NewToken(client.TokenResponse{Value: "value", Extra: map[string]string{"user_id": "2"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, token := range map[string]client.Token{"no token": {}, "another service's": foreign} {
		if id, ok := becard.SessionID(token); id != "" || ok {
			t.Errorf("%s: SessionID is %q, %v", name, id, ok)
		}
	}
}

// The adapter never leaves a parameter out, so the test sends this request itself.
func TestSandboxMissingParameter(t *testing.T) {
	server := sandbox.NewBecard(sandbox.Config{InProcess: true})
	defer server.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
		server.URL+"/v1/auth/login", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = http.Header{"Accept": {"application/json"}, "Content-Type": {"application/json"}}
	resp, err := server.Transport().RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	shown := completed(logintest.ShownBody(t, "becard/no_body_parameter.txt"))
	var got, want map[string]any
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(shown), &want); err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != 500 || !reflect.DeepEqual(got, want) {
		t.Errorf("the sandbox answers %d %v, the document shows 500 %v", resp.StatusCode, got, want)
	}
	if n := len(server.Violations()); n != 1 {
		t.Errorf("%d violations, want 1", n)
	}
}

func FuzzT6Answers(f *testing.F) {
	password.FuzzAnswers(f,
		logintest.ShownBody(f, "becard/success.json"), logintest.ShownBody(f, "becard/credentials_not_match.json"),
		completed(logintest.ShownBody(f, "becard/no_body_parameter.txt")),
		`{"access_token": "to.k.en", "expires_at": 1713567183, "session_id": 7}`, `{"errors": {"email": ["The email must be valid."]}}`,
	)
}
