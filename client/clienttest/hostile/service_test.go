package hostile_test

import (
	"fmt"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/becard"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/bleepay"
	"github.com/latchkey-go/latchkey/client/formlogin"
)

const (
	password  = "c0rrect-horse-battery" // of all accounts
	goodToken = "tok3n.of-an-honest-service"
)

// service is one of the four. A path of its API is resource.
type service struct {
	name, loginPath, resource string

	login func(baseURL string) client.Login

	// success is an answer to a login: %s is the JSON in the token's place, and more the fields beside it.
	success func(token, more string) string
}

var services = []service{
	{
		name: "becard", loginPath: "/v1/auth/login", resource: "/v1/cards",
		login: func(baseURL string) client.Login {
			return becard.Password{BaseURL: baseURL, Email: "me@example.com", Password: client.Static(password)}
		},
		success: func(token, more string) string { return fmt.Sprintf(`{"access_token":%s%s}`, token, more) },
	},
	{
		name: "bezala", loginPath: "/api/auth/token", resource: "/api/accounts",
		login: func(baseURL string) client.Login {
			return bezala.Password{BaseURL: baseURL, Email: "me@example.com", Password: client.Static(password)}
		},
		success: func(token, more string) string { return fmt.Sprintf(`{"token":%s%s}`, token, more) },
	},
	{
		name: "bleepay", loginPath: "/api/v1/auth/sign-in", resource: "/api/v1/vouchers/",
		login: func(baseURL string) client.Login {
			return bleepay.EmailPassword{BaseURL: baseURL, Email: "me@example.com", Password: client.Static(password)}
		},
		success: func(token, more string) string { return fmt.Sprintf(`{"authorization":{"token":%s}%s}`, token, more) },
	},
	{
		name: "formlogin", loginPath: "/auth/login", resource: "/users/me",
		login: func(baseURL string) client.Login {
			return formlogin.Password{BaseURL: baseURL, Username: "me@example.com", Password: client.Static(password)}
		},
		success: func(token, more string) string { return fmt.Sprintf(`{"access_token":%s%s}`, token, more) },
	},
}

// gives returns the answer with a token, and perhaps with further fields.
func (s service) gives(token string, more ...string) string {
	fields := ""
	for _, field := range more {
		fields += "," + field
	}
	return s.success(`"`+token+`"`, fields)
}

// fine is an honest answer, with a token and without a doubt.
func (s service) fine() string { return s.gives(goodToken) }
