package client

import (
	"encoding/json"
	"net/url"
	"strings"
	"unicode"
)

const (
	redacted = "[redacted]"

	// maxMessage bounds a service's own words in an error, in characters.
	maxMessage = 200
)

// scrub makes a service's words fit for an error: one printable line, short, and without the secret that was
// sent, in any of the spellings a back end echoes it in.
func scrub(text, secret string) string {
	for _, spelling := range spellings(secret) {
		if !strings.Contains(text, spelling) {
			continue
		}
		if len(spelling) < 4 {
			// What is left around so short a word gives it away.
			return redacted
		}
		text = strings.ReplaceAll(text, spelling, redacted)
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
