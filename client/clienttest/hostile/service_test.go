package hostile_test

import (
	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/internal/services"
)

const goodToken = "tok3n.of-an-honest-service"

// service is one service of the list.
type service struct{ services.Service }

var adapters = func() (all []service) {
	for _, s := range services.All() {
		all = append(all, service{s})
	}
	return all
}()

func (s service) login(baseURL string) client.Login { return s.Login(baseURL, client.Static(s.Secret)) }

// gives returns the answer with a token, and perhaps with further fields.
func (s service) gives(token string, more ...string) string {
	fields := ""
	for _, field := range more {
		fields += "," + field
	}
	return s.Answer(`"`+token+`"`, fields)
}

// fine is an honest answer, with a token and without a doubt.
func (s service) fine() string { return s.gives(goodToken) }

// passwords returns the secrets of all accounts.
func passwords() (all []string) {
	for _, s := range adapters {
		all = append(all, s.Secret)
	}
	return all
}
