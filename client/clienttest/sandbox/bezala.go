package sandbox

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/latchkey-go/latchkey/client/clienttest/internal/bezalaserver"
)

// NewBezala starts a Bezala server. It panics as [NewBecard] does.
//
// Its accounts have the method password, google or microsoft, with Name (email) and Secret (password or the provider's
// access token), or okta, with CompanyName and OktaURL as well. A token has no end, and with Config.TokenLifetime it
// dies unannounced. Refused credentials are answered 401 (403 in the document's older edition).
func NewBezala(cfg Config) *Server { return newServer(&bezalaService, cfg) }

var bezalaService = service{
	name:    "bezala",
	spec:    specOf("bezala"),
	logins:  []string{"authenticate", "authenticateGoogle", "authenticateMicrosoft", "authenticateOkta"},
	methods: []string{methodPassword, methodGoogle, methodMicrosoft, methodOkta},
	accounts: []Account{
		{Method: methodPassword, Name: "user@example.com", Secret: "your-password"},
		{Method: methodGoogle, Name: "user@example.com", Secret: "google-access-token"},
		{Method: methodMicrosoft, Name: "user@example.com", Secret: "microsoft-access-token"},
		{
			Method: methodOkta, Name: "user@example.com", Secret: "okta-access-token",
			CompanyName: "Example", OktaURL: "https://example.okta.com",
		},
	},
	refusal: http.StatusUnauthorized,
	// As in Rails with Devise, which takes a list with */* for a browser's.
	loginPage: "/users/sign_in",
	wantsJSON: func(accept []string) bool {
		return slices.Contains(accept, jsonType) && !slices.Contains(accept, "*/*")
	},
	keeps: bezalaKeeps,
	handler: func(s *world) http.Handler {
		options := bezalaserver.StrictHTTPServerOptions{
			RequestErrorHandlerFunc:  s.undecodable,
			ResponseErrorHandlerFunc: s.undecodable,
		}
		return bezalaserver.Handler(bezalaserver.NewStrictHandlerWithOptions(bezala{s}, nil, options))
	},
	// The document states no separate answer for a parameter that is missing or no string.
	malformed: func(s *world, _ *exchange) answer { return bezala{s}.refused() },
	failure: func(status int) answer {
		return jsonAnswer(status, bezalaserver.Error{Error: http.StatusText(status)})
	},
}

type bezala struct{ *world }

func (a answer) VisitAuthenticateResponse(w http.ResponseWriter) error          { return a.write(w) }
func (a answer) VisitAuthenticateGoogleResponse(w http.ResponseWriter) error    { return a.write(w) }
func (a answer) VisitAuthenticateMicrosoftResponse(w http.ResponseWriter) error { return a.write(w) }
func (a answer) VisitAuthenticateOktaResponse(w http.ResponseWriter) error      { return a.write(w) }
func (a answer) VisitListAccountsResponse(w http.ResponseWriter) error          { return a.write(w) }

func (b bezala) Authenticate(_ context.Context, request bezalaserver.AuthenticateRequestObject) (bezalaserver.AuthenticateResponseObject, error) {
	return b.authenticate(Account{
		Method: methodPassword,
		Name:   request.Body.Email,
		Secret: request.Body.Password,
	}), nil
}

func (b bezala) AuthenticateGoogle(_ context.Context, request bezalaserver.AuthenticateGoogleRequestObject) (bezalaserver.AuthenticateGoogleResponseObject, error) {
	return b.authenticate(Account{
		Method: methodGoogle,
		Name:   request.Body.Email,
		Secret: request.Body.GoogleAccessToken,
	}), nil
}

func (b bezala) AuthenticateMicrosoft(_ context.Context, request bezalaserver.AuthenticateMicrosoftRequestObject) (bezalaserver.AuthenticateMicrosoftResponseObject, error) {
	return b.authenticate(Account{
		Method: methodMicrosoft,
		Name:   request.Body.Email,
		Secret: request.Body.MicrosoftAccessToken,
	}), nil
}

func (b bezala) AuthenticateOkta(_ context.Context, request bezalaserver.AuthenticateOktaRequestObject) (bezalaserver.AuthenticateOktaResponseObject, error) {
	return b.authenticate(Account{
		Method:      methodOkta,
		Name:        request.Body.Email,
		Secret:      request.Body.OktaAccessToken,
		CompanyName: request.Body.CompanyName,
		OktaURL:     request.Body.OktaURL,
	}), nil
}

func (b bezala) authenticate(account Account) answer {
	if !b.admit(account) {
		return b.refused()
	}
	var expires time.Time
	if d := b.lifetime(); d != 0 {
		expires = b.now().Add(d)
	}
	token := base64.RawURLEncoding.EncodeToString(randomBytes(15))
	b.grant(token, account, expires)
	id := b.identity(account)
	return jsonAnswer(b.loginStatus(), bezalaserver.AuthToken{
		Token:         token,
		UserID:        bezalaUser(id),
		ReceiptsEmail: id.String() + "@bezala.com",
	}, "token", "user_id", "receipts_email")
}

func (b bezala) ListAccounts(ctx context.Context, _ bezalaserver.ListAccountsRequestObject) (bezalaserver.ListAccountsResponseObject, error) {
	user := bezalaUser(b.identity(exchangeFrom(ctx).caller))
	return jsonAnswer(http.StatusOK, bezalaserver.Accounts{{"id": 1, "name": "Travel expenses", "user_id": user}}), nil
}

func (b bezala) refused() answer {
	return jsonAnswer(b.refusalStatus(), bezalaserver.Error{Error: "Invalid email or password."})
}

// bezalaUser returns the number of the user with the given ID. It is the same in every run.
func bezalaUser(id uuid.UUID) int64 { return int64(binary.BigEndian.Uint32(id[:4])) }

// bezalaKeeps reports whether a's tokens outlive a change to the given accounts. A user keeps them if the account is
// still there with the same password. A change of a provider's access token does not matter: such a token changes every
// hour.
func bezalaKeeps(accounts []Account, a Account) bool {
	return slices.ContainsFunc(accounts, func(now Account) bool {
		return now.Method == a.Method && now.Name == a.Name && (a.Method != methodPassword || now.Secret == a.Secret)
	})
}
