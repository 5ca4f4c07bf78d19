package loginkit

import (
	"slices"
	"strings"
	"unicode"

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
	if a.isJSON || len(a.Body) > maxPreamble || !a.attempt.traces(string(a.Body)) {
		return a
	}
	body := a.attempt.without(string(utf8Of(a.Body)), whole)
	own := *a
	own.Body = []byte(body)
	own.json, own.isJSON, own.excess = parse(own.Body)
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
func (w words) without(a Attempt, whole bool) words {
	rest := words{status: w.status, code: a.without(w.code, whole)}
	if slices.Contains(ofOAuth, w.code) {
		rest.code = w.code // no secret is that by chance
	}
	for _, text := range w.texts {
		rest.texts = append(rest.texts, a.without(text, whole))
	}
	for _, c := range w.causes {
		field := a.without(c.field, whole)
		if c.field != "" && field == "" {
			field = "_" // there is one, whatever its name is
		}
		rest.causes = append(rest.causes, cause{field, a.without(c.text, whole)})
	}
	return rest
}

// silent reports whether the words have no letter.
func (w *words) silent() bool {
	return !slices.ContainsFunc(w.said(), func(text string) bool { return strings.ContainsFunc(text, unicode.IsLetter) })
}
