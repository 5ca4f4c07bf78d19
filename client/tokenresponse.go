package client

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/scrub"
)

// opaque makes a struct print as [redacted].
type opaque = scrub.Opaque

// TokenResponse is what a Login read from the service's answer, in the service's own terms. It prints as [redacted].
type TokenResponse struct {
	opaque

	Value string // Required. The token itself: ASCII that may stand in a header, without spaces
	Type  string // as the service spells it; "" and any spelling of "bearer" mean Bearer

	// When the token expires, as far as the service says so: as a time on the service's clock, as a lifetime, or
	// not at all. Where both are zero and Value is a JWT, its exp counts.
	ExpiresAt time.Time
	ExpiresIn time.Duration

	// When the answer came, by our clock (zero: now), and what the service's clock showed then (zero: a JWT's iat, or
	// else our clock's time). loginkit fills in both.
	Received    time.Time
	ServiceTime time.Time

	// What else the service answered, for Token.Extra. It is treated as secret.
	Extra map[string]string
}

// NewToken makes a Token of what is known about it.
//
// The error does not wrap one of this package's kinds and does not repeat the value.
func NewToken(r TokenResponse) (Token, error) {
	if r.Value == "" {
		return Token{}, errors.New("it holds no token")
	}
	if !headerSafe(r.Value) {
		return Token{}, errors.New("its token has characters that may not stand in a header")
	}
	typ := r.Type
	if typ == "" || strings.EqualFold(typ, "bearer") {
		typ = "Bearer"
	}
	if !headerSafe(typ) {
		return Token{}, errors.New("its token type has characters that may not stand in a header")
	}
	if r.Received.IsZero() {
		r.Received = time.Now()
	}
	token := Token{received: r.Received}
	if lifetime := r.lifetime(); lifetime > 0 {
		token.expiry = r.Received.Add(lifetime)
	}
	secrets := tokenSecrets{value: r.Value, typ: typ, extra: maps.Clone(r.Extra)}
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

// lifetime returns how long the token lives from its receipt on, measured on the service's own clock so that a wrong
// clock on either side does no harm. It is not more than zero if the service does not say, and if the token would have
// expired on arrival.
func (r TokenResponse) lifetime() time.Duration {
	if r.ExpiresIn > 0 {
		return r.ExpiresIn
	}
	claims := claimsOf(r.Value)
	expiry := r.ExpiresAt
	if expiry.IsZero() {
		expiry = claims.expiry
	}
	if expiry.IsZero() {
		return 0
	}
	for _, now := range []time.Time{r.ServiceTime, claims.issued, r.Received} {
		if !now.IsZero() {
			return expiry.Sub(now)
		}
	}
	return 0
}

// jwtClaims are the two claims that we read of a JWT; zero where it is no JWT or does not have them. They are
// never verified, only a hint: the service decides what its token is worth.
type jwtClaims struct{ issued, expiry time.Time }

func claimsOf(token string) jwtClaims {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return jwtClaims{}
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return jwtClaims{}
	}
	var claims struct {
		Iat, Exp json.RawMessage
	}
	if json.Unmarshal(payload, &claims) != nil {
		return jwtClaims{}
	}
	return jwtClaims{issued: numericDate(claims.Iat), expiry: numericDate(claims.Exp)}
}

// numericDate reads seconds since the epoch, perhaps with a fraction (RFC 7519, section 2). The zero time stands
// for anything else.
func numericDate(raw json.RawMessage) time.Time {
	var seconds float64
	// Year 2286: what is later is in milliseconds, or nonsense.
	if json.Unmarshal(raw, &seconds) != nil || seconds <= 0 || seconds >= 1e10 {
		return time.Time{}
	}
	whole, fraction := math.Modf(seconds)
	return time.Unix(int64(whole), int64(fraction*1e9))
}
