package loginkit

import (
	"slices"
	"strings"
	"unicode"

	"github.com/latchkey-go/latchkey/client/internal/reply"
	"github.com/latchkey-go/latchkey/client/internal/scrub"
)

// maxTraced is how much of a body is looked through for a secret, in bytes: package scrub takes no more.
const maxTraced = 16 << 10

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

// without returns a text without the secrets. With whole, a word goes that may be the service's own, too.
func (a Attempt) without(text string, whole bool) string {
	for _, secret := range append([]string{a.Secret}, a.MoreSecrets...) {
		text = scrub.Without(text, secret, whole)
	}
	return text
}

// own returns the answer without the secrets in its body, unless that is JSON, whose texts words.without looks at: a
// secret may have the characters that make a text another one, such as JSON or a page.
func (a *Answer) own(whole bool) *Answer {
	if a.read.IsJSON || len(a.Body) > maxTraced || !a.attempt.traces(string(a.Body)) {
		return a
	}
	body := a.attempt.without(string(reply.UTF8Of(a.Body)), whole)
	own := *a
	own.Body = []byte(body)
	own.read = reply.Read(own.Body)
	if a.IsHTML() && !own.IsHTML() && !a.attempt.beginsWith("<") {
		return a // its markup has the secret in it by chance
	}
	return &own
}

// beginsWith reports whether one of the secrets does.
func (a Attempt) beginsWith(prefix string) bool {
	return slices.ContainsFunc(append(SplitSecrets(a.Secret), a.MoreSecrets...), func(secret string) bool {
		return strings.HasPrefix(strings.TrimSpace(secret), prefix)
	})
}

// without returns the words without the secrets.
func (w *words) without(a Attempt, whole bool) words {
	rest := reply.Words{Status: w.Status, Code: a.without(w.Code, whole)}
	if slices.Contains(ofOAuth, w.Code) {
		rest.Code = w.Code // no secret is that by chance
	}
	for _, text := range w.Texts {
		rest.Texts = append(rest.Texts, a.without(text, whole))
	}
	for _, c := range w.Causes {
		field := a.without(c.Field, whole)
		if c.Field != "" && field == "" {
			field = "_" // there is one, whatever its name is
		}
		rest.Causes = append(rest.Causes, reply.Cause{Field: field, Text: a.without(c.Text, whole)})
	}
	return words{rest}
}

// silent reports whether the words have no letter.
func (w *words) silent() bool {
	return !slices.ContainsFunc(w.said(), func(text string) bool { return strings.ContainsFunc(text, unicode.IsLetter) })
}
