package formlogin

import (
	"cmp"
	"strings"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

// token returns the token of an answer.
func (p Password) token(answer *loginkit.Answer) client.TokenResponse {
	if p.TokenHeader != "" {
		scheme, token, found := strings.Cut(strings.TrimSpace(answer.Header.Get(p.TokenHeader)), " ")
		if !found {
			scheme, token = "", scheme
		}
		return client.TokenResponse{Value: strings.TrimSpace(token), Type: cmp.Or(p.TokenType, scheme)}
	}
	path := strings.Split(cmp.Or(p.TokenField, "access_token"), ".")
	beside := func(name string) []string { return append(path[:len(path)-1:len(path)-1], name) }
	return client.TokenResponse{
		Value:     answer.Text(path...),
		Type:      cmp.Or(p.TokenType, answer.Text(beside("token_type")...)),
		ExpiresIn: answer.Seconds(beside("expires_in")...),
	}
}
