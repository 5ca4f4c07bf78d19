// Package scrub finds a secret in texts that others wrote, and makes such texts fit for an error.
package scrub

import (
	"strings"
	"unicode"

	"github.com/latchkey-go/latchkey/client/internal/lazy"
)

const (
	// Redacted replaces a text with a secret in it.
	Redacted = "[redacted]"

	// maxMessage is the longest text of a service in an error, in characters.
	maxMessage = 200
)

// Text makes a service's text fit for an error: one short printable line, or Redacted in place of one that holds any
// trace of the secret. What stands around a secret may tell it, so nothing of such a text is left.
func Text(text, secret string) string {
	if Holds(text, secret) {
		return Redacted
	}
	return Line(text, maxMessage)
}

// colors matches what changes a terminal's colors.
var colors = lazy.Regexp(`\x1b\[[0-9;?]*[ -/]*[@-~]`)

// Line makes a text one printable line, whoever wrote it: its first characters, and … if there are more than longest.
func Line(text string, longest int) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r) || r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, withoutColors(text))
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > longest {
		text = string(runes[:longest]) + "…"
	}
	return text
}
