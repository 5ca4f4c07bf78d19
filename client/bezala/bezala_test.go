package bezala_test

import (
	"strings"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/clienttest/logintest"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/openapi"
)

// The values are made up, since the document shows no request.
var ways = []logintest.Way{
	{
		Type: "Password", Method: "password", Route: "POST /api/auth/token",
		Fields:    map[string]string{"email": "user@example.com", "password": "your-password"},
		NameField: "email", SecretField: "password",
		New: func(baseURL string, fields map[string]string, secret client.Secret) client.Login {
			return bezala.Password{BaseURL: baseURL, Email: fields["email"], Password: secret}
		},
	},
	{
		Type: "Google", Method: "google", Route: "POST /api/auth/google/token",
		Fields:    map[string]string{"email": "user@example.com", "google_access_token": "ya29.a0AfH6SMBx"},
		NameField: "email", SecretField: "google_access_token",
		New: func(baseURL string, fields map[string]string, secret client.Secret) client.Login {
			return bezala.Google{BaseURL: baseURL, Email: fields["email"], AccessToken: secret}
		},
	},
	{
		Type: "Microsoft", Method: "microsoft", Route: "POST /api/auth/microsoft/token",
		Fields:    map[string]string{"email": "user@example.com", "microsoft_access_token": "EwBwA8l6BAAU"},
		NameField: "email", SecretField: "microsoft_access_token",
		New: func(baseURL string, fields map[string]string, secret client.Secret) client.Login {
			return bezala.Microsoft{BaseURL: baseURL, Email: fields["email"], AccessToken: secret}
		},
	},
	{
		Type: "Okta", Method: "okta", Route: "POST /api/auth/okta/token",
		Fields: map[string]string{
			"email": "user@example.com", "company_name": "Example", "okta_url": "https://example.okta.com",
			"okta_access_token": "00QCjAl4MlV-WPXM",
		},
		NameField: "email", SecretField: "okta_access_token",
		New: func(baseURL string, fields map[string]string, secret client.Secret) client.Login {
			return bezala.Okta{
				BaseURL: baseURL, Email: fields["email"], CompanyName: fields["company_name"],
				OktaURL: fields["okta_url"], AccessToken: secret,
			}
		},
	},
}

func TestLogins(t *testing.T) {
	service := logintest.Service{
		Name:       bezala.Service,
		Production: bezala.Production,
		Spec:       openapi.Spec("bezala"),
		Sandbox:    sandbox.NewBezala,
		Ways:       ways,
		Success:    logintest.Success{File: "bezala/login_succeeded.txt", Token: "rH8xoroj1-yCQM4uuRGT"},
		Refusals: []logintest.Refusal{
			{Status: 401, File: "bezala/login_failed.txt", Message: "Invalid email or password."},
			{Status: 403, File: "bezala/login_failed.txt", Message: "Invalid email or password."},
		},
		Lifetimes: map[time.Duration]time.Duration{0: 0, 90 * time.Minute: 0},
	}
	service.Causes = []logintest.Cause{
		logintest.NewCause("refusal that repeats the secret", `{"error": "Invalid `+logintest.Echo+`."}`,
			401, client.ErrInvalidCredentials, "", "[redacted]"),
		logintest.NewCause("refusal with more fields", `{"error": "Invalid email or password.", "code": "E17", "status": 403}`,
			403, client.ErrInvalidCredentials, "E17", "Invalid email or password."),
		// A firewall may answer this: only the documented shape of a 403 is a refusal.
		logintest.NewCause("403 of another shape", `{"message": "Forbidden"}`, 403, client.ErrUnexpectedResponse, "", "Forbidden"),
		logintest.NewCause("401 of another shape", `{"error": {"message": "no"}}`, 401, client.ErrInvalidCredentials, "", "no"),
		logintest.NewCause("401 with an empty object", `{}`, 401, client.ErrInvalidCredentials, "", ""),
		logintest.NewCause("documented shape with status 400", `{"error": "Bad Request"}`, 400, client.ErrUnexpectedResponse, "", "Bad Request"),
		logintest.NewCause("documented shape with status 422", `{"error": "Unprocessable"}`, 422, client.ErrInvalidInput, "", "Unprocessable"),
		logintest.NewCause("documented shape with status 500", `{"error": "Internal"}`, 500, client.ErrUnavailable, "", "Internal"),
		logintest.NewCause("429", `{"error": "Too many logins"}`, 429, nil, "", "Too many logins"),
	}
	service.Run(t)
}

func TestExtras(t *testing.T) {
	shown := logintest.ShownBody(t, "bezala/login_succeeded.txt")
	const address = "76578310-63ee-4183-bf1b-57f16b507905@bezala.com"
	for _, way := range ways {
		for _, want := range []struct {
			text string
			id   int64
		}{{"2", 2}, {`"4711"`, 4711}, {"9007199254740993", 9007199254740993}} { // a float64 cannot hold the last
			body := strings.Replace(shown, `"user_id": 2`, `"user_id": `+want.text, 1)
			token, err := way.Answer(t, logintest.Response{Status: 200, Body: body})
			if err != nil {
				t.Fatal(err)
			}
			if id, ok := bezala.UserID(token); id != want.id || !ok {
				t.Errorf("%s: UserID is %d, %v, want %d", way.Type, id, ok, want.id)
			}
			if got, ok := bezala.ReceiptsEmail(token); got != address || !ok {
				t.Errorf("%s: ReceiptsEmail is %q, %v, want %q", way.Type, got, ok, address)
			}
		}
	}
	foreign, err := client.NewToken(client.TokenResponse{Value: "value", Extra: map[string]string{"session_id": "2"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, token := range map[string]client.Token{"no token": {}, "another service's": foreign} {
		if id, ok := bezala.UserID(token); id != 0 || ok {
			t.Errorf("%s: UserID is %d, %v", name, id, ok)
		}
		if address, ok := bezala.ReceiptsEmail(token); address != "" || ok {
			t.Errorf("%s: ReceiptsEmail is %q, %v", name, address, ok)
		}
	}
}

// The same email in another company, or at another Okta, is another account, whatever the names are.
func TestOktaAccounts(t *testing.T) {
	seen := map[client.Account]bezala.Okta{}
	for _, okta := range []bezala.Okta{
		{Email: "a@example.com", CompanyName: "One", OktaURL: "https://one.okta.com"},
		{Email: "a@example.com", CompanyName: "Two", OktaURL: "https://one.okta.com"},
		{Email: "a@example.com", CompanyName: "One", OktaURL: "https://two.okta.com"},
		{Email: "b@example.com", CompanyName: "One", OktaURL: "https://one.okta.com"},
		{Email: "a@example.com", CompanyName: `One" okta_url="https://one.okta.com`, OktaURL: "https://one.okta.com"},
		{Email: "a@example.com", CompanyName: "One", OktaURL: `https://one.okta.com" okta_url="https://one.okta.com`},
	} {
		account, err := okta.Account()
		if err != nil {
			t.Fatal(err)
		}
		if other, ok := seen[account]; ok {
			t.Errorf("%+v and %+v are the same account", okta, other)
		}
		seen[account] = okta
	}
}

func FuzzT6Answers(f *testing.F) {
	ways[0].FuzzAnswers(f,
		logintest.ShownBody(f, "bezala/login_succeeded.txt"), logintest.ShownBody(f, "bezala/login_failed.txt"),
		`{"token": "to.k.en", "user_id": "7", "receipts_email": ["me@example.com"]}`, `{"error": "no"}`,
	)
}
