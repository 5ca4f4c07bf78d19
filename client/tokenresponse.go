package client

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/expiry"
	"github.com/latchkey-go/latchkey/client/internal/jwt"
	"github.com/latchkey-go/latchkey/client/internal/record"
	"github.com/latchkey-go/latchkey/client/internal/scrub"
	"github.com/latchkey-go/latchkey/client/internal/wire"
)

// opaque makes a struct print as [redacted].
type opaque = scrub.Opaque

// TokenResponse is what a [Login] has read from the service's answer. It prints as "[redacted]".
type TokenResponse struct {
	opaque

	Value  string // required: ASCII without spaces, with Type at most 16 KiB
	Type   string // the service's spelling; "" and any spelling of "bearer" mean Bearer
	Header string // the header of requests that takes Value alone, such as Cookie; "": Authorization takes Type and Value

	ExpiresAt time.Time     // end, by the service's clock; may be zero
	ExpiresIn time.Duration // lifetime; if both are zero and Value is a JWT, its exp counts

	Received    time.Time // time of the answer by our clock; zero: now
	ServiceTime time.Time // the same moment by the service's clock, which may be a late one; zero: unknown

	// What else the service answered, for [Token.Extra]. Invalid UTF-8 in it is replaced, and a value over 4 KiB is left
	// out.
	Extra map[string]string
}

const maxToken = 16 << 10 // longest type and value, in bytes: servers take no longer headers

// NewToken returns the Token of a response. The error wraps none of this package's kinds and holds no secret.
func NewToken(r TokenResponse) (Token, error) {
	if r.Value == "" {
		return Token{}, errors.New("it holds no token")
	}
	if !wire.HeaderSafe(r.Value) {
		return Token{}, errors.New("its token has characters that may not stand in a header")
	}
	typ := strings.TrimSpace(r.Type)
	if typ == "" || strings.EqualFold(typ, "bearer") {
		typ = "Bearer"
	}
	if !wire.HeaderSafe(typ) {
		return Token{}, errors.New("its token type has characters that may not stand in a header")
	}
	if len(typ)+len(r.Value) > maxToken {
		return Token{}, errors.New("its token is longer than 16 KiB")
	}
	if r.Header != "" && !wire.TakesToken(r.Header) {
		return Token{}, errors.New("its header carries no token: it is no header's name, or net/http sets that header itself")
	}
	if r.Received.IsZero() {
		r.Received = time.Now()
	}
	if r.Header != "" {
		typ = ""
	}
	token := Token{received: r.Received}
	if lifetime := r.lifetime(); lifetime > 0 {
		token.expiry = r.Received.Add(lifetime)
	}
	secrets := tokenSecrets{
		line: typ + " " + r.Value, start: len(typ) + 1,
		header: http.CanonicalHeaderKey(r.Header), extra: record.Extra(r.Extra),
	}
	token.secrets = func() tokenSecrets { return secrets }
	return token, nil
}

// lifetime returns how long the token lives after its receipt. It is zero or less if the service names no expiry, or
// one that was over on arrival.
func (r TokenResponse) lifetime() time.Duration {
	if r.ExpiresIn > 0 {
		return r.ExpiresIn
	}
	issued, end := jwt.Times(r.Value)
	if !r.ExpiresAt.IsZero() {
		end = r.ExpiresAt
	}
	if end.IsZero() {
		return 0
	}
	return expiry.Life(end, issued, r.ServiceTime, r.Received)
}
