// Package jwt reads when a JSON Web Token (RFC 7519) begins and ends.
package jwt

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"strings"
	"time"
)

// Times returns the claims iat and exp of a token. They are zero if they are missing or odd, or if it is no JWT. The
// token is not verified, so they are a hint: the service decides what its token is worth.
func Times(token string) (issued, expiry time.Time) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return time.Time{}, time.Time{}
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return time.Time{}, time.Time{}
	}
	var claims map[string]json.RawMessage // a struct's fields would be filled from Exp and EXP too
	if json.Unmarshal(payload, &claims) != nil {
		return time.Time{}, time.Time{}
	}
	return numericDate(claims["iat"]), numericDate(claims["exp"])
}

// numericDate reads seconds since the epoch, perhaps with a fraction (section 2). Anything else is the zero time.
func numericDate(raw json.RawMessage) time.Time {
	var seconds float64
	// A number after the year 2286 is in milliseconds, or nonsense.
	if json.Unmarshal(raw, &seconds) != nil || seconds <= 0 || seconds >= 1e10 {
		return time.Time{}
	}
	whole, fraction := math.Modf(seconds)
	return time.Unix(int64(whole), int64(fraction*1e9))
}
