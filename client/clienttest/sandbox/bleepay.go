package sandbox

import (
	"context"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/client/clienttest/internal/bleepayserver"
)

const bleepayResourcePrefix = "voucher::context::code::"

// NewBleepay starts a bleepay server. It panics as [NewBecard] does.
//
// Its accounts have the method email-password, with Name (email) and Secret; mobile-device, with Name (installation ID)
// and Secret; resource, whose Secret is the code without the prefix voucher::context::code::; or api-key, whose Secret
// is the key, which needs no login and is not ended by RevokeAll. A token lives 1 hour, rounded up to whole seconds,
// which the exp of the JWT announces. Refused credentials are answered 400.
func NewBleepay(cfg Config) *Server { return newServer(&bleepayService, cfg) }

var bleepayService = service{
	name:    "bleepay",
	spec:    specOf("bleepay"),
	logins:  []string{"signIn"},
	methods: []string{methodEmailPassword, methodMobileDevice, methodResource, methodAPIKey},
	accounts: []Account{
		{Method: methodEmailPassword, Name: "user@example.com", Secret: "your-password"},
		{
			Method: methodMobileDevice,
			Name:   "a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4e5f6",
			Secret: "your-device-password-minimum-32-chars",
		},
		{Method: methodResource, Secret: "A1B2C3"},
		{Method: methodAPIKey, Secret: "bs_" + strings.Repeat("0123456789abcdef", 4)},
	},
	lifetime: time.Hour,
	refusal:  http.StatusBadRequest,
	handler: func(s *world) http.Handler {
		options := bleepayserver.StrictHTTPServerOptions{
			RequestErrorHandlerFunc:  s.undecodable,
			ResponseErrorHandlerFunc: s.undecodable,
		}
		return bleepayserver.Handler(bleepayserver.NewStrictHandlerWithOptions(bleepay{s}, nil, options))
	},
	malformed: func(s *world, x *exchange) answer { return bleepay{s}.malformed(x) },
	failure: func(status int) answer {
		code := strings.ToLower(strings.ReplaceAll(http.StatusText(status), " ", "_"))
		if status == http.StatusTooManyRequests {
			code = "rate_limit"
		}
		return bleepayError(status, code, http.StatusText(status))
	},
}

type bleepay struct{ *world }

func (a answer) VisitSignInResponse(w http.ResponseWriter) error       { return a.write(w) }
func (a answer) VisitSignUpResponse(w http.ResponseWriter) error       { return a.write(w) }
func (a answer) VisitGetChallengeResponse(w http.ResponseWriter) error { return a.write(w) }
func (a answer) VisitListVouchersResponse(w http.ResponseWriter) error { return a.write(w) }

func (b bleepay) SignIn(_ context.Context, request bleepayserver.SignInRequestObject) (bleepayserver.SignInResponseObject, error) {
	account, err := bleepayAccount(request.Body.ValueByDiscriminator())
	if err != nil {
		return nil, err
	}
	if !b.admit(account) {
		return bleepayError(b.refusalStatus(), "invalid_credentials", "The provided credentials are invalid"), nil
	}
	issued := b.now().Truncate(time.Second)
	expires := issued.Add(time.Duration(ceilSeconds(b.lifetime())) * time.Second)
	claim, owner := b.owner(account)
	token := b.jwt(`{"alg":"HS256","typ":"JWT"}`, map[string]any{
		claim: owner,
		"iat": issued.Unix(),
		"exp": expires.Unix(),
		"jti": hex.EncodeToString(randomBytes(8)),
	})
	b.grant(token, account, expires)
	return jsonAnswer(b.loginStatus(), bleepayserver.SignedIn{
		Authorization: bleepayserver.Authorization{Token: token},
	}), nil
}

func (b bleepay) SignUp(_ context.Context, request bleepayserver.SignUpRequestObject) (bleepayserver.SignUpResponseObject, error) {
	account, err := bleepayAccount(request.Body.ValueByDiscriminator())
	if err != nil {
		return nil, err
	}
	if !b.enroll(account) {
		return bleepayError(http.StatusConflict, "already_exists", "There is such an account already"), nil
	}
	now := b.now().UTC().Format("2006-01-02T15:04:05.000Z")
	return jsonAnswer(http.StatusCreated, bleepayserver.User{
		ID:        b.identity(account).String(),
		Role:      "USER",
		CreatedAt: now,
		UpdatedAt: now,
	}, "id", "role", "createdAt", "updatedAt"), nil
}

// bleepayAccount returns the account in the body of a sign-in or sign-up.
func bleepayAccount(body any, err error) (Account, error) {
	switch sent := body.(type) {
	case bleepayserver.SignInEmailPassword:
		return Account{Method: methodEmailPassword, Name: sent.Data.Email, Secret: sent.Data.Password}, err
	case bleepayserver.SignUpEmailPassword:
		return Account{Method: methodEmailPassword, Name: sent.Data.Email, Secret: sent.Data.Password}, err
	case bleepayserver.SignInMobileDevice:
		return Account{Method: methodMobileDevice, Name: sent.Data.InstallationID, Secret: sent.Data.Password}, err
	case bleepayserver.SignUpMobileDevice:
		return Account{Method: methodMobileDevice, Name: sent.Data.InstallationID, Secret: sent.Data.Password}, err
	case bleepayserver.SignInResource:
		code := strings.TrimPrefix(sent.Data.Resource, bleepayResourcePrefix)
		return Account{Method: methodResource, Secret: code}, err
	}
	return Account{}, err
}

// enroll adds an account unless its name is taken.
func (b bleepay) enroll(account Account) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	taken := slices.ContainsFunc(b.cfg.Accounts, func(a Account) bool {
		return a.Method == account.Method && a.Name == account.Name
	})
	if !taken {
		b.cfg.Accounts = append(b.cfg.Accounts, account)
	}
	return !taken
}

func (b bleepay) GetChallenge(context.Context, bleepayserver.GetChallengeRequestObject) (bleepayserver.GetChallengeResponseObject, error) {
	return jsonAnswer(http.StatusOK, bleepayserver.Challenge{Challenge: hex.EncodeToString(randomBytes(24))}), nil
}

func (b bleepay) ListVouchers(ctx context.Context, _ bleepayserver.ListVouchersRequestObject) (bleepayserver.ListVouchersResponseObject, error) {
	claim, owner := b.owner(exchangeFrom(ctx).caller)
	return jsonAnswer(http.StatusOK, bleepayserver.Vouchers{{claim: owner}}), nil
}

// owner returns the claim that names the account in its tokens.
func (b bleepay) owner(account Account) (claim, owner string) {
	id := b.identity(account).String()
	switch account.Method {
	case methodMobileDevice:
		return "deviceId", id
	case methodResource:
		return "resource", "voucher::context::" + id
	default:
		return "userId", id
	}
}

// malformed returns the document's error for a type that is missing or unsupported. All else is an invalid request, for
// which the document has no code.
func (b bleepay) malformed(x *exchange) answer {
	method, _ := members(x.body)["type"].(string)
	if !slices.Contains(b.service.methods, method) || method == methodResource && !x.login {
		return bleepayError(http.StatusBadRequest, "invalid_type", "The type field is missing or unsupported")
	}
	return bleepayError(http.StatusBadRequest, "invalid_request", "Invalid request")
}

// bleepayError returns an error with a documented code. The message beside it is made up, since the document shows no
// shape.
func bleepayError(status int, code, message string) answer {
	return jsonAnswer(status, bleepayserver.OpenError{
		Code:                 &code,
		AdditionalProperties: map[string]any{"message": message},
	})
}
