package bleepay_test

import (
	"errors"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bleepay"
	"github.com/latchkey-go/latchkey/client/clienttest/logintest"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/openapi"
)

const route = "POST /api/v1/auth/sign-in"

var ways = []logintest.Way{
	{
		Type: "EmailPassword", Method: "email-password", Route: route, Variant: "email-password",
		Fields:    map[string]string{"data.email": "user@example.com", "data.password": "your-password"},
		NameField: "data.email", SecretField: "data.password",
		Example: "bleepay/email_password.sh",
		New: func(baseURL string, fields map[string]string, secret client.Secret) client.Login {
			return bleepay.EmailPassword{BaseURL: baseURL, Email: fields["data.email"], Password: secret}
		},
	},
	{
		Type: "MobileDevice", Method: "mobile-device", Route: route, Variant: "mobile-device",
		Fields: map[string]string{
			"data.installationId": "a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4e5f6",
			"data.password":       "your-device-password-minimum-32-chars",
		},
		NameField: "data.installationId", SecretField: "data.password",
		Example: "bleepay/mobile_device.sh",
		New: func(baseURL string, fields map[string]string, secret client.Secret) client.Login {
			return bleepay.MobileDevice{BaseURL: baseURL, InstallationID: fields["data.installationId"], Password: secret}
		},
	},
	{
		Type: "Resource", Method: "resource", Route: route, Variant: "resource",
		Fields:      map[string]string{"data.resource": "A1B2C3"},
		SecretField: "data.resource", Prefix: "voucher::context::code::",
		Breaks:  map[string][]string{"data.resource": {"A1\nB2", "\n"}},
		Example: "bleepay/resource.sh",
		New: func(baseURL string, _ map[string]string, secret client.Secret) client.Login {
			return bleepay.Resource{BaseURL: baseURL, Name: "till 7", Code: secret}
		},
	},
}

func TestLogins(t *testing.T) {
	service := logintest.Service{
		Name:       bleepay.Service,
		Production: bleepay.Production,
		Spec:       openapi.Spec("bleepay"),
		Sandbox:    sandbox.NewBleepay,
		Ways:       ways,
		NoLogins:   []string{"POST /api/v1/auth/sign-up"},
		Success:    logintest.Success{File: "bleepay/signed_in.json", Token: "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9..."},
		Refusals: []logintest.Refusal{
			{Status: 400, Code: "invalid_credentials", Message: "The provided credentials are invalid"},
			{Status: 401, Code: "invalid_credentials", Message: "The provided credentials are invalid"},
		},
		Lifetimes: map[time.Duration]time.Duration{0: time.Hour, 90 * time.Minute: 90 * time.Minute},
	}
	// The document tells values of code, and no shape.
	service.Causes = []logintest.Cause{
		logintest.NewCause("code", `{"code": "invalid_credentials"}`,
			400, client.ErrInvalidCredentials, "invalid_credentials", ""),
		logintest.NewCause("code within error", `{"error": {"code": "invalid_credentials", "message": "No."}}`,
			400, client.ErrInvalidCredentials, "invalid_credentials", "No."),
		logintest.NewCause("code as error", `{"statusCode": 400, "error": "invalid_credentials"}`,
			400, client.ErrInvalidCredentials, "invalid_credentials", ""),
		logintest.NewCause("code as message", `{"statusCode": 400, "message": "invalid_credentials"}`,
			400, client.ErrInvalidCredentials, "invalid_credentials", ""),
		logintest.NewCause("code in a list of messages", `{"message": ["invalid_credentials"]}`,
			400, client.ErrInvalidCredentials, "invalid_credentials", ""),
		logintest.NewCause("code in a list of errors", `{"errors": [{"code": "invalid_credentials", "message": "No."}]}`,
			400, client.ErrInvalidCredentials, "invalid_credentials", "No."),
		logintest.NewCause("code somewhere else", `{"data": {"reasons": ["other", "invalid_credentials"]}}`,
			400, client.ErrInvalidCredentials, "invalid_credentials", ""),
		logintest.NewCause("refusal that repeats the secret", `{"code": "invalid_credentials", "message": "voucher::context::code::`+logintest.Echo+` is unknown"}`,
			400, client.ErrInvalidCredentials, "invalid_credentials", "[redacted]"),

		logintest.NewCause("invalid_type", `{"code": "invalid_type", "message": "The type field is missing or unsupported"}`,
			400, client.ErrInvalidInput, "invalid_type", "The type field is missing or unsupported"),
		logintest.NewCause("invalid_type within error", `{"error": {"code": "invalid_type"}}`,
			400, client.ErrInvalidInput, "invalid_type", ""),
		logintest.NewCause("another code", `{"code": "validation_error", "message": ["data.email must be an email"]}`,
			400, client.ErrInvalidInput, "validation_error", "data.email must be an email"),
		logintest.NewCause("code within a sentence", `{"message": "not invalid_credentials but something else"}`,
			400, client.ErrInvalidInput, "", "not invalid_credentials but something else"),
		logintest.NewCause("code as a name", `{"invalid_credentials": false}`, 400, client.ErrInvalidInput, "", ""),
		logintest.NewCause("400 with an empty object", `{}`, 400, client.ErrInvalidInput, "", ""),
		logintest.NewCause("400 without a body", ``, 400, client.ErrUnexpectedResponse, "", ""),
		logintest.NewCause("400 in plain text", `invalid_credentials`,
			400, client.ErrInvalidCredentials, "invalid_credentials", ""),

		logintest.NewCause("401", `{"code": "unauthorized", "message": "Unauthorized"}`,
			401, client.ErrInvalidCredentials, "unauthorized", "Unauthorized"),
		logintest.NewCause("403", `{"code": "forbidden"}`, 403, client.ErrUnexpectedResponse, "forbidden", ""),
		logintest.NewCause("422", `{"code": "invalid_credentials"}`, 422, client.ErrInvalidCredentials, "invalid_credentials", ""),
		logintest.NewCause("500 with a code", `{"code": "invalid_credentials"}`, 500, client.ErrUnavailable, "invalid_credentials", ""),
		logintest.NewCause("429", `{"code": "rate_limit"}`, 429, nil, "rate_limit", ""),
	}
	service.Run(t)
}

// Name is never sent, so the spec does not have it.
func TestResourceName(t *testing.T) {
	for name, valid := range map[string]bool{"till 7": true, "ü🔑": true, "": false, "till \xff": false} {
		_, err := client.New(bleepay.Resource{Name: name, Code: client.Static("A1B2C3")})
		if valid {
			if err != nil {
				t.Errorf("%q: %v", name, err)
			}
			continue
		}
		failure, ok := errors.AsType[*client.LoginError](err)
		if !ok || !errors.Is(err, client.ErrInvalidInput) || failure.Field != "Name" || failure.Service != bleepay.Service {
			t.Errorf("%q: the error is not of the field Name: %v", name, err)
		}
	}
}

// A code with the document's prefix would be refused, and latched.
func TestResourceCodeWithPrefix(t *testing.T) {
	c, err := client.New(bleepay.Resource{Name: "till 7", Code: client.Static("voucher::context::code::A1B2C3")})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Token(t.Context())
	failure, ok := errors.AsType[*client.LoginError](err)
	if !ok || !errors.Is(err, client.ErrInvalidInput) || failure.Field != "data.resource" || failure.Status != 0 {
		t.Errorf("%v; want ErrInvalidInput before anything is sent", err)
	}
}

// A device or context at bleepay's own sandbox is another account than the same one in production.
func TestAccounts(t *testing.T) {
	seen := map[client.Account]bool{}
	for _, baseURL := range []string{"", bleepay.Sandbox} {
		for _, way := range ways {
			account, err := way.New(baseURL, way.Fields, nil).Account()
			if err != nil {
				t.Fatal(err)
			}
			seen[account] = true
		}
	}
	if len(seen) != 6 {
		t.Errorf("%d accounts, want 6: %v", len(seen), seen)
	}
}

func FuzzT6Answers(f *testing.F) {
	ways[0].FuzzAnswers(f,
		logintest.ShownBody(f, "bleepay/signed_in.json"), `{"code": "invalid_credentials"}`,
		`{"errors": [{"code": "invalid_type", "message": "No."}]}`, `{"authorization": "e30.eyJleHAiOjE3MDAwMDM2MDB9.c2ln", "token": "to.k.en"}`,
		`{"authorization": {"token": "e30.eyJpYXQiOjE3MDAwMDAwMDAsImV4cCI6MTcwMDAwMzYwMH0.c2ln"}}`,
	)
}

// The document's limit is the one that its endpoints have.
func TestLoginLimitIsThatOfTheDocument(t *testing.T) {
	if l := bleepay.LoginLimit(); l.Logins != 5 || l.Window != 5*time.Minute || l == bleepay.LoginLimit() {
		t.Errorf("%d in %s, or not a new one", l.Logins, l.Window)
	}
}
