package scrub

import (
	"encoding/hex"
	"html"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/latchkey-go/latchkey/client/internal/lazy"
)

// Escapes are read from the left, since the second of two backslashes begins none.
var (
	utf16Escapes = lazy.Regexp(`\\\\|(?:\\[uU][0-9a-fA-F]{4})+`)
	runeEscapes  = lazy.Regexp(`\\\\|\\u\{[0-9a-fA-F]{1,6}\}|\\U[0-9a-fA-F]{8}`)
	byteEscapes  = lazy.Regexp(`(?is)(?:\\x[0-9a-f]{2})+|\\.`)
	lineEnds     = lazy.Regexp(`[ \t]*[\r\n][ \t\r\n]*`)
	tags         = lazy.Regexp(`<[/!?A-Za-z][^<>]*>`)
	percents     = lazy.Regexp(`%[0-9a-fA-F]{2}`)
)

// backslash is one that is escaped.
const backslash = `\\`

// layers undo escapes: those of HTML, of JSON and programming languages, and of forms and URLs; and what Line leaves out,
// and the lines of a long base64, with what indents them, and tags.
var layers = []func(string) string{
	html.UnescapeString, unescapeUTF16, unescapeRunes, unescapeBackslashes, unescapePercents, withoutColors, withoutLines, withoutTags,
}

func withoutColors(text string) string { return colors().ReplaceAllString(text, "") }

func withoutLines(text string) string { return lineEnds().ReplaceAllString(text, "") }

func withoutTags(text string) string { return tags().ReplaceAllString(text, "") }

// escaped reports whether a text may have what one of the layers undoes.
func escaped(text string) bool { return strings.ContainsAny(text, "&\\%<\x1b\r\n") }

func unescape(text string) string {
	if !escaped(text) {
		return text
	}
	for _, layer := range layers {
		text = layer(text)
	}
	return text
}

func unescapeUTF16(text string) string {
	return utf16Escapes().ReplaceAllStringFunc(text, func(escapes string) string {
		if escapes == backslash {
			return escapes
		}
		var units []uint16
		for i := 0; i < len(escapes); i += len(`\u0000`) {
			unit, err := strconv.ParseUint(escapes[i+2:i+6], 16, 16)
			if err != nil {
				return escapes
			}
			units = append(units, uint16(unit))
		}
		return string(utf16.Decode(units))
	})
}

func unescapeRunes(text string) string {
	return runeEscapes().ReplaceAllStringFunc(text, func(escape string) string {
		if escape == backslash {
			return escape
		}
		r, err := strconv.ParseInt(strings.Trim(escape[2:], "{}"), 16, 32)
		if err != nil {
			return escape
		}
		return string(rune(r))
	})
}

func unescapeBackslashes(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	return byteEscapes().ReplaceAllStringFunc(text, func(escapes string) string {
		if b, err := hex.DecodeString(hexDigits.Replace(escapes)); err == nil {
			return string(b)
		}
		switch {
		case strings.ContainsAny(escapes[1:], "nr"):
			return "\n"
		case strings.ContainsAny(escapes[1:], "abftv0"):
			return " " // a control character
		}
		return escapes[1:]
	})
}

var hexDigits = strings.NewReplacer(`\x`, "", `\X`, "")

func unescapePercents(text string) string {
	return percents().ReplaceAllStringFunc(text, func(escape string) string {
		b, err := hex.DecodeString(escape[1:])
		if err != nil {
			return escape
		}
		return string(b)
	})
}
