package loginkit

import (
	"context"
	"fmt"
	"regexp"
	"unicode/utf8"

	"github.com/latchkey-go/latchkey/client"
)

// Field states what a service's document says of one string that a login sends. Every Field is required. The
// zero value of a limit is no limit.
type Field struct {
	Name      string         // as the service's document spells it, such as "data.installationId"
	MinLength int            // characters, not bytes
	MaxLength int            // characters, not bytes
	Pattern   *regexp.Regexp // what the value must match
}

// Check returns nil if value may be sent. Otherwise it returns a *LoginError that wraps ErrInvalidInput and names
// service, field and limit, never the value.
func (f Field) Check(service, value string) error {
	var why string
	switch length := utf8.RuneCountInString(value); {
	case value == "":
		why = "is required"
	case !utf8.ValidString(value):
		why = "must be valid UTF-8: it would reach the service changed"
	case length < f.MinLength:
		why = fmt.Sprintf("must have at least %d characters", f.MinLength)
	case f.MaxLength > 0 && length > f.MaxLength:
		why = fmt.Sprintf("must have at most %d characters", f.MaxLength)
	case f.Pattern != nil && !f.Pattern.MatchString(value):
		why = "must match " + f.Pattern.String()
	default:
		return nil
	}
	return f.invalid(service, why)
}

// Ask returns what secret yields. A nil secret is a *LoginError that wraps ErrInvalidInput and names the field.
func (f Field) Ask(ctx context.Context, service string, secret client.Secret) (string, error) {
	if secret == nil {
		return "", f.invalid(service, "is required, and no Secret is set for it")
	}
	return secret(ctx)
}

func (f Field) invalid(service, why string) error {
	return &client.LoginError{Service: service, Field: f.Name, Kind: client.ErrInvalidInput, Message: why}
}
