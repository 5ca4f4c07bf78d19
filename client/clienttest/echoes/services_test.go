package echoes_test

import (
	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/internal/services"
	"github.com/latchkey-go/latchkey/client/formlogin"
)

const home = "http://127.0.0.1"

// logins are ways to log in with a secret.
var logins = func() map[string]func(client.Secret) client.Login {
	all := map[string]func(client.Secret) client.Login{
		"formlogin with more": func(s client.Secret) client.Login {
			return formlogin.Password{
				BaseURL: home, Username: "me@example.com", Password: client.Static("another one"), JSON: true,
				ExtraSecrets: map[string]client.Secret{"pin": s},
			}
		},
	}
	for _, service := range services.All() {
		all[service.Name] = func(s client.Secret) client.Login { return service.Login(home, s) }
	}
	return all
}()
