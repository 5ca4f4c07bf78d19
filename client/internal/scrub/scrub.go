// Package scrub takes a secret out of texts that others wrote.
package scrub

import (
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
)

const (
	// Redacted replaces a secret.
	Redacted = "[redacted]"

	// maxMessage is the longest text of a service in an error, in characters.
	maxMessage = 200
)

// Text makes a service's text fit for an error: one short printable line without the secret, in whichever spelling a
// back end echoes it. Encodings that hide its characters, such as base64, are not recognized.
func Text(text, secret string) string {
	for _, spelling := range spellings(secret) {
		if !strings.Contains(text, spelling) {
			continue
		}
		if len(spelling) < 4 {
			// The text around so short a secret gives it away.
			return Redacted
		}
		text = strings.ReplaceAll(text, spelling, Redacted)
	}
	if echoes(text, secret) {
		return Redacted
	}
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r) || r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, text)
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > maxMessage {
		text = string(runes[:maxMessage]) + "…"
	}
	return text
}

// Holds reports whether a text holds the secret, in the spellings that Text recognizes.
func Holds(text, secret string) bool {
	for _, spelling := range spellings(secret) {
		if strings.Contains(text, spelling) {
			return true
		}
	}
	return echoes(text, secret)
}

// spellings returns the secret as it is, as in JSON, and as in a form or URL.
func spellings(secret string) []string {
	if secret == "" {
		return nil
	}
	quoted, err := json.Marshal(secret)
	if err != nil {
		quoted = []byte(`""`)
	}
	all := []string{secret}
	for _, spelling := range []string{
		string(quoted[1 : len(quoted)-1]),
		strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(secret),
		url.QueryEscape(secret),
		url.PathEscape(secret),
	} {
		if spelling != "" && spelling != secret {
			all = append(all, spelling)
		}
	}
	return all
}

// echoes reports whether a text holds the secret in a mixed spelling: without the white space around it, and with any
// of its characters escaped as in HTML, JSON, a literal of a programming language, a form or a URL.
func echoes(text, secret string) bool {
	secret = strings.TrimSpace(secret)
	if secret == "" {
		return false
	}
	for _, plain := range []func(string) string{
		func(s string) string { return s }, html.UnescapeString, unescapeBackslashes, unescapePercents,
	} {
		if text = plain(text); strings.Contains(text, secret) {
			return true
		}
	}
	return false
}

var (
	utf16Escapes = regexp.MustCompile(`(\\u[0-9a-fA-F]{4})+`)
	backslashes  = regexp.MustCompile(`\\(.)`)
	percents     = regexp.MustCompile(`%[0-9a-fA-F]{2}`)
)

func unescapeBackslashes(text string) string {
	text = utf16Escapes.ReplaceAllStringFunc(text, func(escapes string) string {
		var units []uint16
		for digits := range strings.SplitSeq(escapes[2:], `\u`) {
			unit, err := strconv.ParseUint(digits, 16, 16)
			if err != nil {
				return escapes
			}
			units = append(units, uint16(unit))
		}
		return string(utf16.Decode(units))
	})
	return backslashes.ReplaceAllString(text, "$1")
}

func unescapePercents(text string) string {
	return percents.ReplaceAllStringFunc(text, func(escape string) string {
		b, err := hex.DecodeString(escape[1:])
		if err != nil {
			return escape
		}
		return string(b)
	})
}
