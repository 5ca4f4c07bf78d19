package formlogin

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

var (
	path = loginkit.Field{Name: "Path"}

	// A name is sent as it is, and stands in errors and in the Account.
	name      = regexp.MustCompile(`^[^\x00-\x20\x7f]{1,100}$`)
	fieldPath = regexp.MustCompile(`^[^\x00-\x20\x7f.]+(?:\.[^\x00-\x20\x7f.]+){0,9}$`)
	token     = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$") // of RFC 9110, section 5.6.2

	// isSecret matches names of fields whose values must not end in an error.
	isSecret = regexp.MustCompile(`(?i)passw|secret|token|assertion|credential|api_?key`)
)

// check checks all fields but the secrets.
func (p Password) check() error {
	if err := checkPath(p.Path); err != nil {
		return err
	}
	if err := username.Check(Service, p.Username); err != nil {
		return err
	}
	switch {
	case p.UsernameField != "" && (!name.MatchString(p.UsernameField) || p.UsernameField == password.Name):
		return invalid("UsernameField", "must be a name without blanks, other than password")
	case p.TokenField != "" && !fieldPath.MatchString(p.TokenField):
		return invalid("TokenField", "must be names with dots between them")
	case p.TokenHeader != "" && !token.MatchString(p.TokenHeader):
		return invalid("TokenHeader", "must be the name of a header")
	case p.TokenHeader != "" && p.TokenField != "":
		return invalid("TokenHeader", "must not be set together with TokenField")
	case p.TokenType != "" && !token.MatchString(p.TokenType):
		return invalid("TokenType", "must be a word such as Bearer or Token")
	}
	for _, field := range slices.Sorted(maps.Keys(p.Extra)) {
		switch {
		case isSecret.MatchString(field):
			return invalid("Extra", field+" sounds secret: it belongs into ExtraSecrets")
		case p.taken(field):
			return invalid("Extra", "must have names of other fields, without blanks")
		case p.ExtraSecrets[field] != nil:
			return invalid("Extra", field+" is in ExtraSecrets, too")
		}
		value := loginkit.Field{Name: field}
		if p.Extra[field] != "" {
			if err := value.Check(Service, p.Extra[field]); err != nil {
				return err
			}
		}
	}
	for _, field := range slices.Sorted(maps.Keys(p.ExtraSecrets)) {
		if p.taken(field) {
			return invalid("ExtraSecrets", "must have names of other fields, without blanks")
		}
		if p.ExtraSecrets[field] == nil {
			return invalid("ExtraSecrets", field+" has no Secret")
		}
	}
	return nil
}

// taken reports whether a field cannot be one of Extra.
func (p Password) taken(field string) bool {
	return !name.MatchString(field) || field == p.usernameField() || field == password.Name
}

// checkPath refuses a path that would leave the back end, or that would end in logs.
func checkPath(raw string) error {
	if raw == "" {
		return nil
	}
	u, err := url.Parse(raw)
	if err != nil || !strings.HasPrefix(raw, "/") || u.Host != "" || u.RawQuery != "" || strings.ContainsAny(raw, "?#") {
		return invalid(path.Name, "must be a path with a slash in front, without query or fragment")
	}
	for segment := range strings.SplitSeq(u.Path, "/") {
		if segment == "." || segment == ".." {
			return invalid(path.Name, "must not have . or .. in it")
		}
	}
	return path.Check(Service, raw)
}

// method returns the Account's Method.
func (p Password) method() string {
	method := "password"
	if p.Path != "" && p.Path != defaultPath {
		method += " at " + p.Path
	}
	if len(p.Extra) > 0 {
		fields := url.Values{}
		for field, value := range p.Extra {
			fields.Set(field, value)
		}
		method += " with " + fields.Encode()
	}
	switch {
	case p.TokenHeader != "":
		method += " for header " + p.TokenHeader
	case p.TokenField != "" && p.TokenField != "access_token":
		method += " for " + p.TokenField
	}
	return method
}

func invalid(field, why string) error {
	return &client.LoginError{Service: Service, Field: field, Kind: client.ErrInvalidInput, Message: why}
}
