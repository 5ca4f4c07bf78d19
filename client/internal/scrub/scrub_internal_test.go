package scrub

import (
	"strings"
	"testing"
)

func TestText(t *testing.T) {
	const secret = `p&ss=w+%rd"\ ä`
	for _, tt := range []struct{ text, secret, want string }{
		{"Invalid email or password.", secret, "Invalid email or password."},
		{"you sent " + secret + "!", secret, "you sent [redacted]!"},
		{`{"input":"p&ss=w+%rd\"\\ ä"}`, secret, `{"input":"[redacted]"}`},
		{`{"input":"p\u0026ss=w+%rd\"\\ ä"}`, secret, `{"input":"[redacted]"}`},
		{"password=p%26ss%3Dw%2B%25rd%22%5C+%C3%A4", secret, "password=[redacted]"},
		{"a bad cat", "a", "[redacted]"},
		{"tabs\tand\nlines\r\n", secret, "tabs and lines"},
		{"\x1b[31mred\x00\u202e", secret, "[31mred"},
		{"bad\xffutf8", secret, "badutf8"},
		{"", secret, ""},
		{"nothing to hide", "", "nothing to hide"},
	} {
		if got := Text(tt.text, tt.secret); got != tt.want {
			t.Errorf("Text(%q) = %q; want %q", tt.text, got, tt.want)
		}
	}
	long := Text(strings.Repeat("x", 1000), "")
	if n := len([]rune(long)); n != maxMessage+1 {
		t.Errorf("a long text has %d characters after Text; want %d and an ellipsis", n, maxMessage)
	}
}
