package loginkit

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/latchkey-go/latchkey/client/internal/lazy"
)

const (
	maxText     = 500     // longest body of plain text that is taken for a message, in bytes
	maxPreamble = 1 << 14 // what is searched for the beginning of a page, in bytes
)

// IsHTML reports whether the body is a page. APIs answer none, but firewalls, proxies and websites do. The Content-Type
// tells nothing: Express and Flask call a line of text or JSON text/html.
func (a *Answer) IsHTML() bool {
	return page().Match(utf8Of(a.Body[:min(len(a.Body), maxPreamble)]))
}

// page matches the beginning of a page: blanks, comments and XML's declaration, and then an element that begins a page.
// Text with a tag in it, and XML, are none.
var page = lazy.Regexp(`(?is)^[\s\x00\x{feff}]*(?:(?:<!--.*?--!?>|<\?.*?\?>)\s*)*<(?:!doctype\s*html|(?:\w+:)?(?:html|head|body)|` +
	`title|meta|link|script|style|base|center|font|h[1-6]|div|table|iframe|noscript|p|form|section|main|header|nav|frameset|` +
	`br|hr|a|span|img)(?:[\s/>]|$)`)

// Object returns the body's JSON object, or nil if the body is none. Its numbers are of type [json.Number], so that
// long ones keep all their digits.
func (a *Answer) Object() map[string]any {
	object, _ := a.json.(map[string]any)
	return object
}

// Contains reports whether any string in the JSON body equals text. It finds a code whose place is not documented.
func (a *Answer) Contains(text string) bool { return contains(a.json, text) }

func contains(v any, text string) bool {
	switch v := v.(type) {
	case string:
		return v == text
	case []any:
		for _, element := range v {
			if contains(element, text) {
				return true
			}
		}
	case map[string]any:
		for _, field := range v {
			if contains(field, text) {
				return true
			}
		}
	}
	return false
}

// text returns a short body of plain text or XML. A page and a body that begins like JSON are none.
func (a *Answer) text() string {
	text := bytes.TrimSpace(utf8Of(a.Body))
	if a.isJSON || len(text) == 0 || len(text) > maxText || !utf8.Valid(text) || bytes.ContainsAny(text[:1], `{["`) || a.IsHTML() {
		return ""
	}
	return string(text)
}

// parse reads a body as JSON. excess reports that it has more than is read.
func parse(body []byte) (v any, ok, excess bool) {
	body, ok = lenient(body)
	if !ok {
		return nil, false, false // or a second value: it is not known which one counts
	}
	t := tree{rest: body}
	v = t.value()
	if t.excess {
		return nil, false, true
	}
	return v, true, false
}

// utf8Of returns a body without its byte-order mark, as UTF-8 if the mark says UTF-16: at most 1 MiB of it.
func utf8Of(body []byte) []byte {
	order := utf16Order(body)
	if order == nil {
		return bytes.TrimPrefix(body, []byte("\ufeff"))
	}
	text := make([]byte, 0, min(len(body)/2*3, maxResponse)) // two bytes become three at most
	for rest := body[2:]; len(rest) > 1 && len(text) < maxResponse-utf8.UTFMax; rest = rest[2:] {
		r := rune(order.Uint16(rest))
		if utf16.IsSurrogate(r) && len(rest) > 3 {
			if pair := utf16.DecodeRune(r, rune(order.Uint16(rest[2:]))); pair != utf8.RuneError {
				r, rest = pair, rest[2:]
			}
		}
		text = utf8.AppendRune(text, r)
	}
	return text
}

// utf16Order returns the order of the bytes in a body whose mark says UTF-16, or nil.
func utf16Order(body []byte) binary.ByteOrder {
	switch {
	case bytes.HasPrefix(body, []byte("\xff\xfe")):
		return binary.LittleEndian
	case bytes.HasPrefix(body, []byte("\xfe\xff")):
		return binary.BigEndian
	default:
		return nil
	}
}
