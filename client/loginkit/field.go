package loginkit

import (
	"context"
	"fmt"
	"regexp"
	"unicode/utf8"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/internal/scrub"
)

// Field is what a service's document says about one string that a login sends. Every Field is required. A limit that is
// zero does not apply.
type Field struct {
	Name      string         // name in the service's document, such as "data.installationId"
	MinLength int            // shortest length, in characters
	MaxLength int            // longest length, in characters
	Pattern   *regexp.Regexp // pattern that the value must match
}

// Check returns nil if value may be sent. Otherwise it returns a [*client.LoginError] that wraps
// [client.ErrInvalidInput]. The error names service, field and limit, and never the value.
func (f Field) Check(service, value string) error {
	if value == "" {
		return f.invalid(service, "is required")
	}
	if !utf8.ValidString(value) {
		return f.invalid(service, "must be valid UTF-8: it would reach the service changed")
	}
	length := utf8.RuneCountInString(value)
	if length < f.MinLength {
		return f.invalid(service, fmt.Sprintf("must have at least %d characters", f.MinLength))
	}
	if f.MaxLength > 0 && length > f.MaxLength {
		return f.invalid(service, fmt.Sprintf("must have at most %d characters", f.MaxLength))
	}
	if f.Pattern != nil && !f.Pattern.MatchString(value) {
		return f.invalid(service, "must match "+f.Pattern.String())
	}
	return nil
}

// Ask calls secret and returns its results. If secret is nil, the error is a [*client.LoginError] that wraps
// [client.ErrInvalidInput] and names the field.
func (f Field) Ask(ctx context.Context, service string, secret client.Secret) (string, error) {
	if secret == nil {
		return "", f.invalid(service, "is required, and no Secret is set for it")
	}
	return secret(ctx)
}

func (f Field) invalid(service, why string) error {
	return &client.LoginError{
		Service: service, Field: f.Name, Kind: client.ErrInvalidInput, Message: why, Err: scrub.ErrOurs,
	}
}
