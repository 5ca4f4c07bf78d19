package loginkit

import (
	"slices"

	"github.com/latchkey-go/latchkey/client/internal/scrub"
)

// traces reports whether a text holds any trace of a secret that was sent.
func (a Attempt) traces(text string) bool {
	return scrub.Holds(text, a.Secret) ||
		slices.ContainsFunc(a.MoreSecrets, func(secret string) bool { return scrub.Holds(text, secret) })
}

// line returns a text as one short printable line, or [redacted] in place of one with a trace of a secret.
func (a Attempt) line(text string) string {
	if a.traces(text) {
		return scrub.Redacted
	}
	return scrub.Text(text, "")
}
