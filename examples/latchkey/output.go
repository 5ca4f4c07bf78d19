package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

// outputs are the forms in which a token is printed.
var outputs = []string{"token", "header", "json", "env"}

// printed is a token in JSON. Times are in RFC 3339 and UTC, and "" if they are unknown.
type printed struct {
	Service  string `json:"service"`
	Method   string `json:"method"`
	Account  string `json:"account"`
	BaseURL  string `json:"base_url"`
	Type     string `json:"type"`
	Token    string `json:"token"`
	Header   string `json:"header"` // name of the header that carries it
	Value    string `json:"value"`  // of that header
	Received string `json:"received"`
	Expires  string `json:"expires"`
}

// tokenText returns a token in one of the forms.
func (s *session) tokenText(token client.Token, form string) (string, error) {
	name, value := token.Header()
	switch form {
	case "token":
		return token.Value() + "\n", nil
	case "header":
		return name + ": " + value + "\n", nil
	case "env":
		var text strings.Builder
		for _, variable := range s.variables(token) {
			name, value, _ := strings.Cut(variable, "=")
			fmt.Fprintf(&text, "export %s='%s'\n", name, strings.ReplaceAll(value, "'", `'\''`))
		}
		return text.String(), nil
	case "json":
		expires := ""
		if expiry, known := token.Expiry(); known {
			expires = rfc3339(expiry)
		}
		return asJSON(printed{
			Service: s.account.Service, Method: s.account.Method, Account: s.account.Values[user],
			BaseURL: s.client.BaseURL(), Type: token.Type(), Token: token.Value(),
			Header: name, Value: value, Received: rfc3339(token.Received()), Expires: expires,
		})
	default:
		return "", usagef("there is no output %q, only %s", form, strings.Join(outputs, ", "))
	}
}

// variables returns what exec adds to the environment of its command.
func (s *session) variables(token client.Token) []string {
	return []string{
		s.service.tokenVariable() + "=" + token.Value(),
		s.service.baseURLVariable() + "=" + s.client.BaseURL(),
	}
}

func asJSON(v any) (string, error) {
	text, err := json.MarshalIndent(v, "", "  ")
	return string(text) + "\n", err
}

// rfc3339 returns a time in UTC, to the second.
func rfc3339(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// put prints to standard output.
func put(text string) error {
	_, err := os.Stdout.WriteString(text)
	return err
}
