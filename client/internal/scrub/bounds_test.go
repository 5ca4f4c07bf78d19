package scrub_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client/internal/scrub"
)

// From sixteen characters on, half of a secret is a trace of it. What is longer than 16 KiB counts as one.
func TestHoldsFromWhichLengthOn(t *testing.T) {
	for _, tt := range []struct {
		text, secret string
		want         bool
	}{
		{"it begins with 01234567", "0123456789abcdef", true},
		{"it ends in 89abcdef", "0123456789abcdef", true},
		{"it begins with 0123456", "0123456789abcde", false},
		{"it begins with 01234567", "0123456789abcde", false},
		{strings.Repeat("x", 16<<10), "hunter2", false},
		{strings.Repeat("x", 16<<10+1), "hunter2", true},
	} {
		if got := scrub.Holds(tt.text, tt.secret); got != tt.want {
			t.Errorf("Holds(%.40q, %q) = %t", tt.text, tt.secret, got)
		}
	}
}

// A secret may look escaped: then a text that undoes its escapes has a trace of it, if enough is left.
func TestHoldsSecretWithoutItsOwnEscapes(t *testing.T) {
	for _, tt := range []struct {
		text, secret string
		want         bool
	}{
		{"you sent Abcd", "%41bcd", true},
		{"you sent Abc", "%41bc", false}, // so short a word may stand in any text
		{"you sent %41bc", "%41bc", true},
		{"you sent &lt;hunter2", "&amp;amp;lt;hunter2", true},
		{"you sent &hunter2", "&amp;amp;amp;hunter2", true},
		{"you sent &hunter2", "&amp;amp;amp;amp;hunter2", false}, // nobody escapes so often
	} {
		if got := scrub.Holds(tt.text, tt.secret); got != tt.want {
			t.Errorf("Holds(%q, %q) = %t", tt.text, tt.secret, got)
		}
	}
}

// A text may hold many words that could be encoded. They are looked into twice, and not without end.
func TestHoldsLooksIntoTwoEncodings(t *testing.T) {
	text := "hunter2hunter2"
	for depth, want := range []bool{true, true, true, false, false} {
		if got := scrub.Holds(text, "hunter2hunter2"); got != want {
			t.Errorf("base64 of base64, %d times: %t", depth, got)
		}
		text = base64.StdEncoding.EncodeToString([]byte(text))
	}
}

// Hex may stand behind other words in which each letter is a digit of hex, and behind half a digit.
func TestHoldsHexAmongMore(t *testing.T) {
	const echo = "68756e74657232"
	for _, text := range []string{echo, "id-face-" + echo, "face_beef_" + echo, "a" + echo, "ab" + echo + "c", "face/" + echo + "/beef"} {
		if !scrub.Holds("you sent "+text, "hunter2") {
			t.Errorf("it is not found in %s", text)
		}
	}
}
