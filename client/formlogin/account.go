package formlogin

import (
	"maps"
	"net/url"
	"slices"
)

// What the document says.
const (
	defaultPath     = "/auth/login"
	defaultUsername = "username"
	defaultPassword = "password"
	defaultToken    = "access_token"
)

// method returns the account's Method. It has everything in it that may lead to another token, but no secret. What
// comes after "with" has no blank in it, so that no two methods are written alike.
func (p Password) method() string {
	method := "password"
	if differs := p.differs().Encode(); differs != "" {
		method += " with " + differs
	}
	if p.Path != "" && p.Path != defaultPath {
		method += " at " + p.Path
	}
	return method
}

// differs returns what differs from the document, but for the path.
func (p Password) differs() url.Values {
	all := url.Values{}
	add := func(field, value, documented string) {
		if value != "" && value != documented {
			all.Set(field, value)
		}
	}
	add("UsernameField", p.UsernameField, defaultUsername)
	add("PasswordField", p.PasswordField, defaultPassword)
	add("TokenField", p.TokenField, defaultToken)
	add("TokenHeader", p.TokenHeader, "")
	add("TokenType", p.TokenType, "")
	for name, value := range p.Extra {
		all.Set("Extra."+name, value)
	}
	all["ExtraSecrets"] = names(p.ExtraSecrets) // without names it is not written
	for field, set := range map[string]bool{"JSON": p.JSON, "BasicAuth": p.BasicAuth} {
		if set {
			all.Set(field, "true")
		}
	}
	return all
}

// names returns the names of fields, in their order.
func names[V any](fields map[string]V) []string { return slices.Sorted(maps.Keys(fields)) }
