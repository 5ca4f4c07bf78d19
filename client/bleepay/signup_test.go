package bleepay_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bleepay"
	"github.com/latchkey-go/latchkey/client/bleepay/bleepayapi"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// unsigned returns the generated client without an account.
func unsigned(t *testing.T, server *sandbox.Server) *bleepayapi.ClientWithResponses {
	t.Helper()
	hc, err := client.NewHTTPClient()
	if err != nil {
		t.Fatal(err)
	}
	api, err := bleepayapi.NewClientWithResponses(server.URL, bleepayapi.WithHTTPClient(hc))
	if err != nil {
		t.Fatal(err)
	}
	return api
}

func start(t *testing.T) *sandbox.Server {
	t.Helper()
	server := sandbox.NewBleepay(sandbox.Config{Accounts: []sandbox.Account{}})
	t.Cleanup(func() {
		server.Close()
		for _, violation := range server.Violations() {
			t.Error(violation)
		}
	})
	return server
}

// signUp sends a body, and expects a new user.
func signUp(t *testing.T, api *bleepayapi.ClientWithResponses, body bleepayapi.SignUp) {
	t.Helper()
	signedUp, err := api.SignUpWithResponse(t.Context(), body)
	if err != nil {
		t.Fatal(err)
	}
	if user := signedUp.JSON2XX; user == nil || user.ID == "" || user.Role != "USER" || user.CreatedAt == "" || user.UpdatedAt == "" {
		t.Fatalf("%s: the user is %+v", signedUp.Status(), user)
	}
}

// vouchers logs in and makes a request that needs a token.
func vouchers(t *testing.T, login client.Login) {
	t.Helper()
	c, err := client.New(login)
	if err != nil {
		t.Fatal(err)
	}
	api, err := bleepayapi.NewClientWithResponses(c.BaseURL(), bleepayapi.WithHTTPClient(c.HTTPClient()))
	if err != nil {
		t.Fatal(err)
	}
	vouchers, err := api.ListVouchersWithResponse(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if vouchers.JSON200 == nil || len(*vouchers.JSON200) != 1 {
		t.Errorf("%s: the vouchers are %v", vouchers.Status(), vouchers.JSON200)
	}
}

func TestSignUpByEmail(t *testing.T) {
	server := start(t)
	var body bleepayapi.SignUp
	if err := body.FromSignUpEmailPassword(bleepayapi.SignUpEmailPassword{
		Type: bleepayapi.SignUpEmailPasswordTypeEmailPassword,
		Data: bleepayapi.EmailPassword{Email: "new@example.com", Password: "a&b=c%d\"🔑"},
	}); err != nil {
		t.Fatal(err)
	}
	api := unsigned(t, server)
	signUp(t, api, body)
	vouchers(t, bleepay.EmailPassword{
		BaseURL: server.URL, Email: "new@example.com", Password: client.Static("a&b=c%d\"🔑"),
	})

	again, err := api.SignUpWithResponse(t.Context(), body)
	if err != nil {
		t.Fatal(err)
	}
	if again.StatusCode() != http.StatusConflict || again.JSON409 == nil || again.JSON2XX != nil {
		t.Errorf("the second sign-up is answered %s", again.Status())
	}
}

func TestSignUpAsDevice(t *testing.T) {
	server := start(t)
	api := unsigned(t, server)
	challenge, err := api.GetChallengeWithResponse(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if challenge.JSON2XX == nil || challenge.JSON2XX.Challenge == "" {
		t.Fatalf("%s: there is no challenge", challenge.Status())
	}
	installation, password := strings.Repeat("i", 32), strings.Repeat("ü", 32)
	var body bleepayapi.SignUp
	if err := body.FromSignUpMobileDevice(bleepayapi.SignUpMobileDevice{
		Type: bleepayapi.SignUpMobileDeviceTypeMobileDevice,
		Data: bleepayapi.MobileDeviceRegistration{
			InstallationID: installation,
			Password:       password,
			Platform:       bleepayapi.Android,
			Challenge:      challenge.JSON2XX.Challenge,
			AssertionToken: "assertion",
		},
	}); err != nil {
		t.Fatal(err)
	}
	signUp(t, api, body)
	vouchers(t, bleepay.MobileDevice{
		BaseURL: server.URL, InstallationID: installation, Password: client.Static(password),
	})
}
