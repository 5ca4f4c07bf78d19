package echoes_test

import (
	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/becard"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/bleepay"
	"github.com/latchkey-go/latchkey/client/formlogin"
)

const home = "http://127.0.0.1"

// services are ways to log in with a secret.
var services = map[string]func(client.Secret) client.Login{
	"becard": func(s client.Secret) client.Login {
		return becard.Password{BaseURL: home, Email: "me@example.com", Password: s}
	},
	"bezala": func(s client.Secret) client.Login {
		return bezala.Password{BaseURL: home, Email: "me@example.com", Password: s}
	},
	"bleepay": func(s client.Secret) client.Login {
		return bleepay.EmailPassword{BaseURL: home, Email: "me@example.com", Password: s}
	},
	"formlogin": func(s client.Secret) client.Login {
		return formlogin.Password{BaseURL: home, Username: "me@example.com", Password: s}
	},
	"formlogin with more": func(s client.Secret) client.Login {
		return formlogin.Password{
			BaseURL: home, Username: "me@example.com", Password: client.Static("another one"), JSON: true,
			ExtraSecrets: map[string]client.Secret{"pin": s},
		}
	},
}
