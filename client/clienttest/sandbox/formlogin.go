package sandbox

import (
	"context"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/client/clienttest/internal/formloginserver"
)

// NewFormLogin starts a formlogin server. It panics as [NewBecard] does.
//
// Its accounts have the method password, with Name (username) and Secret. A token has no end; that of
// Config.TokenLifetime is announced as expires_in, rounded down to whole seconds. Refused credentials are answered 401,
// since the document states no status.
func NewFormLogin(cfg Config) *Server { return newServer(&formLoginService, cfg) }

var formLoginService = service{
	name:      "formlogin",
	loginPath: "/auth/login",
	spec:      specOf("formlogin"),
	logins:    []string{"login"},
	methods:   []string{methodPassword},
	accounts:  []Account{{Method: methodPassword, Name: "user@example.com", Secret: "secretpassword"}},
	refusal:   http.StatusUnauthorized,
	handler: func(s *world) http.Handler {
		options := formloginserver.StrictHTTPServerOptions{
			RequestErrorHandlerFunc:  s.undecodable,
			ResponseErrorHandlerFunc: s.undecodable,
		}
		return formloginserver.Handler(formloginserver.NewStrictHandlerWithOptions(formLogin{s}, nil, options))
	},
	malformed: func(s *world, x *exchange) answer { return formLogin{s}.malformed(x) },
	failure: func(status int) answer {
		return jsonAnswer(status, formloginserver.OpenError{"detail": http.StatusText(status)})
	},
}

type formLogin struct{ *world }

func (a answer) VisitGetCurrentUserResponse(w http.ResponseWriter) error { return a.write(w) }

func (f formLogin) Login(_ context.Context, request formloginserver.LoginRequestObject) (formloginserver.LoginResponseObject, error) {
	account := Account{Method: methodPassword, Name: request.Body.Username, Secret: request.Body.Password}
	if !f.admit(account) {
		return jsonAnswer(f.refusalStatus(), formloginserver.OpenError{"detail": "Incorrect username or password"}), nil
	}
	now := f.now()
	token := f.jwt(`{"alg":"HS256","typ":"JWT"}`, map[string]any{
		"user_id": f.identity(account).String(),
		"iat":     now.Unix(),
		"jti":     hex.EncodeToString(randomBytes(8)),
	})
	success := formloginserver.AccessToken{AccessToken: token, TokenType: "bearer"}
	var expires time.Time
	if d := f.lifetime(); d != 0 {
		expires = now.Add(d)
		success.Set("expires_in", int64(d/time.Second))
	}
	f.grant(token, account, expires)
	return jsonAnswer(f.loginStatus(), success, "access_token", "token_type", "expires_in"), nil
}

func (f formLogin) GetCurrentUser(ctx context.Context, _ formloginserver.GetCurrentUserRequestObject) (formloginserver.GetCurrentUserResponseObject, error) {
	return jsonAnswer(http.StatusOK, map[string]string{"username": exchangeFrom(ctx).caller.Name}), nil
}

// malformed returns FastAPI's answer, which tells what is missing and repeats everything that was sent.
func (f formLogin) malformed(x *exchange) answer {
	type problem struct {
		Type  string   `json:"type"`
		Loc   []string `json:"loc"`
		Msg   string   `json:"msg"`
		Input any      `json:"input"`
	}
	sent := map[string]string{}
	if strings.HasPrefix(x.request.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		form, _ := url.ParseQuery(string(x.body)) // as much as can be read
		for name := range form {
			sent[name] = form.Get(name)
		}
	}
	detail := []problem{}
	for _, name := range []string{"username", "password"} {
		if _, ok := sent[name]; !ok {
			detail = append(detail, problem{"missing", []string{"body", name}, "Field required", sent})
		}
	}
	return jsonAnswer(http.StatusUnprocessableEntity, formloginserver.OpenError{"detail": detail})
}
