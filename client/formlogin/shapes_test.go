package formlogin_test

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/formlogin"
)

// sent is what a back end got, and what it answers.
type sent struct {
	contentType, body string
	header            http.Header // of the answer
	answer            string
	status            int
	authorization     string // of an API request
}

func (s *sent) RoundTrip(req *http.Request) (*http.Response, error) {
	resp := &http.Response{StatusCode: http.StatusOK, Header: s.header.Clone(), Body: http.NoBody, Request: req}
	if resp.Header == nil {
		resp.Header = http.Header{}
	}
	if req.URL.Path == "/api" {
		s.authorization = req.Header.Get("Authorization")
		return resp, nil
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	s.contentType, s.body = req.Header.Get("Content-Type"), string(body)
	if s.status != 0 {
		resp.StatusCode = s.status
	}
	resp.Body = io.NopCloser(strings.NewReader(s.answer))
	return resp, nil
}

func login(change func(*formlogin.Password)) formlogin.Password {
	p := formlogin.Password{BaseURL: "https://api.example.com", Username: "me", Password: client.Static("p&ssw örd")}
	change(&p)
	return p
}

// B10: what a back end wants, and where its token lies, without a Login of one's own.
func TestShapes(t *testing.T) {
	const form, json = "application/x-www-form-urlencoded", "application/json"
	for name, tt := range map[string]struct {
		change func(*formlogin.Password)
		want   sent
		given  sent
	}{
		"the document's": {
			func(*formlogin.Password) {},
			sent{contentType: form, body: "password=p%26ssw+%C3%B6rd&username=me", authorization: "Bearer t"},
			sent{answer: `{"access_token":"t","token_type":"bearer"}`},
		},
		"FastAPI's strict form": {
			func(p *formlogin.Password) { p.Extra = map[string]string{"grant_type": "password", "scope": ""} },
			sent{contentType: form, body: "grant_type=password&password=p%26ssw+%C3%B6rd&scope=&username=me", authorization: "Bearer t"},
			sent{answer: `{"access_token":"t","token_type":"bearer"}`},
		},
		"an OAuth2 client with a secret": {
			func(p *formlogin.Password) {
				p.Extra = map[string]string{"grant_type": "password", "client_id": "app"}
				p.ExtraSecrets = map[string]client.Secret{"client_secret": client.Static("tell+nobody")}
			},
			sent{
				contentType: form, authorization: "Bearer t",
				body: "client_id=app&client_secret=tell%2Bnobody&grant_type=password&password=p%26ssw+%C3%B6rd&username=me",
			},
			sent{answer: `{"access_token":"t","token_type":"Bearer","expires_in":3600}`},
		},
		"Django REST's token": {
			func(p *formlogin.Password) { p.TokenField, p.TokenType = "token", "Token" },
			sent{contentType: form, body: "password=p%26ssw+%C3%B6rd&username=me", authorization: "Token t"},
			sent{answer: `{"token":"t"}`},
		},
		"JSON, e-mail, nested": {
			func(p *formlogin.Password) { p.JSON, p.UsernameField, p.TokenField = true, "email", "data.accessToken" },
			sent{contentType: json, body: `{"email":"me","password":"p\u0026ssw örd"}`, authorization: "JWT t"},
			sent{answer: `{"token_type":"no","data":{"accessToken":"t","token_type":"JWT"}}`},
		},
		"a header": {
			func(p *formlogin.Password) { p.JSON, p.TokenHeader = true, "authorization" },
			sent{contentType: json, body: `{"password":"p\u0026ssw örd","username":"me"}`, authorization: "Bearer t"},
			sent{header: http.Header{"Authorization": {"Bearer t"}}},
		},
		"a header with the token alone": {
			func(p *formlogin.Password) { p.TokenHeader = "X-Auth-Token" },
			sent{contentType: form, body: "password=p%26ssw+%C3%B6rd&username=me", authorization: "Bearer t"},
			sent{header: http.Header{"X-Auth-Token": {"t"}}, answer: `{}`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := client.New(login(tt.change), client.WithTransport(&tt.given))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := c.HTTPClient().Get(c.BaseURL() + "/api")
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			got := sent{contentType: tt.given.contentType, body: tt.given.body, authorization: tt.given.authorization}
			if got.contentType != tt.want.contentType || got.body != tt.want.body || got.authorization != tt.want.authorization {
				t.Errorf("sent %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

// What cannot be sent fails before the network, and names the field.
func TestShapesThatCannotBe(t *testing.T) {
	secret := map[string]client.Secret{"pin": client.Static("1234")}
	for name, tt := range map[string]struct {
		field  string
		change func(*formlogin.Password)
	}{
		"user name's field with a blank":    {"UsernameField", func(p *formlogin.Password) { p.UsernameField = "e mail" }},
		"user name's field is password":     {"UsernameField", func(p *formlogin.Password) { p.UsernameField = "password" }},
		"an empty part of a path":           {"TokenField", func(p *formlogin.Password) { p.TokenField = "data..token" }},
		"no header's name":                  {"TokenHeader", func(p *formlogin.Password) { p.TokenHeader = "X:Token" }},
		"both places":                       {"TokenHeader", func(p *formlogin.Password) { p.TokenHeader, p.TokenField = "X-Token", "token" }},
		"a scheme of two words":             {"TokenType", func(p *formlogin.Password) { p.TokenType = "Bearer x" }},
		"the password's field":              {"ExtraSecrets", func(p *formlogin.Password) { p.ExtraSecrets = map[string]client.Secret{"password": client.Static("x")} }},
		"a secret that is none":             {"Extra", func(p *formlogin.Password) { p.Extra = map[string]string{"client_secret": "hunter2"} }},
		"the user name's field":             {"Extra", func(p *formlogin.Password) { p.Extra = map[string]string{"username": "x"} }},
		"a line's end in a name":            {"Extra", func(p *formlogin.Password) { p.Extra = map[string]string{"a\n": "x"} }},
		"a value that is no UTF-8":          {"realm", func(p *formlogin.Password) { p.Extra = map[string]string{"realm": "\xff"} }},
		"no name":                           {"Extra", func(p *formlogin.Password) { p.Extra = map[string]string{"": "x"} }},
		"in both":                           {"Extra", func(p *formlogin.Password) { p.Extra, p.ExtraSecrets = map[string]string{"pin": "1"}, secret }},
		"a secret without a function":       {"ExtraSecrets", func(p *formlogin.Password) { p.ExtraSecrets = map[string]client.Secret{"pin": nil} }},
		"a secret that the body would lose": {"pin", func(p *formlogin.Password) { p.ExtraSecrets = map[string]client.Secret{"pin": client.Static("\xff")} }},
	} {
		t.Run(name, func(t *testing.T) {
			given := &sent{answer: `{"access_token":"t"}`}
			c, err := client.New(login(tt.change), client.WithTransport(given))
			if err == nil {
				_, err = c.Token(t.Context())
			}
			e, ok := errors.AsType[*client.LoginError](err)
			if !ok || !errors.Is(err, client.ErrInvalidInput) || e.Field != tt.field || e.Status != 0 {
				t.Errorf("%v; want the field %s", err, tt.field)
			}
			if given.body != "" {
				t.Errorf("sent %s", given.body)
			}
			if err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Error(err)
			}
		})
	}
}

// Another client_id, scope or token is another account; another secret is not, and is not told.
func TestShapesOfAccounts(t *testing.T) {
	methods := map[string]bool{}
	for _, change := range []func(*formlogin.Password){
		func(*formlogin.Password) {},
		func(p *formlogin.Password) { p.Path = "/token" },
		func(p *formlogin.Password) { p.Extra = map[string]string{"client_id": "a"} },
		func(p *formlogin.Password) { p.Extra = map[string]string{"client_id": "b"} },
		func(p *formlogin.Password) { p.TokenField = "id_token" },
		func(p *formlogin.Password) { p.TokenHeader = "X-Token" },
	} {
		account, err := login(change).Account()
		if err != nil {
			t.Fatal(err)
		}
		methods[account.Method] = true
	}
	if len(methods) != 6 {
		t.Errorf("%v; want 6 methods", maps.Collect(maps.All(methods)))
	}
	account, err := login(func(p *formlogin.Password) {
		p.ExtraSecrets = map[string]client.Secret{"client_secret": client.Static("hunter2")}
	}).Account()
	if err != nil || account.Method != "password" {
		t.Errorf("%q, %v; want password", account.Method, err)
	}
}

// No error repeats a further secret.
func TestT6FurtherSecretsAreScrubbed(t *testing.T) {
	given := &sent{status: http.StatusUnauthorized, answer: `{"error":"invalid_client","error_description":"hunter2hunter2 is wrong"}`}
	c, err := client.New(login(func(p *formlogin.Password) {
		p.ExtraSecrets = map[string]client.Secret{"client_secret": client.Static("hunter2hunter2")}
	}), client.WithTransport(given))
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Token(t.Context())
	if !errors.Is(err, client.ErrInvalidInput) || strings.Contains(err.Error(), "hunter2") {
		t.Error(err)
	}
}

// A further secret's function has the values of the call, and its error is in the login's.
func TestFurtherSecretThatFails(t *testing.T) {
	failed := errors.New("the vault is locked")
	c, err := client.New(login(func(p *formlogin.Password) {
		p.ExtraSecrets = map[string]client.Secret{"client_secret": func(context.Context) (string, error) { return "", failed }}
	}), client.WithTransport(&sent{}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Token(t.Context()); !errors.Is(err, failed) || !strings.Contains(err.Error(), "client_secret") {
		t.Error(err)
	}
}
