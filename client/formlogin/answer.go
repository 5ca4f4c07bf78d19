package formlogin

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

// token returns the token of a successful answer.
func (p Password) token(answer *loginkit.Answer) (client.Token, error) {
	if p.TokenHeader != "" {
		return p.tokenOfHeader(answer)
	}
	path := strings.Split(cmp.Or(p.TokenField, defaultToken), ".")
	beside := func(name string) []string { return append(path[:len(path)-1:len(path)-1], name) }
	return answer.Token(client.TokenResponse{
		Value:     answer.Text(path...),
		Type:      cmp.Or(p.TokenType, answer.Text(beside("token_type")...), answer.Text("token_type")),
		ExpiresIn: cmp.Or(answer.Seconds(beside("expires_in")...), answer.Seconds("expires_in")),
	})
}

// tokenOfHeader returns the token of an answer that has it in a header, alone or after its type.
func (p Password) tokenOfHeader(answer *loginkit.Answer) (client.Token, error) {
	value := strings.TrimSpace(answer.Header.Get(p.TokenHeader))
	if value == "" && !answer.IsHTML() {
		err := answer.Failure(client.ErrUnexpectedResponse)
		err.Err = fmt.Errorf("no token in the answer: it has no header %s", p.TokenHeader)
		return client.Token{}, err
	}
	typ, token, typed := strings.Cut(value, " ")
	if !typed || !httpToken.MatchString(typ) {
		typ, token = "", value
	}
	return answer.Token(client.TokenResponse{
		Value: strings.TrimSpace(token), Type: cmp.Or(p.TokenType, typ), ExpiresIn: answer.Seconds("expires_in"),
	})
}
