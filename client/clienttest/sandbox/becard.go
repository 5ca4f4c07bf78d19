package sandbox

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/client/clienttest/internal/becardserver"
)

// NewBecard starts a becard server. It panics if it cannot listen, as [httptest.NewServer] does, and if an account of
// cfg has a login method that the service does not have.
//
// Its accounts have the method password, with Name (email) and Secret. A token lives 24 hours, which its login
// announces as expires_at. Refused credentials are answered 422.
func NewBecard(cfg Config) *Server { return newServer(&becardService, cfg) }

var becardService = service{
	name:     "becard",
	spec:     specOf("becard"),
	logins:   []string{"login"},
	methods:  []string{methodPassword},
	accounts: []Account{{Method: methodPassword, Name: "user@example.com", Secret: "your-password"}},
	lifetime: 24 * time.Hour,
	refusal:  http.StatusUnprocessableEntity,
	// As in Laravel, whose guard answers 401 to those who want JSON first.
	loginPage: "/login",
	wantsJSON: func(accept []string) bool { return len(accept) > 0 && strings.HasSuffix(accept[0], "json") },
	handler: func(s *world) http.Handler {
		options := becardserver.StrictHTTPServerOptions{
			RequestErrorHandlerFunc:  s.undecodable,
			ResponseErrorHandlerFunc: s.undecodable,
		}
		return becardserver.Handler(becardserver.NewStrictHandlerWithOptions(becard{s}, nil, options))
	},
	malformed: func(s *world, x *exchange) answer { return becard{s}.malformed(x) },
	failure:   becardFailure,
}

type becard struct{ *world }

func (a answer) VisitListCardsResponse(w http.ResponseWriter) error { return a.write(w) }

func (b becard) Login(ctx context.Context, request becardserver.LoginRequestObject) (becardserver.LoginResponseObject, error) {
	account := Account{Method: methodPassword, Name: request.Body.Email, Secret: request.Body.Password}
	if !b.admit(account) {
		return b.refused(exchangeFrom(ctx)), nil
	}
	// The document writes six digits of a second's fraction, so a token ends on a whole microsecond.
	expires := b.now().Add(b.lifetime()).UTC().Truncate(time.Microsecond)
	token := b.jwt(`{"typ":"JWT","alg":"HS256"}`, map[string]any{
		"sub": b.identity(account).String(),
		"jti": hex.EncodeToString(randomBytes(16)),
	})
	b.grant(token, account, expires)
	return jsonAnswer(b.loginStatus(), becardserver.AccessToken{
		AccessToken: token,
		SessionID:   becardSession(),
		ExpiresAt:   expires.Format("2006-01-02T15:04:05.000000Z"),
	}, "access_token", "session_id", "expires_at"), nil
}

func (b becard) ListCards(ctx context.Context, _ becardserver.ListCardsRequestObject) (becardserver.ListCardsResponseObject, error) {
	caller := exchangeFrom(ctx).caller
	card := map[string]any{"id": b.identity(caller).String(), "email": caller.Name}
	return jsonAnswer(http.StatusOK, becardserver.Cards{Data: []map[string]any{card}}), nil
}

// refused returns the document's 422. A caller that does not ask for JSON gets a redirect to a page, as from every
// Laravel back end.
func (b becard) refused(x *exchange) answer {
	if !slices.Contains(x.accepts, jsonType) {
		a := htmlAnswer(http.StatusFound)
		a.header.Set("Location", "/")
		return a
	}
	return jsonAnswer(b.refusalStatus(), becardserver.Refusal{Message: "Access data do not match!"})
}

// malformed returns the document's 500 for the first body parameter that is not set. A parameter that is set and is no
// string matches no account.
func (b becard) malformed(x *exchange) answer {
	sent := members(x.body)
	for _, name := range []string{"email", "password"} {
		if _, ok := sent[name]; !ok {
			return jsonAnswer(http.StatusInternalServerError, becardserver.ServerError{
				Message:   `Undefined array key "` + name + `"`,
				Exception: "ErrorException",
			}, "message", "exception")
		}
	}
	return b.refused(x)
}

// becardFailure returns Laravel's message for a status, and for 500 the fields that the document adds.
func becardFailure(status int) answer {
	text := http.StatusText(status)
	switch status {
	case http.StatusUnauthorized:
		text = "Unauthenticated."
	case http.StatusTooManyRequests:
		text = "Too Many Attempts."
	case http.StatusInternalServerError:
		failure := becardserver.ServerError{Message: text, Exception: "RuntimeException"}
		return jsonAnswer(status, failure, "message", "exception")
	}
	return jsonAnswer(status, becardserver.OpenError{Message: &text})
}

// becardSession returns a session_id as in the document: base64 of base64 of a sealed Laravel cookie.
func becardSession() string {
	b64 := base64.StdEncoding.EncodeToString
	sealed, _ := json.Marshal(struct {
		IV    string `json:"iv"`
		Value string `json:"value"`
		MAC   string `json:"mac"`
		Tag   string `json:"tag"`
	}{b64(randomBytes(16)), b64(randomBytes(48)), hex.EncodeToString(randomBytes(32)), ""})
	return b64([]byte(b64(sealed)))
}
