package scrub

import (
	"encoding/hex"
	"html"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/latchkey-go/latchkey/client/internal/lazy"
)

var (
	utf16Escapes = lazy.Regexp(`(?:\\[uU][0-9a-fA-F]{4})+`)
	runeEscapes  = lazy.Regexp(`\\u\{[0-9a-fA-F]{1,6}\}|\\U[0-9a-fA-F]{8}`)
	hexEscapes   = lazy.Regexp(`(?i)(?:\\x[0-9a-f]{2})+`)
	backslashes  = lazy.Regexp(`(?s)\\(.)`)
	percents     = lazy.Regexp(`%[0-9a-fA-F]{2}`)
)

// layers undo escapes: those of HTML, of JSON and programming languages, and of forms and URLs.
var layers = []func(string) string{html.UnescapeString, unescapeUTF16, unescapeRunes, unescapeBackslashes, unescapePercents}

func unescape(text string) string {
	for _, layer := range layers {
		text = layer(text)
	}
	return text
}

func unescapeUTF16(text string) string {
	return utf16Escapes().ReplaceAllStringFunc(text, func(escapes string) string {
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
	text = hexEscapes().ReplaceAllStringFunc(text, func(escapes string) string {
		b, err := hex.DecodeString(strings.NewReplacer(`\x`, "", `\X`, "").Replace(escapes))
		if err != nil {
			return escapes
		}
		return string(b)
	})
	return backslashes().ReplaceAllStringFunc(text, func(escape string) string {
		if strings.ContainsAny(escape[1:], "abfnrtv0") {
			return " " // a control character
		}
		return escape[1:]
	})
}

func unescapePercents(text string) string {
	return percents().ReplaceAllStringFunc(text, func(escape string) string {
		b, err := hex.DecodeString(escape[1:])
		if err != nil {
			return escape
		}
		return string(b)
	})
}
