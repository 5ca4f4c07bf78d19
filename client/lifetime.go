package client

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"net/http"
	"strings"
	"time"
)

// lifetime returns how long a token received now will live, measured on the service's own clock so that a wrong
// clock on either side does no harm. It is unknown if the service does not say, and if the token would have
// expired on arrival.
func lifetime(g Grant, received time.Time, header http.Header) (time.Duration, bool) {
	if g.ExpiresIn > 0 {
		return g.ExpiresIn, true
	}
	expiry := g.ExpiresAt
	claims := claimsOf(g.Value)
	if expiry.IsZero() {
		expiry = claims.expiry
	}
	if expiry.IsZero() {
		return 0, false
	}
	left := expiry.Sub(serviceTime(header, claims, received))
	return left, left > 0
}

// serviceTime returns what the service's clock showed when it answered: the response's Date, else when the JWT
// was issued, else our own time.
func serviceTime(header http.Header, claims jwtClaims, received time.Time) time.Time {
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		return date
	}
	if !claims.issued.IsZero() {
		return claims.issued
	}
	return received
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
