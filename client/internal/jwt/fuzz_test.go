package jwt_test

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/jwt"
)

// The claims of any payload are what encoding/json reads in an object: numbers of today under exactly their names.
func FuzzP6Claims(f *testing.F) {
	for payload := range payloads {
		f.Add(payload)
	}
	f.Add(`{"exp":1700003600,"Exp":1,"EXP":"never"}`)
	f.Add(`{"exp":1,"exp":1700003600,"iat":1e9,"iat":1.7e9}`)
	f.Fuzz(func(t *testing.T, payload string) {
		issued, expiry := jwt.Times("e30." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".c2ln")
		decoder := json.NewDecoder(strings.NewReader(payload))
		decoder.UseNumber()
		var claims map[string]any
		if !json.Valid([]byte(payload)) || decoder.Decode(&claims) != nil {
			claims = nil
		}
		for name, got := range map[string]time.Time{"iat": issued, "exp": expiry} {
			want := moment(claims[name])
			if got.IsZero() != want.IsZero() || got.Sub(want).Abs() > time.Millisecond {
				t.Errorf("%s of %s: %s; want %s", name, payload, got, want)
			}
		}
	})
}

// moment reads seconds since 1970, before the year 2286.
func moment(claim any) time.Time {
	number, _ := claim.(json.Number)
	seconds, err := strconv.ParseFloat(number.String(), 64)
	if err != nil || !(0 < seconds && seconds < 1e10) {
		return time.Time{}
	}
	return time.UnixMicro(int64(seconds * 1e6))
}
