package formlogin

import (
	"cmp"
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/internal/lazy"
	"github.com/latchkey-go/latchkey/client/internal/scrub"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

// whole is a TokenField: the token is the whole answer.
const whole = "."

// token returns the token of a successful answer.
func (p Password) token(answer *loginkit.Answer) (client.Token, error) {
	if p.TokenHeader != "" {
		return p.tokenOfHeader(answer)
	}
	value, above := text(answer), []string(nil)
	if p.TokenField != whole {
		path := strings.Split(cmp.Or(p.TokenField, defaultToken), ".")
		value, above = answer.Text(path...), path[:len(path)-1]
	}
	typ, value := split(value, usualScheme())
	r := client.TokenResponse{
		Value: value, Type: cmp.Or(p.TokenType, typ, first(answer.Text, above, "token_type", "tokenType")),
		ExpiresIn: first(answer.Seconds, above, "expires_in"),
	}
	token, err := answer.Token(r)
	if _, known := token.Expiry(); err == nil && !known {
		// A JWT's exp counts more than this field, in which some have minutes or milliseconds.
		r.ExpiresIn = first(answer.Seconds, above, "expiresIn")
		token, err = answer.Token(r)
	}
	if e, ok := errors.AsType[*client.LoginError](err); ok && value == "" {
		if ours, ok := errors.AsType[scrub.OwnError](e.Err); ok {
			ours.After += p.advice(answer)
			e.Err = ours
		}
	}
	return token, err
}

// text returns an answer that is a text as a whole, as plain text or as JSON. Other JSON and a page are none.
func text(answer *loginkit.Answer) string {
	if text := answer.Text(); text != "" {
		return text
	}
	text := strings.TrimSpace(string(answer.Body))
	if text == "" || strings.ContainsAny(text[:1], `{["<`) {
		return ""
	}
	return text
}

// usualScheme matches what some put before the token in an answer's JSON, too, as requests carry it.
var usualScheme = lazy.Regexp(`^(?i:bearer|jwt|token)$`)

// split returns the token's type, if there is a word before it that is one, and the token.
func split(value string, scheme *regexp.Regexp) (typ, token string) {
	value = strings.Trim(value, " ")
	if typ, token, two := strings.Cut(value, " "); two && scheme.MatchString(typ) {
		return typ, strings.TrimLeft(token, " ")
	}
	return "", value
}

// first returns what read finds by the first of the names, in the object with the token or else in the outermost one.
func first[T comparable](read func(path ...string) T, above []string, names ...string) (found T) {
	for _, object := range [][]string{above, nil} {
		for _, name := range names {
			found = cmp.Or(found, read(append(slices.Clip(object), name)...))
		}
	}
	return found
}

// advice tells where the token of an answer without one may be.
func (p Password) advice(answer *loginkit.Answer) string {
	if answer.Header.Get("Authorization") != "" {
		return "; the header Authorization may be it: set TokenHeader"
	}
	if p.TokenField != whole && answer.Object() == nil && text(answer) != "" && !answer.IsHTML() {
		return `; if all of it is the token, set TokenField to "."`
	}
	if answer.Header.Get("Set-Cookie") != "" {
		return "; if it is the cookie that the answer sets, this needs a Login of your own: see the example of package loginkit"
	}
	return ""
}

// tokenOfHeader returns the token of an answer that has it in a header, alone or after its type.
func (p Password) tokenOfHeader(answer *loginkit.Answer) (client.Token, error) {
	typ, token := split(answer.Header.Get(p.TokenHeader), httpToken())
	if token == "" && !answer.IsHTML() {
		err := answer.Failure(client.ErrUnexpectedResponse)
		err.Err = scrub.OwnError{Before: "no token in the answer: it has no header " + p.TokenHeader}
		return client.Token{}, err
	}
	return answer.Token(client.TokenResponse{
		Value: token, Type: cmp.Or(p.TokenType, typ), ExpiresIn: answer.Seconds("expires_in"),
	})
}
