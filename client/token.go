package client

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/scrub"
)

// Token is the result of a login: a bearer token, its times, and what else the service answered. It is a small
// immutable value. It shows no secret, however it is printed, logged or marshalled. Its zero value is no token.
type Token struct {
	received time.Time
	expiry   time.Time // zero: unknown
	secrets  func() tokenSecrets
}

type tokenSecrets struct {
	line   string // type, space and value: a Client holds one text of its token. There is no type if there is a header
	start  int    // of the value
	header string // "": Authorization
	extra  map[string]string
}

// Value returns the token itself, or "" for the zero Token. Keep it secret.
func (t Token) Value() string {
	if t.secrets == nil {
		return ""
	}
	s := t.secrets()
	return s.line[s.start:]
}

// Header returns the header of a request that carries the token: Authorization and type and value, or another one and
// the value alone. Keep the value secret.
func (t Token) Header() (name, value string) {
	if t.secrets == nil {
		return "", ""
	}
	s := t.secrets()
	if s.header != "" {
		return s.header, s.line[s.start:]
	}
	return "Authorization", s.line
}

// Type returns the word before the value in an Authorization header: "Bearer", or what a back end of formlogin names.
// It is "" if the value goes alone into its header.
func (t Token) Type() string {
	if t.secrets == nil {
		return ""
	}
	s := t.secrets()
	return s.line[:s.start-1]
}

// Received returns when the service gave the token, by our clock: to this Client, or to the one that put it into the
// [TokenStore].
func (t Token) Received() time.Time { return t.received }

// Expiry returns when the token expires, by our clock: the time of receipt plus the lifetime, which was measured on the
// service's clock. If known is false, the token is used until it is rejected: the service named no expiry, or one that
// was over on arrival.
func (t Token) Expiry() (expiry time.Time, known bool) { return t.expiry, !t.expiry.IsZero() }

// Extra returns what else the service answered, by a name of the adapter's choice. The adapters have typed functions
// for it, such as bezala.UserID. Treat it as secret: becard's session ID is one.
func (t Token) Extra(name string) (value string, ok bool) {
	if t.secrets == nil {
		return "", false
	}
	value, ok = t.secrets().extra[name]
	return value, ok
}

// Equal reports whether both tokens have the same value.
func (t Token) Equal(other Token) bool { return t.Value() == other.Value() }

// String returns type and expiry, without the value. A type that is none of the usual ones may be anything, and is left
// out, too. The header of a value that goes alone is in its place.
func (t Token) String() string {
	if t.secrets == nil {
		return "no token"
	}
	text := scrub.Redacted
	switch header := t.secrets().header; {
	case header != "":
		text = header + " " + text
	case slices.Contains(usualTypes, strings.ToLower(t.Type())):
		text = t.Type() + " " + text
	}
	if !t.expiry.IsZero() {
		text += " until " + t.expiry.Format(time.RFC3339)
	}
	return text
}

var usualTypes = []string{"bearer", "token", "jwt", "basic", "mac", "dpop", "apikey"}

// Format prints String, whatever the verb.
func (t Token) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, t.String()) }

// LogValue returns String.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalText returns String, so that JSON shows no secret either.
func (t Token) MarshalText() ([]byte, error) { return []byte(t.String()), nil }
