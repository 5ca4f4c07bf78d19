package echoes_test

import (
	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/internal/services"
	"github.com/latchkey-go/latchkey/client/formlogin"
)

const home = "http://127.0.0.1"

// login is a way to log in with a secret. The errors of all secrets are compared with those of its reference.
type login struct {
	with      func(client.Secret) client.Login
	reference string
}

var logins = func() map[string]login {
	all := map[string]login{
		"formlogin with more": {func(s client.Secret) client.Login {
			return formlogin.Password{
				BaseURL: home, Username: "me@example.com", Password: client.Static("another one"), JSON: true,
				ExtraSecrets: map[string]client.Secret{"pin": s},
			}
		}, reference},
	}
	for _, service := range services.All() {
		all[service.Name] = login{func(s client.Secret) client.Login { return service.Login(home, s) }, service.Secret}
	}
	return all
}()
