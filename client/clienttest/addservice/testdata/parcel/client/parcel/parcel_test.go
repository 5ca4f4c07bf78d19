package parcel_test

import (
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/logintest"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/parcel"
	"github.com/latchkey-go/latchkey/openapi"
)

// The document shows no request, so the values are made up.
var pin = logintest.Way{
	Type: "PIN", Method: "pin", Route: "POST /v1/sessions",
	Fields:    map[string]string{"client_number": "10012345", "pin": "240315"},
	NameField: "client_number", SecretField: "pin",
	Secrets: [2]string{"904173652804", "713950286417"},
	Breaks:  map[string][]string{"pin": {"24o315", "240 315"}},
	New: func(baseURL string, fields map[string]string, secret client.Secret) client.Login {
		return parcel.PIN{BaseURL: baseURL, ClientNumber: fields["client_number"], PIN: secret}
	},
}

func TestLogins(t *testing.T) {
	logintest.Service{
		Name:       parcel.Service,
		Production: parcel.Production,
		Spec:       openapi.Spec("parcel"),
		Sandbox:    sandbox.NewParcel,
		Ways:       []logintest.Way{pin},
		Success:    logintest.Success{File: "parcel/opened.json", Token: "6fVtLzWq0cXb2nYk", Lifetime: 30 * time.Minute},
		Refusals: []logintest.Refusal{
			{Status: 401, File: "parcel/wrong_pin.json", Code: "wrong_pin", Message: "The client number or the PIN is wrong."},
		},
		Causes: []logintest.Cause{
			logintest.NewCause("a body that is wrong", `{"code":"bad_request","message":"pin: too short"}`,
				400, client.ErrInvalidInput, "bad_request", "pin: too short"),
			logintest.NewCause("refusal that repeats the PIN", `{"code":"wrong_pin","message":"`+logintest.Echo+` is wrong"}`,
				401, client.ErrInvalidCredentials, "", "[redacted]"),
		},
		Lifetimes: map[time.Duration]time.Duration{0: 30 * time.Minute, time.Hour: time.Hour},
	}.Run(t)
}

func FuzzT6Answers(f *testing.F) {
	pin.FuzzAnswers(f, logintest.ShownBody(f, "parcel/opened.json"), logintest.ShownBody(f, "parcel/wrong_pin.json"))
}
