package scrub_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"
	"unicode"

	"github.com/latchkey-go/latchkey/client/internal/scrub"
)

func TestText(t *testing.T) {
	const secret = `p&ss=w+%rd"\ ä`
	for _, tt := range []struct{ text, secret, want string }{
		{"Invalid email or password.", secret, "Invalid email or password."},
		{"you sent " + secret + "!", secret, "[redacted]"},
		{"a bad cat", "a", "[redacted]"},
		{"tabs\tand\nlines\r\n", secret, "tabs and lines"},
		{"\x1b[31mred\x00\u202e", secret, "red"},
		{"bad\xffutf8", secret, "badutf8"},
		{"", secret, ""},
		{"nothing to hide", "", "nothing to hide"},
		{strings.Repeat("x", 17<<10), secret, "[redacted]"},
		{strings.Repeat("x", 1000), "", strings.Repeat("x", 200) + "…"},
		{strings.Repeat("é", 201), "", strings.Repeat("é", 200) + "…"},
		{strings.Repeat("é", 200), "", strings.Repeat("é", 200)},
	} {
		if got := scrub.Text(tt.text, tt.secret); got != tt.want {
			t.Errorf("Text(%q) = %q; want %q", tt.text, got, tt.want)
		}
	}
}

// encodings are how a back end may repeat what it was sent.
var encodings = []struct {
	name   string
	encode func(string) string
}{
	{"as it is", func(s string) string { return s }},
	{"in capitals", strings.ToUpper},
	{"in small letters", strings.ToLower},
	{"without blanks", func(s string) string { return strings.Join(strings.Fields(s), "") }},
	{"base64", func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }},
	{"base64 of a URL", func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }},
	{"base64 of Basic", func(s string) string { return base64.StdEncoding.EncodeToString([]byte("me@corp.example:" + s)) }},
	{"base64 within more", func(s string) string { return base64.StdEncoding.EncodeToString([]byte("{" + s + "}")) }},
	{"hex", func(s string) string { return hex.EncodeToString([]byte(s)) }},
	{"hex in capitals", func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte("x" + s + "y"))) }},
	{"form", url.QueryEscape},
	{"path", url.PathEscape},
	{"every byte in percent", func(s string) string {
		var b strings.Builder
		for _, c := range []byte(s) {
			fmt.Fprintf(&b, "%%%02x", c)
		}
		return b.String()
	}},
	{"HTML", html.EscapeString},
	{"HTML by number", func(s string) string {
		var b strings.Builder
		for _, r := range s {
			fmt.Fprintf(&b, "&#x%x;", r)
		}
		return b.String()
	}},
	{"JSON", func(s string) string {
		text, _ := json.Marshal(s)
		return string(text)
	}},
	{"Go's literal", func(s string) string { return fmt.Sprintf("%+q", s) }},
}

func TestHoldsEachEncoding(t *testing.T) {
	for _, secret := range []string{
		"a", "no", "e", "dial", "password", "hunter2", `p&ss=w+%rd"\ ä`, "correct horse battery staple", "100%25 sure", `C:\new`, "key 🔑!",
		strings.Repeat("0123456789", 20),
	} {
		for _, outer := range encodings {
			for _, inner := range encodings {
				if foldsMeaning(outer.name, inner.name) {
					continue
				}
				echo := outer.encode(inner.encode(secret))
				if text := "You sent: " + echo + " ."; !scrub.Holds(text, secret) {
					t.Errorf("%s of %s of %q: %q is not found", outer.name, inner.name, secret, text)
				}
			}
		}
	}
}

// foldsMeaning reports whether another case makes another text of it.
func foldsMeaning(outer, inner string) bool {
	return (outer == "in capitals" || outer == "in small letters") && (strings.HasPrefix(inner, "base64") || inner == "Go's literal")
}

func TestHoldsHalfOfALongSecret(t *testing.T) {
	const secret = "correct horse battery staple"
	for text, want := range map[string]bool{
		"it begins with correct horse ":       true,
		"it ends in battery staple":           true,
		"correct battery":                     false,
		"Y29ycmVjdCBob3JzZSA is a half of it": true,
	} {
		if got := scrub.Holds(text, secret); got != want {
			t.Errorf("Holds(%q) = %t", text, got)
		}
	}
	if scrub.Holds("it begins with hunter2", "hunter2hunter3") {
		t.Error("half of a short secret is found")
	}
}

// What is no echo stays.
func TestHoldsNothingElse(t *testing.T) {
	for _, text := range []string{
		"Invalid email or password.", "These credentials do not match our records.", "HTTP 401", `{"error":"invalid_grant"}`,
		"Too many requests. Retry in 30 s.", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "deadbeef00112233", "%41 &amp; \\u0041",
	} {
		for _, secret := range []string{"hunter2", "%41x", "correct horse battery staple", "ä", "  ", "++"} {
			if scrub.Holds(text, secret) {
				t.Errorf("%q is found in %q", secret, text)
			}
		}
	}
}

// FuzzHolds encodes a secret by a chain of encodings.
func FuzzHolds(f *testing.F) {
	f.Add("hunter2", "before ", " after", uint8(4), uint8(8))
	f.Add(`p&ss=w+%rd"\ ä`, "", "", uint8(10), uint8(15))
	f.Add("hunter2", "key", "is wrong", uint8(8), uint8(0))
	f.Add(`0\X00`, "", "", uint8(16), uint8(0))
	f.Add(`\u0041é`, "", "", uint8(16), uint8(15))
	f.Fuzz(func(t *testing.T, secret, before, after string, outer, inner uint8) {
		if !strings.ContainsFunc(secret, shown) || len(secret) > 200 || len(before)+len(after) > 1000 {
			return
		}
		// What a text around it makes of it, such as %4 before 1, is nothing that a back end does.
		if foldsMeaning(encodings[int(outer)%len(encodings)].name, encodings[int(inner)%len(encodings)].name) {
			return
		}
		text := "<" + strings.Map(letters, before) +
			encodings[int(outer)%len(encodings)].encode(encodings[int(inner)%len(encodings)].encode(secret)) +
			strings.Map(letters, after) + ">"
		if !strings.EqualFold(strings.ToUpper(secret), strings.ToLower(secret)) || strings.ContainsFunc(secret, odd) {
			return // its case cannot be folded, or HTML has no such character
		}
		if !scrub.Holds(text, secret) {
			t.Errorf("%q is not found in %q", secret, text)
		}
	})
}

// shown reports whether a character is left in a line. A secret without one is told by no message.
func shown(r rune) bool { return r != '+' && unicode.IsPrint(r) && !unicode.IsSpace(r) }

func odd(r rune) bool { return r == '\ufffd' || unicode.IsControl(r) }

func letters(r rune) rune {
	if 'a' <= r && r <= 'z' || r == ' ' {
		return r
	}
	return -1
}

func BenchmarkHolds(b *testing.B) {
	for name, text := range map[string]string{
		"message":           "These credentials do not match our records.",
		"16 KiB":            strings.Repeat("These credentials do not match. ", 512),
		"16 KiB, base64":    strings.Repeat("abcdABCD", 2048),
		"16 KiB, percent":   strings.Repeat("%25", 5461),
		"16 KiB, backslash": strings.Repeat(`\\`, 8192),
		"16 KiB, amp":       strings.Repeat("&amp;", 3276),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				scrub.Holds(text, "correct horse battery staple")
			}
		})
	}
}
