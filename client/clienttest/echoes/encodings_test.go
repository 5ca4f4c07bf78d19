package echoes_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
	"unicode/utf16"
)

// encoding is how a server writes the secret that it repeats.
type encoding struct {
	name string
	of   func(string) string
}

var encodings = []encoding{
	{"as it is", plain},
	{"capitals", strings.ToUpper},
	{"spaced", func(s string) string { return strings.Join(strings.Split(s, ""), " ") }},
	{"base64", func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }},
	{"base64url", func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }},
	{"base64 behind others", func(s string) string { return base64.StdEncoding.EncodeToString([]byte("user:" + s)) }},
	{"hex", func(s string) string { return hex.EncodeToString([]byte(s)) }},
	{"form", url.QueryEscape},
	{"each byte in percents", func(s string) string { return each(s, "%%%02x") }},
	{"HTML", html.EscapeString},
	{"HTML by numbers", func(s string) string { return eachRune(s, "&#%d;") }},
	{"JSON", func(s string) string { return quoted(s)[1 : len(quoted(s))-1] }},
	{"JSON by numbers", inUTF16},
	{"HTML in a form in base64", func(s string) string {
		return base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(html.EscapeString(s))))
	}},
}

func plain(s string) string { return s }

func quoted(s string) string {
	b, _ := json.Marshal(s) // a text always can be
	return string(b)
}

// inUTF16 escapes each character as in JSON.
func inUTF16(s string) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, `\u%04x`, unit)
	}
	return b.String()
}

func each(s, format string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, format, s[i])
	}
	return b.String()
}

func eachRune(s, format string) string {
	var b strings.Builder
	for _, r := range s {
		fmt.Fprintf(&b, format, r)
	}
	return b.String()
}
