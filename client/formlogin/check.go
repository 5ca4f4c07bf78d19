package formlogin

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/internal/lazy"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

// maxName is the length of the longest name of a field, in bytes.
const maxName = 200

var (
	dotted    = lazy.Regexp(`^[^.\[\]]+(?:\.[^.\[\]]+){0,9}$`)
	httpToken = lazy.Regexp("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$") // of RFC 9110, section 5.6.2

	// isSecret matches names of fields whose values must not end in an error.
	isSecret = lazy.Regexp(`(?i)passw|secret|token|assertion|credential|api[-_]?key`)
)

// check checks all fields but the secrets.
func (p Password) check() error {
	if err := checkPath(p.Path); err != nil {
		return err
	}
	if err := p.checkNames(); err != nil {
		return err
	}
	if err := p.checkExtra(); err != nil {
		return err
	}
	if err := p.checkToken(); err != nil {
		return err
	}
	return p.username().Check(Service, p.Username)
}

// checkPath refuses a path that would leave the back end, or that would end in logs.
func checkPath(raw string) error {
	if raw == "" {
		return nil
	}
	u, err := url.Parse(raw)
	if err != nil || !strings.HasPrefix(raw, "/") || u.Host != "" || u.RawQuery != "" || strings.ContainsAny(raw, "?#") {
		return invalid("Path", "must be a path with a slash in front, without query or fragment")
	}
	for segment := range strings.SplitSeq(u.Path, "/") {
		if segment == "." || segment == ".." {
			return invalid("Path", "must not have . or .. in it")
		}
	}
	return loginkit.Field{Name: "Path"}.Check(Service, raw)
}

// checkNames checks the names of all fields that are sent: each must have a place of its own.
func (p Password) checkNames() error {
	type named struct{ by, name string }
	all := []named{{"PasswordField", p.password().Name}, {"UsernameField", p.username().Name}}
	for _, name := range names(p.ExtraSecrets) {
		all = append(all, named{"ExtraSecrets", name})
	}
	for _, name := range names(p.Extra) {
		all = append(all, named{"Extra", name})
	}
	for i, n := range all {
		if !isName(n.name) {
			return invalid(n.by, fmt.Sprintf("has the name %.40q, which is empty, too long, or not printable without blanks", n.name))
		}
		if p.JSON && !dotted().MatchString(n.name) {
			return invalid(n.by, fmt.Sprintf("has the name %.40q: with JSON, dots lead into an object, as in user.email", n.name))
		}
		for _, other := range all[:i] {
			within := strings.HasPrefix(n.name, other.name+".") || strings.HasPrefix(other.name, n.name+".")
			if n.name == other.name || p.JSON && within {
				return invalid(n.by, fmt.Sprintf("has the name %.40q, and %s has %.40q: only one of them can be sent", n.name, other.by, other.name))
			}
		}
	}
	return nil
}

// checkExtra checks what is sent for Extra and ExtraSecrets.
func (p Password) checkExtra() error {
	for _, name := range names(p.Extra) {
		if p.Extra[name] == "" {
			continue
		}
		if isSecret().MatchString(name) {
			return invalid("Extra", fmt.Sprintf("has %.40q, which sounds secret: it belongs into ExtraSecrets", name))
		}
		if err := (loginkit.Field{Name: name}).Check(Service, p.Extra[name]); err != nil {
			return err
		}
	}
	for _, name := range names(p.ExtraSecrets) {
		if p.ExtraSecrets[name] == nil {
			return invalid("ExtraSecrets", fmt.Sprintf("has no Secret for %.40q", name))
		}
	}
	if p.BasicAuth && (p.Extra[clientID] == "" || p.ExtraSecrets[clientSecret] == nil) {
		return invalid("BasicAuth", "needs client_id in Extra and client_secret in ExtraSecrets")
	}
	return nil
}

// checkToken checks where the token is looked for, and what is put before it.
func (p Password) checkToken() error {
	if p.TokenField != "" && p.TokenField != whole && (!isName(p.TokenField) || !dotted().MatchString(p.TokenField)) {
		return invalid("TokenField", "must be names with dots between them, such as data.token, or a dot for the whole answer")
	}
	if p.TokenHeader != "" && !httpToken().MatchString(p.TokenHeader) {
		return invalid("TokenHeader", "must be the name of a header")
	}
	if p.TokenHeader != "" && p.TokenField != "" {
		return invalid("TokenHeader", "must not be set together with TokenField")
	}
	if p.TokenType != "" && !httpToken().MatchString(p.TokenType) {
		return invalid("TokenType", "must be a word such as Bearer or Token")
	}
	return nil
}

// isName reports whether a field can have this name. It is sent as it is, and stands in errors and in the Account: it
// is printable, and has no blanks.
func isName(s string) bool {
	unfit := func(r rune) bool { return r == ' ' || !unicode.IsPrint(r) }
	return s != "" && len(s) <= maxName && utf8.ValidString(s) && !strings.ContainsFunc(s, unfit)
}

func invalid(field, why string) error {
	return &client.LoginError{Service: Service, Field: field, Kind: client.ErrInvalidInput, Message: why}
}
