package sandbox_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"testing"

	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/openapi"
)

// fixture is what the tests know of a service. It comes from the service's document, and not from the sandbox.
type fixture struct {
	name     string
	start    func(sandbox.Config) *sandbox.Server
	logins   map[string]string // method to path
	form     bool              // a login takes a form; otherwise JSON
	resource string

	// fields returns the credentials as the document wants them; nil: as email and password.
	fields func(sandbox.Account) map[string]any

	success string         // pattern of a login's answer
	keys    []string       // its keys, in the order of the document's example
	refused string         // body of the answer to refused credentials
	status  int            // status of that answer
	bodies  map[int]string // bodies of other answers, by status: 401, 429 and 503
}

var fixtures = []fixture{
	{
		name: "becard", start: sandbox.NewBecard,
		logins:   map[string]string{"password": "/v1/auth/login"},
		resource: "/v1/cards",
		success: `^\{"access_token":"eyJ0eXAiOiJKV1Q[\w-]+\.[\w-]+\.[\w-]+","session_id":"ZXlKcGRpSTZJ[\w+/=]+",` +
			`"expires_at":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"\}$`,
		keys:    []string{"access_token", "session_id", "expires_at"},
		refused: `{"message":"Access data do not match!"}`, status: 422,
		bodies: map[int]string{
			401: `{"message":"Unauthenticated."}`,
			429: `{"message":"Too Many Attempts."}`,
			503: `{"message":"Service Unavailable"}`,
		},
	},
	{
		name: "bezala", start: sandbox.NewBezala,
		logins: map[string]string{
			"password":  "/api/auth/token",
			"google":    "/api/auth/google/token",
			"microsoft": "/api/auth/microsoft/token",
			"okta":      "/api/auth/okta/token",
		},
		resource: "/api/accounts",
		fields: func(a sandbox.Account) map[string]any {
			switch a.Method {
			case "password":
				return map[string]any{"email": a.Name, "password": a.Secret}
			case "okta":
				return map[string]any{
					"email": a.Name, "okta_access_token": a.Secret, "company_name": a.CompanyName, "okta_url": a.OktaURL,
				}
			default:
				return map[string]any{"email": a.Name, a.Method + "_access_token": a.Secret}
			}
		},
		success: `^\{"token":"[\w-]{20}","user_id":\d+,` +
			`"receipts_email":"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}@bezala\.com"\}$`,
		keys:    []string{"token", "user_id", "receipts_email"},
		refused: `{"error":"Invalid email or password."}`, status: 401,
		bodies: map[int]string{
			401: `{"error":"Unauthorized"}`,
			429: `{"error":"Too Many Requests"}`,
			503: `{"error":"Service Unavailable"}`,
		},
	},
	{
		name: "bleepay", start: sandbox.NewBleepay,
		logins: map[string]string{
			"email-password": "/api/v1/auth/sign-in",
			"mobile-device":  "/api/v1/auth/sign-in",
			"resource":       "/api/v1/auth/sign-in",
		},
		resource: "/api/v1/vouchers/",
		fields: func(a sandbox.Account) map[string]any {
			data := map[string]any{"email": a.Name, "password": a.Secret}
			switch a.Method {
			case "mobile-device":
				data = map[string]any{"installationId": a.Name, "password": a.Secret}
			case "resource":
				data = map[string]any{"resource": "voucher::context::code::" + a.Secret}
			}
			return map[string]any{"type": a.Method, "data": data}
		},
		success: `^\{"authorization":\{"token":"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9\.[\w-]+\.[\w-]+"\}\}$`,
		keys:    []string{"authorization", "authorization.token"},
		refused: `{"code":"invalid_credentials","message":"The provided credentials are invalid"}`, status: 400,
		bodies: map[int]string{
			401: `{"code":"unauthorized","message":"Unauthorized"}`,
			429: `{"code":"rate_limit","message":"Too Many Requests"}`,
			503: `{"code":"service_unavailable","message":"Service Unavailable"}`,
		},
	},
	{
		name: "formlogin", start: sandbox.NewFormLogin,
		logins:   map[string]string{"password": "/auth/login"},
		form:     true,
		resource: "/users/me",
		fields: func(a sandbox.Account) map[string]any {
			return map[string]any{"username": a.Name, "password": a.Secret}
		},
		success: `^\{"access_token":"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9\.[\w-]+\.[\w-]+","token_type":"bearer"\}$`,
		keys:    []string{"access_token", "token_type"},
		refused: `{"detail":"Incorrect username or password"}`, status: 401,
		bodies: map[int]string{
			401: `{"detail":"Unauthorized"}`,
			429: `{"detail":"Too Many Requests"}`,
			503: `{"detail":"Service Unavailable"}`,
		},
	},
}

// Every spec has a row in the list.
func TestEverySpecIsInTheList(t *testing.T) {
	var names []string
	for _, f := range fixtures {
		names = append(names, f.name)
	}
	slices.Sort(names)
	if want := openapi.Services(); !slices.Equal(names, want) {
		t.Errorf("the list has %q, package openapi has the specs %q: add what is missing", names, want)
	}
}

// credentials returns the fields of a login.
func (f fixture) credentials(a sandbox.Account) map[string]any {
	if f.fields == nil {
		return map[string]any{"email": a.Name, "password": a.Secret}
	}
	return f.fields(a)
}

// other returns another name or secret, which the document allows as well.
func other(text string) string {
	if text == "" { // the method has none
		return "x"
	}
	last := len(text) - 1
	if text[last] == '0' || text[last] == 'a' {
		return text[:last] + string(text[last]+1)
	}
	return text[:last] + string(text[last]-1)
}

// encode writes fields in the service's content type.
func (f fixture) encode(fields map[string]any) (contentType, body string) {
	if f.form {
		form := url.Values{}
		for name, value := range fields {
			form.Set(name, value.(string))
		}
		return "application/x-www-form-urlencoded", form.Encode()
	}
	b, err := json.Marshal(fields)
	if err != nil {
		panic(err)
	}
	return "application/json", string(b)
}

// token reads the token out of a login's answer.
func (f fixture) token(t *testing.T, body string) string {
	t.Helper()
	var answer struct {
		Token         string `json:"token"`
		AccessToken   string `json:"access_token"`
		Authorization struct{ Token string }
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatalf("login answer %q: %v", body, err)
	}
	token := answer.Token + answer.AccessToken + answer.Authorization.Token
	if token == "" {
		t.Fatalf("login answer %q has no token", body)
	}
	return token
}
