package scrub_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/latchkey-go/latchkey/client/internal/scrub"
)

// What a line leaves out may stand within a secret, which would be whole then.
func TestT6LineJoinsNoSecret(t *testing.T) {
	between := []string{
		"\x1b[31m", "\x1b[0m\x1b[1;31m", "\x1b[?25l", "\xff", "\xc3", "\ufffd", "\x00", "\r\n", "\t", " ", "\u00a0", "\u00ad", "\u200b", "\u202e",
		"\u2028", "\ufeff", "\x7f", "\x1b", "\x1b[31m\xff\x00", `\u001b[31m`, `\x1b[31m`, "&#27;[31m", "%1b[31m", `\x00`, `\ufffd`,
		"<b>", "</b>", "<wbr/>", "<!-- -->", `<i class="x">`, "&lt;b&gt;", `\u003cb\u003e`, "%3Cbr%3E",
	}
	for r := rune(0x80); r <= utf8.MaxRune; r += 37 {
		if scrub.Line("x"+string(r)+"y", 10) == "xy" && r < 0x40000 { // beyond that none has a meaning
			between = append(between, string(r))
		}
	}
	if len(between) < 1000 {
		t.Errorf("only %d texts: this test tells nothing", len(between))
	}
	for _, secret := range []string{"hunter2", "correct horse", "пароль"} {
		for _, b := range between {
			runes := strings.Split(secret, "")
			for name, echo := range map[string]string{
				"once":  strings.Join([]string{secret[:2], secret[2:]}, b),
				"twice": runes[0] + b + strings.Join(runes[1:len(runes)-1], "") + b + runes[len(runes)-1],
				"all":   strings.Join(runes, b),
			} {
				if !utf8.ValidString(secret[:2]) && name == "once" {
					continue
				}
				if text := scrub.Text("You sent "+echo+".", secret); text != scrub.Redacted {
					t.Errorf("%q %s in %q: %q", b, name, secret, text)
				}
			}
		}
	}
}

// Long base64 has lines, as Ruby's encode64 writes it.
func TestHoldsBase64InLines(t *testing.T) {
	const secret = "hunter2hunter"
	for before := range 60 {
		encoded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("u", before) + ":" + secret))
		for _, end := range []string{"\n", "\r\n", `\n`, `\r\n`, "%0A", "&#10;", "\n\t\t", "\r\n  ", " \n", `\n  `, "<br />", "<br>\n"} {
			var lines strings.Builder
			for i := range len(encoded) {
				if i > 0 && i%7 == 0 {
					lines.WriteString(end)
				}
				lines.WriteByte(encoded[i])
			}
			if !scrub.Holds("Authorization: Basic "+lines.String(), secret) {
				t.Errorf("not found after %d letters, in lines that end in %q", before, end)
			}
		}
	}
}

// No text has the secret in it after all, whatever stands within the secret or around it.
func FuzzT6Text(f *testing.F) {
	f.Add("hunter2", "You sent ", "\x1b[31m", "\x1b[0m.", uint8(3))
	f.Add("hunter2", "\x1b[3", "\x1b[31m1m", "\xff", uint8(1))
	f.Add("correct horse", `{"e":"`, "\r\n", `"}`, uint8(7))
	f.Add("пароль", "%1b", "\u200b\ufffd", "", uint8(4))
	f.Fuzz(func(t *testing.T, secret, before, between, after string, at uint8) {
		if !strings.ContainsFunc(secret, shown) || !utf8.ValidString(secret) || len(secret) > 200 || len(before)+len(between)+len(after) > 2000 {
			return
		}
		cut := int(at) % (len(secret) + 1)
		text := scrub.Text(before+secret[:cut]+between+secret[cut:]+after, secret)
		if text != scrub.Redacted && strings.Contains(text, secret) {
			t.Errorf("the secret %q is in %q", secret, text)
		}
	})
}
