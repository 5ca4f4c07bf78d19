package formlogin_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/formlogin"
)

// sent is what a back end got, and what it answers.
type sent struct {
	contentType, body string
	basic             string      // Authorization of the login
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
	s.basic = req.Header.Get("Authorization")
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
		"an OAuth2 client by HTTP Basic": { // both parts are encoded as in a form: my+app:tell%2Bno+body
			func(p *formlogin.Password) {
				p.Extra, p.BasicAuth = map[string]string{"grant_type": "password", "client_id": "my app"}, true
				p.ExtraSecrets = map[string]client.Secret{"client_secret": client.Static("tell+no body"), "pin": client.Static("1:2")}
			},
			sent{
				contentType: form, authorization: "Bearer t", basic: "Basic bXkrYXBwOnRlbGwlMkJubytib2R5",
				body: "grant_type=password&password=p%26ssw+%C3%B6rd&pin=1%3A2&username=me",
			},
			sent{answer: `{"access_token":"t","token_type":"Bearer"}`},
		},
		"other names in a form": {
			func(p *formlogin.Password) { p.UsernameField, p.PasswordField = "user[email]", "user.pass" },
			sent{contentType: form, body: "user.pass=p%26ssw+%C3%B6rd&user%5Bemail%5D=me", authorization: "Bearer t"},
			sent{answer: `{"access_token":"t"}`},
		},
		"JSON with objects": {
			func(p *formlogin.Password) {
				p.JSON, p.UsernameField, p.PasswordField = true, "data.user.email", "data.user.password"
				p.Extra = map[string]string{"data.type": "login", "version": "2"}
			},
			sent{
				contentType: json, authorization: "Bearer t",
				body: `{"data":{"type":"login","user":{"email":"me","password":"p\u0026ssw örd"}},"version":"2"}`,
			},
			sent{answer: `{"access_token":"t"}`},
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
			got := tt.given
			if got.contentType != tt.want.contentType || got.body != tt.want.body || got.basic != tt.want.basic || got.authorization != tt.want.authorization {
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
		"user name's field with a blank": {"UsernameField", func(p *formlogin.Password) { p.UsernameField = "e mail" }},
		"user name's field is password":  {"UsernameField", func(p *formlogin.Password) { p.UsernameField = "password" }},
		"an empty part of a path":        {"TokenField", func(p *formlogin.Password) { p.TokenField = "data..token" }},
		"no header's name":               {"TokenHeader", func(p *formlogin.Password) { p.TokenHeader = "X:Token" }},
		"both places":                    {"TokenHeader", func(p *formlogin.Password) { p.TokenHeader, p.TokenField = "X-Token", "token" }},
		"a control character in a name":  {"PasswordField", func(p *formlogin.Password) { p.PasswordField = "a\x00" }},
		"a letter that turns the line":   {"UsernameField", func(p *formlogin.Password) { p.UsernameField = "a\u202e" }},
		"a name that is no UTF-8":        {"UsernameField", func(p *formlogin.Password) { p.UsernameField = "\xff" }},
		"JSON with a form's brackets":    {"UsernameField", func(p *formlogin.Password) { p.JSON, p.UsernameField = true, "user[email]" }},
		"JSON with an empty name":        {"UsernameField", func(p *formlogin.Password) { p.JSON, p.UsernameField = true, "user." }},
		"JSON, a text that is an object, too": {"Extra", func(p *formlogin.Password) {
			p.JSON, p.UsernameField, p.Extra = true, "user.email", map[string]string{"user": "me"}
		}},
		"JSON, an object that is a text, too": {"UsernameField", func(p *formlogin.Password) {
			p.JSON, p.UsernameField, p.PasswordField = true, "user.email", "user"
		}},
		"the user name's own field": {"Extra", func(p *formlogin.Password) {
			p.UsernameField, p.Extra = "email", map[string]string{"email": "you"}
		}},
		"no user name":           {"email", func(p *formlogin.Password) { p.UsernameField, p.Username = "email", "" }},
		"Basic without a client": {"BasicAuth", func(p *formlogin.Password) { p.BasicAuth, p.ExtraSecrets = true, secret }},
		"Basic without its secret": {"BasicAuth", func(p *formlogin.Password) {
			p.BasicAuth, p.Extra, p.ExtraSecrets = true, map[string]string{"client_id": "app"}, secret
		}},
		"a control character in a path":     {"TokenField", func(p *formlogin.Password) { p.TokenField = "data.\ttoken" }},
		"no header's name, not ASCII":       {"TokenHeader", func(p *formlogin.Password) { p.TokenHeader = "X-Tökén" }},
		"a scheme of two words":             {"TokenType", func(p *formlogin.Password) { p.TokenType = "Bearer x" }},
		"the password's field":              {"ExtraSecrets", func(p *formlogin.Password) { p.ExtraSecrets = map[string]client.Secret{"password": client.Static("x")} }},
		"a secret that is none":             {"Extra", func(p *formlogin.Password) { p.Extra = map[string]string{"client_secret": "hunter2"} }},
		"the user name's field":             {"Extra", func(p *formlogin.Password) { p.Extra = map[string]string{"username": "x"} }},
		"a line's end in a name":            {"Extra", func(p *formlogin.Password) { p.Extra = map[string]string{"a\n": "x"} }},
		"a value that is no UTF-8":          {"realm", func(p *formlogin.Password) { p.Extra = map[string]string{"realm": "\xff"} }},
		"no name":                           {"Extra", func(p *formlogin.Password) { p.Extra = map[string]string{"": "x"} }},
		"in both":                           {"Extra", func(p *formlogin.Password) { p.Extra, p.ExtraSecrets = map[string]string{"pin": "1"}, secret }},
		"a secret without a function":       {"ExtraSecrets", func(p *formlogin.Password) { p.ExtraSecrets = map[string]client.Secret{"pin": nil} }},
		"a name that is too long":           {"UsernameField", func(p *formlogin.Password) { p.UsernameField = strings.Repeat("n", 201) }},
		"a password that is no UTF-8":       {"password", func(p *formlogin.Password) { p.Password = client.Static("hunter2\xff") }},
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

func TestLongestName(t *testing.T) {
	name := strings.Repeat("n", 200)
	given := &sent{answer: `{"access_token":"t"}`}
	c, err := client.New(login(func(p *formlogin.Password) { p.UsernameField = name }), client.WithTransport(given))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Token(t.Context()); err != nil || !strings.Contains(given.body, name+"=") {
		t.Errorf("%v, and sent %s", err, given.body)
	}
}
