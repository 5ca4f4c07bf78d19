package reply_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client/internal/reply"
)

// What careless servers do to JSON costs no token. What is no JSON stays none.
func TestLenientJSON(t *testing.T) {
	for _, tt := range []struct {
		name, body, want string // want "": it is no JSON
	}{
		{"JSON", `{"a":1}`, `{"a":1}`},
		{"blanks and a mark", "\ufeff \x00{\"a\":1}\x00\n", `{"a":1}`},
		{"Angular's guard", ")]}'\n{\"a\":1}", `{"a":1}`},
		{"Angular's guard with a comma", ")]}',\n{\"a\":1}", `{"a":1}`},
		{"numbers that are none", `{"a":NaN,"b":-Infinity,"c":[Infinity]}`, `{"a":null,"b":null,"c":[null]}`},
		{"a word in a text", `{"a":"NaN, Infinity,]",}`, `{"a":"NaN, Infinity,]"}`},
		{"a comma at the end", `{"a":[1,2, ],}`, `{"a":[1,2]}`},
		{"a control character", "{\"a\":\"\x01\x1f\n\"}", `{"a":"\u0001\u001f\u000a"}`},
		{"a false escape", `{"a":"C:\Windows\users O\'Neil \u00e4 \n"}`, `{"a":"C:\\Windows\\users O'Neil \u00e4 \n"}`},
		{"all right escapes, and a false one", `{"a":"\"\\\/\b\f\n\r\t\x"}`, `{"a":"\"\\\/\b\f\n\r\t\\x"}`},
		{"a list", `[1,]`, `[1]`},
		{"a page", `<html>,]`, ""},
		{"a text", `NaN`, ""},
		{"half", `{"a":1`, ""},
		{"64 KiB", `{"a":"` + strings.Repeat("x", 64<<10-9) + `",}`, `{"a":"` + strings.Repeat("x", 64<<10-9) + `"}`},
		{"64 KiB and one", `{"a":"` + strings.Repeat("x", 64<<10-8) + `",}`, ""},
	} {
		got, ok := reply.Lenient([]byte(tt.body))
		if ok != (tt.want != "") || ok && string(got) != tt.want {
			t.Errorf("%s: %.60q, %v; want %.60q", tt.name, got, ok, tt.want)
		}
	}
}

// UTF-16 is told by its mark; what follows half a character is kept.
func TestUTF16(t *testing.T) {
	for body, want := range map[string]string{
		"\ufeffno": "no", "no": "no", "\xff\xfen\x00o\x00": "no", "\xfe\xff\x00n\x00o": "no", "\xff\xfen\x00o": "n",
		"\xff\xfe\x3d\xd8\x00\xde!\x00": "😀!", "\xff\xfe\x3d\xd8!\x00": "\ufffd!", "\xff\xfe\x3d\xd8": "\ufffd", "\xff\xfe\x3d\xd8!": "\ufffd", "\xff\xfe": "",
	} {
		if got := string(reply.UTF8Of([]byte(body))); got != want {
			t.Errorf("%q: %q; want %q", body, got, want)
		}
	}
	large := append([]byte("\xff\xfe"), bytes.Repeat([]byte("\x20\x20"), 1<<19)...) // of 3 bytes each
	if got := len(reply.UTF8Of(large)); got > reply.MaxBody || got < reply.MaxBody-10 {
		t.Errorf("%d bytes; want at most 1 MiB", got)
	}
	whole := append([]byte("\xff\xfe"), bytes.Repeat([]byte("\x3d\xd8\x00\xde"), 1<<18)...) // of 4 bytes each
	if got := len(reply.UTF8Of(whole)); got != reply.MaxBody {
		t.Errorf("%d bytes of 1 MiB", got)
	}
}

// A page is told by its body.
func TestPages(t *testing.T) {
	for body, want := range map[string]bool{
		"<!doctype html>": true, " \n<!-- a comment --><html>": true, "<?xml version=\"1.0\"?><html/>": true, "<br>": true,
		"<error/>": false, "text <br>": false, `{"a":"<html>"}`: false, "<pre>": false, "": false,
		strings.Repeat(" ", 16<<10-6) + "<html>": true, strings.Repeat(" ", 16<<10-4) + "<html>": false,
	} {
		if got := reply.IsPage([]byte(body)); got != want {
			t.Errorf("%.40q: %v; want %v", body, got, want)
		}
	}
}
