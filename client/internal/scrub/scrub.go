// Package scrub keeps a secret out of texts that others wrote.
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
	// Redacted stands where a secret stood.
	Redacted = "[redacted]"

	// maxMessage bounds a service's own words in an error, in characters.
	maxMessage = 200
)

// Text makes a service's words fit for an error: one printable line, short, and without the secret that was
// sent, in any of the spellings a back end echoes it in.
func Text(text, secret string) string {
	for _, spelling := range spellings(secret) {
		if !strings.Contains(text, spelling) {
			continue
		}
		if len(spelling) < 4 {
			// What is left around so short a word gives it away.
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

// Holds reports whether a text holds the secret in one of its spellings.
func Holds(text, secret string) bool {
	for _, spelling := range spellings(secret) {
		if strings.Contains(text, spelling) {
			return true
		}
	}
	return echoes(text, secret)
}

// spellings returns a secret as it is, in JSON, and in a form or URL.
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

// echoes reports whether a text holds the secret in a spelling that cannot be foreseen: with white space around it cut
// off, and some of its characters escaped as in HTML, JSON, a program's literal, a form or a URL, or in several of them.
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
