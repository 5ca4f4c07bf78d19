package reply

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/latchkey-go/latchkey/client/internal/lazy"
)

const (
	// MaxText is the longest body of plain text that is taken for a message, in bytes.
	MaxText = 500

	// MaxBody is the longest body that is read, in bytes. Who calls Read sees to it.
	MaxBody = 1 << 20

	maxPreamble = 1 << 14 // what is searched for the beginning of a page, in bytes
)

// Body is the body of an answer.
type Body struct {
	JSON   any  // its numbers are of type [json.Number], so that long ones keep all their digits
	IsJSON bool // also if it is null
	Excess bool // it is more JSON than is read

	bytes []byte
}

// Read reads a body, whatever its Content-Type is: servers call JSON text/html, and pages JSON.
func Read(body []byte) Body {
	b := Body{bytes: body}
	b.JSON, b.IsJSON, b.Excess = parse(body)
	return b
}

// IsPage reports whether a body is a page. APIs answer none, but firewalls, proxies and websites do. The Content-Type
// tells nothing: Express and Flask call a line of text or JSON text/html.
func IsPage(body []byte) bool { return page().Match(UTF8Of(body[:min(len(body), maxPreamble)])) }

// page matches the beginning of a page: blanks, comments and XML's declaration, and then an element that begins a page.
// Text with a tag in it, and XML, are none.
var page = lazy.Regexp(`(?is)^[\s\x00\x{feff}]*(?:(?:<!--.*?--!?>|<\?.*?\?>)\s*)*<(?:!doctype\s*html|(?:\w+:)?(?:html|head|body)|` +
	`title|meta|link|script|style|base|center|font|h[1-6]|div|table|iframe|noscript|p|form|section|main|header|nav|frameset|` +
	`br|hr|a|span|img)(?:[\s/>]|$)`)

// Object returns the body's JSON object, or nil if the body is none.
func (b Body) Object() map[string]any {
	object, _ := b.JSON.(map[string]any)
	return object
}

// text returns a short body of plain text or XML. A page and a body that begins like JSON are none.
func (b Body) text() string {
	text := bytes.TrimSpace(UTF8Of(b.bytes))
	if b.IsJSON || len(text) == 0 || len(text) > MaxText || !utf8.Valid(text) || bytes.ContainsAny(text[:1], `{["`) || IsPage(b.bytes) {
		return ""
	}
	return string(text)
}

// parse reads a body as JSON. excess reports that it has more than is read.
func parse(body []byte) (v any, ok, excess bool) {
	body, ok = Lenient(body)
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

// UTF8Of returns a body without its byte-order mark, as UTF-8 if the mark says UTF-16: at most 1 MiB of it.
func UTF8Of(body []byte) []byte {
	order := utf16Order(body)
	if order == nil {
		return bytes.TrimPrefix(body, []byte("\ufeff"))
	}
	text := make([]byte, 0, min(len(body), MaxBody))
	for rest := body[2:]; len(rest) > 1 && len(text) <= MaxBody-utf8.UTFMax; rest = rest[2:] {
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
