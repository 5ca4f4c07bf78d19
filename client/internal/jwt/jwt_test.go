package jwt_test

import (
	"encoding/base64"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/jwt"
)

var none time.Time

// payloads are those of JWTs, with their iat and exp.
var payloads = map[string][2]time.Time{
	`{"iat":1700000000,"exp":1700003600}`:   {time.Unix(1700000000, 0), time.Unix(1700003600, 0)},
	`{"exp":1700003600.5}`:                  {none, time.Unix(1700003600, 5e8)},
	`{"iat":"1700000000","exp":null}`:       {none, none},
	`{"iat":-1,"exp":0}`:                    {none, none},
	`{"exp":1700003600000}`:                 {none, none},                     // milliseconds
	`{"iat":9999999999,"exp":10000000000}`:  {time.Unix(9999999999, 0), none}, // the end of the year 2286
	`{"exp":1e999}`:                         {none, none},
	`{"exp":[1700003600],"iat":1700000000}`: {time.Unix(1700000000, 0), none},
	`{"exp":1700003600,"Exp":null,"EXP":1}`: {none, time.Unix(1700003600, 0)},
	`[]`:                                    {none, none},
	`no JSON`:                               {none, none},
}

// others are no JWTs.
var others = []string{"", "opaque", "a.b", "a.!.c", "a.b.c.d"}

func TestTimes(t *testing.T) {
	for payload, want := range payloads {
		for _, encoding := range []*base64.Encoding{base64.RawURLEncoding, base64.URLEncoding} {
			issued, expiry := jwt.Times("e30." + encoding.EncodeToString([]byte(payload)) + ".signature")
			if !issued.Equal(want[0]) || !expiry.Equal(want[1]) {
				t.Errorf("%s: %s, %s; want %s, %s", payload, issued, expiry, want[0], want[1])
			}
		}
	}
	for _, other := range others {
		if issued, expiry := jwt.Times(other); !issued.IsZero() || !expiry.IsZero() {
			t.Errorf("%q: %s, %s; want none", other, issued, expiry)
		}
	}
}
