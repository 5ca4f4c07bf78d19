package formlogin_test

import (
	"net/http"
	"testing"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/formlogin"
)

// Each of these may lead to another token.
func TestEveryConfigurationIsAnAccount(t *testing.T) {
	pin := map[string]client.Secret{"pin": client.Static("1234")}
	changes := []func(*formlogin.Password){
		func(*formlogin.Password) {},
		func(p *formlogin.Password) { p.BaseURL = "https://api.example.net" },
		func(p *formlogin.Password) { p.Username = "you" },
		func(p *formlogin.Password) { p.Path = "/token" },
		func(p *formlogin.Password) { p.Path = "/token with JSON=true" },
		func(p *formlogin.Password) { p.Path, p.JSON = "/token", true },
		func(p *formlogin.Password) { p.JSON = true },
		func(p *formlogin.Password) { p.UsernameField = "email" },
		func(p *formlogin.Password) { p.PasswordField = "email" },
		func(p *formlogin.Password) { p.TokenField = "token" },
		func(p *formlogin.Password) { p.TokenHeader = "token" },
		func(p *formlogin.Password) { p.TokenType = "token" },
		func(p *formlogin.Password) { p.Extra = map[string]string{"scope": ""} },
		func(p *formlogin.Password) { p.Extra = map[string]string{"scope": "read"} },
		func(p *formlogin.Password) { p.Extra = map[string]string{"scope": "read&a=b"} },
		func(p *formlogin.Password) { p.Extra = map[string]string{"scope": "read", "a": "b"} },
		func(p *formlogin.Password) { p.Extra = map[string]string{"scope": "read at /token"} },
		func(p *formlogin.Password) { p.ExtraSecrets = pin },
		func(p *formlogin.Password) { p.ExtraSecrets = map[string]client.Secret{"tan": pin["pin"]} },
		func(p *formlogin.Password) { *p = oauth2(pin["pin"]) },
		func(p *formlogin.Password) { *p = oauth2(pin["pin"]); p.BasicAuth = true },
		func(p *formlogin.Password) { *p = oauth2(pin["pin"]); p.Extra["client_id"] = "other" },
	}
	of := map[client.Account]int{}
	for i, change := range changes {
		account, err := login(change).Account()
		if err != nil {
			t.Fatal(err)
		}
		if j, ok := of[account]; ok {
			t.Errorf("%d and %d share the account %+v", i, j, account)
		}
		of[account] = i
	}
}

// What the document has anyway is no other configuration, and the values of secrets are not in the account.
func TestSameAccount(t *testing.T) {
	named := login(func(p *formlogin.Password) {
		p.Path, p.UsernameField, p.PasswordField, p.TokenField = "/auth/login", "username", "password", "access_token"
		p.Rejects = func(int, http.Header) bool { return false }
	})
	for _, pair := range [][2]formlogin.Password{
		{login(func(*formlogin.Password) {}), named},
		{oauth2(client.Static("one")), oauth2(client.Static("two"))},
	} {
		one, err := pair[0].Account()
		if err != nil {
			t.Fatal(err)
		}
		two, err := pair[1].Account()
		if err != nil {
			t.Fatal(err)
		}
		if one != two {
			t.Errorf("%+v and %+v differ", one, two)
		}
	}
}
