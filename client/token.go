package client

import (
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/scrub"
)

// Token is what a login answered: a bearer token, when we got it and when it expires, and what else the service
// told. It is a small immutable value, to be passed around freely: however it is printed, logged or marshalled,
// it shows no secret, since the secret parts are within a function. Its zero value is no token.
type Token struct {
	received time.Time
	expiry   time.Time // zero: unknown
	secrets  func() tokenSecrets
}

type tokenSecrets struct {
	value string
	typ   string
	extra map[string]string
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

// Received returns when the token was received, on our clock: by this Client, or by the one that put it in the
// TokenStore.
func (t Token) Received() time.Time { return t.received }

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
		return t.Type() + " " + scrub.Redacted
	}
	return t.Type() + " " + scrub.Redacted + " until " + t.expiry.Format(time.RFC3339)
}

// Format prints String for every verb.
func (t Token) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, t.String()) }

// LogValue logs String.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalText marshals String, so that a token in a struct that is sent or stored as JSON stays secret.
func (t Token) MarshalText() ([]byte, error) { return []byte(t.String()), nil }
