package reply

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode"

	"github.com/latchkey-go/latchkey/client/internal/lazy"
)

// maxMended is the longest body that is mended, in bytes. Careless servers' answers are short, and it takes time.
const maxMended = 64 << 10

// Lenient returns a body that package json can read, if it is JSON but for what careless servers do: byte-order marks,
// Angular's guard against inclusion as a script, NaN and Infinity, a raw control character or a false escape in a text,
// and a comma after the last element. No token shall be lost over these. ok reports that it is JSON then.
func Lenient(body []byte) (mended []byte, ok bool) {
	body = bytes.TrimFunc(UTF8Of(body), isBlank)
	if rest, guarded := bytes.CutPrefix(body, []byte(`)]}'`)); guarded {
		body = bytes.TrimFunc(bytes.TrimPrefix(rest, []byte(",")), isBlank)
	}
	if json.Valid(body) {
		return body, true
	}
	if len(body) > maxMended || !bytes.HasPrefix(body, []byte("{")) && !bytes.HasPrefix(body, []byte("[")) {
		return body, false // a page or a text
	}
	mended = pieces().ReplaceAllFunc(body, func(piece []byte) []byte {
		switch piece[0] {
		case '"':
			return controls().ReplaceAllFunc(escapes().ReplaceAllFunc(piece, escape), control)
		case ',':
			return piece[len(piece)-1:]
		default:
			return []byte("null")
		}
	})
	return mended, json.Valid(mended)
}

// isBlank reports whether a character may stand around JSON.
func isBlank(r rune) bool { return unicode.IsSpace(r) || r == 0 || r == '\ufeff' }

var (
	// pieces matches texts, so that nothing in them is taken for anything else, and what is no JSON outside of them.
	pieces   = lazy.Regexp(`(?s)"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b|,\s*[}\]]`)
	escapes  = lazy.Regexp(`(?s)\\u[0-9a-fA-F]{4}|\\.`)
	controls = lazy.Regexp(`[\x00-\x1f]`)
)

// escape mends an escape that JSON does not know: C:\Users, O\'Neil.
func escape(sequence []byte) []byte {
	switch c := sequence[1]; {
	case c == '\'':
		return sequence[1:]
	case c == 'u' && len(sequence) == 2, !strings.ContainsRune(`"\/bfnrtu`, rune(c)):
		return append([]byte(`\`), sequence...)
	default:
		return sequence
	}
}

// control escapes a control character.
func control(c []byte) []byte {
	const digits = "0123456789abcdef"
	return []byte{'\\', 'u', '0', '0', digits[c[0]>>4], digits[c[0]&0xf]}
}
