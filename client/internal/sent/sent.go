// Package sent knows the secrets that a request was sent with, so that what is told of its answer does not repeat them.
package sent

import (
	"net/http"
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
	added, sent := scrub.Traces(req.Context()), secretsOf(req)
	return func(text string) bool {
		if added != nil && added(text) {
			return true
		}
		for _, secret := range sent {
			if scrub.Holds(text, secret) {
				return true
			}
		}
		return false
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
	if _, password, ok := req.BasicAuth(); ok {
		add(password)
	}
	if req.URL == nil {
		return secrets
	}
	if password, ok := req.URL.User.Password(); ok {
		add(password)
	}
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
var secretName = lazy.Regexp(`(?i)auth|token|key|secret|passw|session|cookie|signature|^sig$`)

func between(r rune) bool { return strings.ContainsRune(" ;,=\"", r) }

// tokens matches what looks like a token, whoever has sent it: a JWT, what follows Bearer, and words that no language
// has.
var tokens = lazy.Regexp(`eyJ[\w-]{6,}\.[\w-]+(?:\.[\w-]*)*|(?i:\b(?:bearer|basic)\s+)[\w.~+/=-]{16,}|[\w+=~-]{41,}`)

// WithoutTokens returns a text with [redacted] in place of what looks like a token.
func WithoutTokens(text string) string { return tokens().ReplaceAllString(text, scrub.Redacted) }
