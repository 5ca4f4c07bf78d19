package client_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/becard"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// ownService is a service of a user's own, whose Login does what loginkit's doc says.
var ownService = service{
	name: "own", sandbox: sandbox.NewBezala,
	login: func(srv *sandbox.Server, secret client.Secret) client.Login {
		own := ownLogin(func(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
			answer, err := ask(ctx, hc, "/login", secret)
			if err != nil {
				return client.Token{}, err
			}
			if !answer.OK() {
				return client.Token{}, answer.Unrecognized()
			}
			return answer.Token(client.TokenResponse{Value: answer.Text("token")})
		})
		own.account.BaseURL, own.secret = srv.URL, secret
		return own
	},
}

// A wrong password, as back ends that no one here wrote answer it: one login in the first pause, however many calls.
func TestP4RefusalsOfFrameworks(t *testing.T) {
	for name, refusal := range map[string]struct {
		status int
		body   string
		says   string
	}{
		"Express, text that is called HTML": {401, `Invalid username or password`, ": Invalid username or password "},
		"Passport":                          {401, `Unauthorized`, ": Unauthorized "},
		"Laravel": {
			422, `{"message":"These credentials do not match our records.","errors":{"email":["These credentials do not match our records."]}}`,
			": email: These credentials do not match our records. ",
		},
		"Devise":           {401, `{"error":"Invalid Email or password."}`, ": Invalid Email or password. "},
		"Django REST":      {400, `{"non_field_errors":["Unable to log in with provided credentials."]}`, ": Unable to log in with provided credentials. "},
		"SimpleJWT":        {401, `{"detail":"No active account found with the given credentials"}`, ": No active account found"},
		"NestJS":           {401, `{"message":"Unauthorized","statusCode":401}`, ": Unauthorized "},
		"OAuth 2":          {400, `{"error":"invalid_grant","error_description":"Bad credentials"}`, ": invalid_grant: Bad credentials "},
		"nothing but 401":  {401, ``, "HTTP 401 Unauthorized "},
		"a list":           {401, `[]`, "HTTP 401 Unauthorized "},
		"problem+json":     {401, `{"type":"about:blank","title":"Unauthorized","status":401,"detail":"Wrong password."}`, ": Wrong password. "},
		"XML":              {401, `<?xml version="1.0"?><error>no</error>`, "HTTP 401: no "},
		"byte-order mark":  {401, "\xef\xbb\xbf" + `{"message":"no"}`, ": no "},
		"FastAPI's users":  {400, `{"detail":"LOGIN_BAD_CREDENTIALS"}`, ": LOGIN_BAD_CREDENTIALS "},
		"ASP.NET Identity": {400, `{"title":"Bad Request","errors":{"":["Invalid login attempt."]}}`, ": Invalid login attempt"},
	} {
		for _, s := range append(services, ownService) {
			t.Run(name+" at "+s.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					srv := s.start(t, sandbox.Config{})
					answer := &sameAnswer{status: refusal.status, body: refusal.body, contentType: "text/html; charset=utf-8"}
					c := s.clientWith(t, srv, client.Static("wrong-password"), client.WithTransport(answer))
					for range 1000 {
						_, err := c.Token(t.Context())
						wantErr(t, err, client.ErrInvalidCredentials)
						if !strings.Contains(err.Error(), refusal.says) {
							t.Fatalf("%v; want it to say %q", err, refusal.says)
						}
						time.Sleep(25 * time.Millisecond)
					}
					if n := answer.logins.Load(); n != 1 {
						t.Errorf("the wrong password was sent %d times in 25 s; want once", n)
					}
				})
			})
		}
	}
}

// What is no wrong password is no refusal, and the text says what is wrong.
func TestP4bFailuresThatAreNoRefusals(t *testing.T) {
	for name, tt := range map[string]struct {
		status int
		body   string
		kind   error
		says   string
	}{
		"Laravel's validation": {
			422, `{"message":"The email field is required. (and 1 more error)","errors":{"email":["The email field is required."],"password":["The password must be at least 8 characters."]}}`,
			client.ErrInvalidInput, ": email: The email field is required; password: The password must be at least 8 characters",
		},
		"FastAPI's validation": {
			422, `{"detail":[{"type":"missing","loc":["body","device"],"msg":"Field required","input":null}]}`,
			client.ErrInvalidInput, ": device: Field required",
		},
		"Rails' validation": {422, `{"errors":{"email":["is invalid"]}}`, client.ErrInvalidInput, ": email: is invalid"},
		"invalid_client": {
			401, `{"error":"invalid_client","error_description":"Bad client credentials"}`,
			client.ErrInvalidInput, ": invalid_client: Bad client credentials",
		},
		"a page with 401": {
			401, "\n<!-- blocked -->\n<!DOCTYPE html><html><body>no</body></html>", client.ErrUnavailable,
			"HTTP 401 Unauthorized: the answer is a page (check the base URL)",
		},
		"a page with 200": {200, "<html>hello</html>", client.ErrUnexpectedResponse, "the answer is a page (check the base URL)"},
		"404":             {404, `{}`, client.ErrUnexpectedResponse, "HTTP 404 Not Found (check the base URL)"},
		"200 with an error": {
			200, `{"error":"no_licence","message":"Your licence has ended."}`, client.ErrUnexpectedResponse,
			": no_licence: Your licence has ended.: no token in the answer, which has the fields error, message",
		},
		"another token field": {
			200, `{"data":{"jwt":"eyJ","user":{"id":1}},"ok":true}`, client.ErrUnexpectedResponse,
			"no token in the answer, which has the fields data.jwt, data.user, ok",
		},
	} {
		for _, s := range append(services, ownService) {
			t.Run(name+" at "+s.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					srv := s.start(t, sandbox.Config{})
					c := s.clientWith(t, srv, client.Static("the-password"),
						client.WithTransport(&sameAnswer{status: tt.status, body: tt.body}))
					_, err := c.Token(t.Context())
					wantErr(t, err, tt.kind)
					if !strings.HasSuffix(err.Error(), tt.says) {
						t.Errorf("%v; want it to end with %q", err, tt.says)
					}
					if until := c.Status().RefusedUntil; !until.IsZero() {
						t.Errorf("refused until %s; want no refusal", until)
					}
				})
			})
		}
	}
}

// The token counts. All else is read as well as it can be.
func TestP6TokenIsNotLostOverASideField(t *testing.T) {
	for _, odd := range []string{
		`"4711"`, `4711`, `4711.5`, `-1`, `9007199254740993`, `99999999999999999999`, `1e400`, `null`, `true`, `""`, `"x"`, `[]`, `[1]`, `{}`, `{"id":1}`,
	} {
		for _, mark := range []string{"", "\xef\xbb\xbf"} {
			body := fmt.Sprintf(`%[1]s{"token":"t","access_token":"t","authorization":{"token":"t","type":%[2]s},"user_id":%[2]s,`+
				`"receipts_email":%[2]s,"session_id":%[2]s,"expires_at":%[2]s,"expires_in":%[2]s,"user":%[2]s}`, mark, odd)
			for _, s := range append(services, ownService) {
				synctest.Test(t, func(t *testing.T) {
					srv := s.start(t, sandbox.Config{})
					c := s.client(t, srv, client.WithTransport(&sameAnswer{status: 200, body: body}))
					token, err := c.Token(t.Context())
					if err != nil || token.Value() != "t" || token.Type() != "Bearer" {
						t.Fatalf("%s: %q: %v, %v", s.name, body, token, err)
					}
					if id, ok := bezala.UserID(token); s.name == "bezala" && ok != (id == 4711 || id == -1 || id == 9007199254740993) {
						t.Errorf("user_id %s: %d, %t", odd, id, ok)
					}
					if id, ok := becard.SessionID(token); ok && strings.Trim(odd, `"`) != id {
						t.Errorf("session_id %s: %s", odd, id)
					}
				})
			}
		}
	}
}
