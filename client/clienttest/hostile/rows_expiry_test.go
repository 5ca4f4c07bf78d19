package hostile_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/client/clienttest/internal/services"
)

// unknown is the life of a token whose expiry is unknown.
const unknown = -1

// in2001 is the life of a token that ends a billion seconds after 1970.
const in2001 = (1e9 - 946684800) * time.Second

// expiryRows are good tokens whose end is past, absurd, or of an odd type. Whatever it is, the next call makes no
// login. Pipes have a fake clock, which begins with the year 2000: 946684800. A field that a service does not read
// tells nothing.
func expiryRows() (all []row) {
	add := func(name, header string, body func(service) string, token string, life time.Duration, field string) {
		r := row{name: name, slow: true, each: true, at: map[string]*want{}, answer: func(s service) script {
			text := fmt.Sprintf("HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s", header, len(body(s)), body(s))
			return func(p *peer) { p.send(text) }
		}}
		for _, s := range services.All() {
			w := want{token: token, life: life}
			if field != "" && field != s.Expiry {
				w.life = unknown
			}
			r.at[s.Name] = &w
		}
		all = append(all, r)
	}
	for value, life := range map[string]time.Duration{
		`"2000-01-01T01:00:00Z"`: time.Hour, `"2000-01-01T02:00:00+01:00"`: time.Hour, `1000000000`: in2001, `"1000000000"`: in2001, `1000000000000`: in2001, `1.0e9`: in2001, `946688400`: unknown, `"Sat, 01 Jan 2000 01:00:00 GMT"`: time.Hour,
		`"1999-12-31T23:59:59Z"`: unknown, `"1970-01-01T00:00:00Z"`: unknown, `"0001-01-01T00:00:00Z"`: unknown, `"-0001-01-01T00:00:00Z"`: unknown, `0`: unknown, `-1`: unknown, `1`: unknown, `1e999`: unknown,
		`"never"`: unknown, `""`: unknown, `null`: unknown, `true`: unknown, `[]`: unknown, `{"date":"2000-01-01 01:00:00.000000"}`: unknown, `"2000-01-01 01:00:00"`: unknown, `"2000-13-45T99:99:99Z"`: unknown,
		`"10000-01-01T00:00:00Z"`: unknown, `9223372036854775807`: unknown, `"` + strings.Repeat("9", 10_000) + `"`: unknown, `"9999-12-31T23:59:59Z"`: forEver, `"2000-01-01T00:00:01Z"`: time.Second,
	} {
		add("expires_at "+short(value), "", func(s service) string { return s.gives(goodToken, `"expires_at":`+value) }, goodToken, life, "expires_at")
	}
	for value, life := range map[string]time.Duration{
		`3600`: time.Hour, `"3600"`: time.Hour, `3600.5`: 3600500 * time.Millisecond, `3.6e3`: time.Hour, `" 3600 "`: time.Hour, `0.5`: time.Second / 2, `1e-9`: 1, `3153600000`: 100 * 365 * 24 * time.Hour,
		`0`: unknown, `-1`: unknown, `-1e99`: unknown, `1e99`: unknown, `1e999`: unknown, `"1e99"`: unknown, `"NaN"`: unknown, `"Infinity"`: unknown, `null`: unknown, `true`: unknown, `[3600]`: unknown, `{}`: unknown, `""`: unknown,
		`"1h"`: unknown, `"0x10"`: unknown, `"1_000"`: unknown, `9223372036854775807`: unknown, strings.Repeat("9", 10_000): unknown, `1e-999`: unknown,
	} {
		add("expires_in "+short(value), "", func(s service) string { return s.gives(goodToken, `"expires_in":`+value) }, goodToken, life, "expires_in")
	}
	jwt := func(name, header, payload string, life time.Duration) {
		token := "eyJhbGciOiJub25lIn0." + payload + ".c2ln"
		add("a JWT with "+name, header, func(s service) string { return s.gives(token) }, token, life, "")
	}
	encode := func(claims string) string { return base64.RawURLEncoding.EncodeToString([]byte(claims)) }
	for claims, life := range map[string]time.Duration{
		`{"exp":946688400}`: time.Hour, `{"iat":946684800,"exp":946688400}`: time.Hour, `{"exp":946688400.5}`: 3600500 * time.Millisecond, `{"EXP":946688400}`: unknown, `{"exp":1,"exp":946688400}`: time.Hour,
		`{"iat":946684800,"nbf":99999999999,"exp":946688400}`: time.Hour, `{"iat":"now","exp":946688400}`: time.Hour, `{"iat":null,"exp":946688400}`: time.Hour, `{"iat":1e999,"exp":946688400}`: time.Hour,
		`{"iat":946681200,"exp":946688400}`: 2 * time.Hour, `{"iat":946688500,"exp":946688400}`: unknown, `{"iat":946684800,"exp":946684800}`: unknown, `{"exp":9999999999}`: (9999999999 - 946684800) * time.Second,
		`{"exp":"946688400"}`: unknown, `{"exp":null}`: unknown, `{"exp":true}`: unknown, `{"exp":[946688400]}`: unknown, `{"exp":{}}`: unknown, `{"exp":"soon"}`: unknown, `{"exp":-1}`: unknown, `{"exp":0}`: unknown, `{"exp":1}`: unknown,
		`{"exp":946684799}`: unknown, `{"exp":1e999}`: unknown, `{"exp":1e99}`: unknown, `{"exp":946688400000}`: unknown, `{"exp":253402300799}`: unknown, `{"exp":9223372036854775807}`: unknown, `{"exp":` + strings.Repeat("9", 5000) + `}`: unknown,
		`{}`: unknown, `[]`: unknown, `null`: unknown, `"exp"`: unknown, `7`: unknown, `{"claims":{"exp":946688400}}`: unknown, `{"exp":946688400`: unknown, `{"exp":946688400}}`: unknown, "{\"exp\":946688400,\"a\":\"\xff\"}": time.Hour,
		`{"a":` + strings.Repeat("[", 2000) + strings.Repeat("]", 2000) + `,"exp":946688400}`: time.Hour,
	} {
		jwt(short(claims), "", encode(claims), life)
	}
	jwt("bytes for claims", "", "_____w", unknown)
	jwt("no base64", "", "!!!!", unknown)
	jwt("padded base64", "", base64.URLEncoding.EncodeToString([]byte(`{"exp":946688400}`)), time.Hour)
	jwt("no claims", "", "", unknown)
	jwt("4 parts", "", encode(`{"exp":946688400}`)+".x", unknown)
	jwt("5 parts", "", encode(`{"exp":946688400}`)+".x.y", unknown)
	// The life is that by the service's own clock.
	for date, life := range map[string]time.Duration{
		"Sat, 01 Jan 2000 00:00:00 GMT": time.Hour, "Fri, 31 Dec 1999 23:00:00 GMT": 2 * time.Hour, "Sat, 01 Jan 2000 00:30:00 GMT": time.Hour / 2, "Sat, 01 Jan 2000 02:00:00 GMT": unknown, "Fri, 31 Dec 9999 23:59:59 GMT": unknown,
		"Thu, 01 Jan 1970 00:00:00 GMT": 946688400 * time.Second, "yesterday": time.Hour, "": time.Hour, "946684800": time.Hour, "Sat, 01 Jan 2000 00:00:00 GMT\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT": time.Hour,
		"Saturday, 01-Jan-00 00:30:00 GMT": time.Hour / 2, "Sat Jan  1 00:30:00 2000": time.Hour / 2, strings.Repeat("x", 10_000): time.Hour,
	} {
		jwt("an exp in an hour, and the Date "+short(date), "Date: "+date+"\r\n", encode(`{"exp":946688400}`), life)
	}
	jwt("an iat of a clock that is a year ahead", "Date: Sun, 31 Dec 2000 00:00:00 GMT\r\n", encode(`{"iat":978220800,"exp":978224400}`), time.Hour)
	jwt("an iat of a clock that is years behind", "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n", encode(`{"iat":1,"exp":3600}`), 3599*time.Second)
	return all
}

// forEver is a life that is longer than a time.Duration can be.
const forEver = 1<<63 - 1

func short(text string) string { return fmt.Sprintf("%.70q", text) }
