package prism_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/apierror"
	"github.com/latchkey-go/latchkey/client/becard"
	"github.com/latchkey-go/latchkey/client/becard/becardapi"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/bezala/bezalaapi"
	"github.com/latchkey-go/latchkey/client/bleepay"
	"github.com/latchkey-go/latchkey/client/bleepay/bleepayapi"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/formlogin"
	"github.com/latchkey-go/latchkey/client/formlogin/formloginapi"
	"github.com/latchkey-go/latchkey/openapi"
)

// service is what a spec has, and how the SDK uses it.
type service struct {
	name   string
	open   func(sandbox.Config) *sandbox.Server
	logins map[string]login // by the Method of the sandbox's accounts
	calls  []call
	kinds  map[int]error // kinds of a login's errors, by the status that the spec documents for it; a 429 has its own type
}

// login is one way to log in.
type login struct {
	route string // "": it sends no request
	as    func(baseURL string, a sandbox.Account) client.Login
}

// call is an operation that logs nobody in. Its error is an *apierror.Error if the answer is no success.
type call struct {
	route  string
	public bool // it needs no token
	send   func(ctx context.Context, baseURL string, hc apierror.Doer) error
}

var services = []service{
	{
		name: "becard", open: sandbox.NewBecard,
		logins: map[string]login{
			"password": {"POST /v1/auth/login", func(baseURL string, a sandbox.Account) client.Login {
				return becard.Password{BaseURL: baseURL, Email: a.Name, Password: client.Static(a.Secret)}
			}},
		},
		calls: []call{{"GET /v1/cards", false, func(ctx context.Context, baseURL string, hc apierror.Doer) error {
			api, err := becardapi.NewClientWithResponses(baseURL, becardapi.WithHTTPClient(hc))
			if err != nil {
				return err
			}
			cards, err := api.ListCardsWithResponse(ctx)
			return answered(cards != nil && cards.JSON200 != nil, err)
		}}},
		kinds: map[int]error{422: client.ErrInvalidCredentials, 500: client.ErrInvalidInput},
	},
	{
		name: "bezala", open: sandbox.NewBezala,
		logins: map[string]login{
			"password": {"POST /api/auth/token", func(baseURL string, a sandbox.Account) client.Login {
				return bezala.Password{BaseURL: baseURL, Email: a.Name, Password: client.Static(a.Secret)}
			}},
			"google": {"POST /api/auth/google/token", func(baseURL string, a sandbox.Account) client.Login {
				return bezala.Google{BaseURL: baseURL, Email: a.Name, AccessToken: client.Static(a.Secret)}
			}},
			"microsoft": {"POST /api/auth/microsoft/token", func(baseURL string, a sandbox.Account) client.Login {
				return bezala.Microsoft{BaseURL: baseURL, Email: a.Name, AccessToken: client.Static(a.Secret)}
			}},
			"okta": {"POST /api/auth/okta/token", func(baseURL string, a sandbox.Account) client.Login {
				return bezala.Okta{
					BaseURL: baseURL, Email: a.Name, CompanyName: a.CompanyName, OktaURL: a.OktaURL,
					AccessToken: client.Static(a.Secret),
				}
			}},
		},
		calls: []call{{"GET /api/accounts", false, func(ctx context.Context, baseURL string, hc apierror.Doer) error {
			api, err := bezalaapi.NewClientWithResponses(baseURL, bezalaapi.WithHTTPClient(hc))
			if err != nil {
				return err
			}
			accounts, err := api.ListAccountsWithResponse(ctx)
			return answered(accounts != nil && accounts.JSON200 != nil, err)
		}}},
		kinds: map[int]error{401: client.ErrInvalidCredentials, 403: client.ErrInvalidCredentials},
	},
	{
		name: "bleepay", open: sandbox.NewBleepay,
		logins: map[string]login{
			"email-password": {signIn, func(baseURL string, a sandbox.Account) client.Login {
				return bleepay.EmailPassword{BaseURL: baseURL, Email: a.Name, Password: client.Static(a.Secret)}
			}},
			"mobile-device": {signIn, func(baseURL string, a sandbox.Account) client.Login {
				return bleepay.MobileDevice{BaseURL: baseURL, InstallationID: a.Name, Password: client.Static(a.Secret)}
			}},
			"resource": {signIn, func(baseURL string, a sandbox.Account) client.Login {
				return bleepay.Resource{BaseURL: baseURL, Name: "till 1", Code: client.Static(a.Secret)}
			}},
			"api-key": {"", func(baseURL string, a sandbox.Account) client.Login {
				return bleepay.APIKey{BaseURL: baseURL, Name: "key 1", Key: client.Static(a.Secret)}
			}},
		},
		calls: bleepayCalls,
		// The spec has no example of a 400, since the document publishes no body. Without a code it is input.
		kinds: map[int]error{400: client.ErrInvalidInput, 401: client.ErrInvalidCredentials},
	},
	{
		name: "formlogin", open: sandbox.NewFormLogin,
		logins: map[string]login{
			"password": {"POST /auth/login", func(baseURL string, a sandbox.Account) client.Login {
				return formlogin.Password{BaseURL: baseURL, Username: a.Name, Password: client.Static(a.Secret)}
			}},
		},
		calls: []call{{"GET /users/me", false, func(ctx context.Context, baseURL string, hc apierror.Doer) error {
			api, err := formloginapi.NewClientWithResponses(baseURL, formloginapi.WithHTTPClient(hc))
			if err != nil {
				return err
			}
			me, err := api.GetCurrentUserWithResponse(ctx)
			return answered(me != nil && me.JSON200 != nil, err)
		}}},
		kinds: map[int]error{
			400: client.ErrInvalidCredentials, 401: client.ErrInvalidCredentials, 403: client.ErrInvalidCredentials,
			422: client.ErrInvalidInput,
		},
	},
}

const signIn = "POST /api/v1/auth/sign-in"

var bleepayCalls = []call{
	{"GET /api/v1/vouchers/", false, func(ctx context.Context, baseURL string, hc apierror.Doer) error {
		api, err := bleepayapi.NewClientWithResponses(baseURL, bleepayapi.WithHTTPClient(hc))
		if err != nil {
			return err
		}
		vouchers, err := api.ListVouchersWithResponse(ctx)
		return answered(vouchers != nil && vouchers.JSON200 != nil, err)
	}},
	{"GET /api/v1/auth/get-challenge", true, func(ctx context.Context, baseURL string, hc apierror.Doer) error {
		api, err := bleepayapi.NewClientWithResponses(baseURL, bleepayapi.WithHTTPClient(hc))
		if err != nil {
			return err
		}
		challenge, err := api.GetChallengeWithResponse(ctx)
		return answered(challenge != nil && challenge.JSON2XX != nil, err)
	}},
	{"POST /api/v1/auth/sign-up", true, func(ctx context.Context, baseURL string, hc apierror.Doer) error {
		var body bleepayapi.SignUp
		err := body.FromSignUpEmailPassword(bleepayapi.SignUpEmailPassword{
			Type: bleepayapi.SignUpEmailPasswordTypeEmailPassword,
			Data: bleepayapi.EmailPassword{Email: "new@example.com", Password: "a-new-password"},
		})
		return signUp(ctx, baseURL, hc, body, err)
	}},
	{"POST /api/v1/auth/sign-up", true, func(ctx context.Context, baseURL string, hc apierror.Doer) error {
		var body bleepayapi.SignUp
		err := body.FromSignUpMobileDevice(bleepayapi.SignUpMobileDevice{
			Type: bleepayapi.SignUpMobileDeviceTypeMobileDevice,
			Data: bleepayapi.MobileDeviceRegistration{
				InstallationID: strings.Repeat("0a", 16), Password: strings.Repeat("0b", 16),
				Platform: bleepayapi.Android, Challenge: strings.Repeat("0c", 24), AssertionToken: "assertion",
			},
		})
		return signUp(ctx, baseURL, hc, body, err)
	}},
}

func signUp(ctx context.Context, baseURL string, hc apierror.Doer, body bleepayapi.SignUp, err error) error {
	if err != nil {
		return err
	}
	api, err := bleepayapi.NewClientWithResponses(baseURL, bleepayapi.WithHTTPClient(hc))
	if err != nil {
		return err
	}
	user, err := api.SignUpWithResponse(ctx, body)
	return answered(user != nil && user.JSON2XX != nil, err)
}

func answered(hasValue bool, err error) error {
	if err == nil && !hasValue {
		return errors.New("the answer has no value")
	}
	return err
}

// TestEverySpecHasARow looks at the table of this package. It needs no Prism.
func TestEverySpecHasARow(t *testing.T) {
	var names []string
	for _, s := range services {
		names = append(names, s.name)
	}
	slices.Sort(names)
	if want := openapi.Services(); !slices.Equal(names, want) {
		t.Errorf("services_test.go has %q, package openapi has the specs %q: add what is missing to services", names, want)
	}
}
