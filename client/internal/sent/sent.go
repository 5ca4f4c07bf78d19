// Package sent knows the secrets that a request was sent with, so that what is told of its answer does not repeat them.
package sent

import (
	"net/http"
	"slices"
	"strings"

	"github.com/latchkey-go/latchkey/client/internal/lazy"
	"github.com/latchkey-go/latchkey/client/internal/scrub"
)

// shortest is the length of a secret, in bytes: a shorter one is in many texts by chance.
const shortest = 8

// Traces returns what reports whether a text holds any trace of a secret that was sent: of the token that a Client
// has added, or of what the request shows.
func Traces(req *http.Request) func(text string) bool {
	if req == nil {
		return func(string) bool { return false }
	}
	finds := []func(text string) bool{}
	if added := scrub.Traces(req.Context()); added != nil {
		finds = append(finds, added)
	}
	for _, secret := range secretsOf(req) {
		finds = append(finds, scrub.Finder(secret))
	}
	return func(text string) bool {
		return slices.ContainsFunc(finds, func(in func(string) bool) bool { return in(text) })
	}
}

// secretsOf returns the secrets in a request's header and URL.
func secretsOf(req *http.Request) (secrets []string) {
	add := func(secret string) {
		if len(secret) >= shortest {
			secrets = append(secrets, secret)
		}
	}
	for name, values := range req.Header {
		if !secretName().MatchString(name) || strings.EqualFold(name, "Idempotency-Key") {
			continue
		}
		for _, value := range values {
			add(value)
			for _, part := range strings.FieldsFunc(value, between) { // without the type of a token, and the names of cookies
				add(part)
			}
		}
	}
	basic := func(user, password string) {
		add(password)
		if len(password) < shortest { // then the name is the key, as at Stripe
			add(user)
		}
	}
	if user, password, ok := req.BasicAuth(); ok {
		basic(user, password)
	}
	if req.URL == nil {
		return secrets
	}
	password, _ := req.URL.User.Password()
	basic(req.URL.User.Username(), password)
	for name, values := range req.URL.Query() {
		if secretName().MatchString(name) {
			for _, value := range values {
				add(value)
			}
		}
	}
	return secrets
}

// secretName matches names of headers and parameters that carry secrets.
var secretName = lazy.Regexp(
	`(?i)auth|token|key|secret|passw|pwd|session|cookie|signature|jwt|assertion|credential|^(?:otp|pass|sid|sig)$`,
)

func between(r rune) bool { return strings.ContainsRune(" ;,=\"", r) }

// A token by its form is a JWT, and what follows Bearer. What looks like one is also a word that no language has.
const byForm = `eyJ[\w-]{6,}\.[\w-]+(?:\.[\w-]*)*|(?i:\b(?:bearer|basic)\s+)[\w.~+/=-]{16,}`

var (
	tokens = lazy.Regexp(byForm + `|[\w+=~-]{41,}`)
	forms  = lazy.Regexp(byForm)
)

// Line returns one printable line, cut after longest characters, with [redacted] in place of what looks like a token,
// whoever has sent it. A token is found before anything is cut off: a part of it does not look like one.
func Line(text string, longest int) string {
	return scrub.Line(WithoutTokens(text), longest)
}

// WithoutTokens returns one printable line with [redacted] in place of what looks like a token.
func WithoutTokens(text string) string {
	return tokens().ReplaceAllString(scrub.Line(text, len(text)), scrub.Redacted)
}

// HoldsToken reports whether a text holds a token by its form.
func HoldsToken(text string) bool { return forms().MatchString(scrub.Line(text, len(text))) }
