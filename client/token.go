package client

import (
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"time"
)

// Token is what a login answered: a bearer token, when we got it and when it expires, and what else the service
// told. It is a small immutable value, to be passed around freely: however it is printed, logged or marshalled,
// it shows no secret, since the secret parts are within a function. Its zero value is no token.
type Token struct {
	issued  time.Time
	expiry  time.Time // zero: unknown
	secrets func() tokenSecrets
}

type tokenSecrets struct {
	value string
	typ   string
	extra map[string]string
}

// Grant is what a Login read from the service's answer, in the service's own terms. It prints as [redacted].
type Grant struct {
	opaque

	Value string // the token itself. Required: ASCII that may stand in a header, without spaces
	Type  string // as the service spells it; "" and any spelling of "bearer" mean Bearer

	// When the token expires, as far as the service says so: as a time on the service's clock, as a lifetime, or
	// not at all. Where both are zero and Value is a JWT, its exp counts.
	ExpiresAt time.Time
	ExpiresIn time.Duration

	// What else the service answered, for Token.Extra. It is treated as secret.
	Extra map[string]string
}

// NewToken makes a Token of what is known about it, as of now. A Login that reads its answer through Attempt uses
// Answer.Token instead, which knows the service's clock.
//
// The error does not wrap one of this package's kinds and does not repeat the value.
func NewToken(g Grant) (Token, error) { return newToken(g, time.Now(), nil) }

// newToken makes a Token received at the given time with the given header (nil if there was none).
func newToken(g Grant, received time.Time, header http.Header) (Token, error) {
	if g.Value == "" {
		return Token{}, fmt.Errorf("it holds no token")
	}
	if !headerSafe(g.Value) {
		return Token{}, fmt.Errorf("its token has characters that may not stand in a header")
	}
	typ := g.Type
	if typ == "" || strings.EqualFold(typ, "bearer") {
		typ = "Bearer"
	}
	if !headerSafe(typ) {
		return Token{}, fmt.Errorf("its token type has characters that may not stand in a header")
	}
	token := Token{issued: received}
	if lifetime, known := lifetime(g, received, header); known {
		token.expiry = received.Add(lifetime)
	}
	secrets := tokenSecrets{value: g.Value, typ: typ, extra: maps.Clone(g.Extra)}
	token.secrets = func() tokenSecrets { return secrets }
	return token, nil
}

// headerSafe reports whether s is printable ASCII without spaces.
func headerSafe(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return true
}

// Value returns the token itself; "" for the zero Token. Whoever calls it takes over the duty to keep it secret.
func (t Token) Value() string {
	if t.secrets == nil {
		return ""
	}
	return t.secrets().value
}

// Type returns what stands before the value in an Authorization header: "Bearer", unless a back end of formlogin names
// another type.
func (t Token) Type() string {
	if t.secrets == nil {
		return ""
	}
	return t.secrets().typ
}

// Issued returns when the token was received, on our clock: by this Client, or by the one that put it in the
// TokenStore.
func (t Token) Issued() time.Time { return t.issued }

// Expiry returns when the token expires, on our clock however wrong that is: the time of receipt plus the
// lifetime, which was measured on the service's clock. known is false if the service did not say, or if by its
// own clock the token had expired on arrival, which cannot be right; such a token is used until it is rejected.
func (t Token) Expiry() (expiry time.Time, known bool) { return t.expiry, !t.expiry.IsZero() }

// Extra returns what else the service answered under a name of the adapter's choice; the adapters have typed
// accessors, such as bezala.UserID. Treat it as secret: becard's session ID is among it.
func (t Token) Extra(name string) (value string, ok bool) {
	if t.secrets == nil {
		return "", false
	}
	value, ok = t.secrets().extra[name]
	return value, ok
}

// Equal reports whether both are the same token, by value.
func (t Token) Equal(other Token) bool { return t.Value() == other.Value() }

// String shows no secret.
func (t Token) String() string {
	if t.secrets == nil {
		return "no token"
	}
	if t.expiry.IsZero() {
		return t.Type() + " " + redacted
	}
	return t.Type() + " " + redacted + " until " + t.expiry.Format(time.RFC3339)
}

// Format prints String for every verb.
func (t Token) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, t.String()) }

// LogValue logs String.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalText marshals String, so that a token in a struct that is sent or stored as JSON stays secret.
func (t Token) MarshalText() ([]byte, error) { return []byte(t.String()), nil }
