package scrub

import (
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/latchkey-go/latchkey/client/internal/lazy"
)

const (
	maxText  = 16 << 10 // longest text that is looked through, in bytes
	maxDepth = 2        // base64 and hex within base64 and hex
	maxTurns = 4        // escapes within the secret's own escapes
	maxTexts = 64       // texts that come of undoing escapes within escapes

	minUnescaped = 4 // shortest secret without its own escapes that is looked for, in bytes

	longSecret = 16 // from here on half of a secret is a trace of it, in characters
)

// Holds reports whether a text holds any trace of the secret: the secret or, of a long one, half of it. Case and white
// space do not count. It may be escaped as in HTML, JSON, a literal of a programming language, a form or a URL, or be
// encoded in base64 or hex, also within a longer text, and each of these within others. A text of more than 16 KiB
// counts as one that does. No text holds an empty secret. The secret may be several, with a Separator between them:
// then any of them counts.
func Holds(text, secret string) bool { return Finder(secret)(text) }

// Finder returns what Holds says of many texts and one secret, of which it prepares once what to look for. It is safe
// for concurrent use by multiple goroutines.
func Finder(secret string) func(text string) bool {
	traces := sync.OnceValue(func() (all []trace) {
		for _, part := range parts(secret) {
			if part != "" {
				all = append(all, newTrace(part))
			}
		}
		return all
	})
	return func(text string) bool {
		if secret == "" || text == "" {
			return false
		}
		return len(text) > maxText || slices.ContainsFunc(traces(), func(t trace) bool { return t.in(text, maxDepth) })
	}
}

// trace is what to look for.
type trace struct {
	secret   string
	bare     []string // the secret and its halves, bare, and with their own escapes undone
	shortest int      // length of the shortest of them, in bytes; in capitals it may be up to a half less
}

func newTrace(secret string) trace {
	parts := []string{secret}
	if runes := []rune(secret); len(runes) >= longSecret {
		parts = append(parts, string(runes[:len(runes)/2]), string(runes[len(runes)/2:]))
	}
	return traceOf(secret, parts...)
}

// traceOf returns what to look for of a secret if these parts of it count.
func traceOf(secret string, parts ...string) trace {
	t := trace{secret: secret, shortest: len(secret)}
	for _, part := range parts {
		for turn, before := 0, ""; turn < maxTurns && part != before; turn++ {
			// What is left of a secret such as %41 is in any text.
			if b := bare(part); b != "" && (turn == 0 || len(b) >= minUnescaped) && !slices.Contains(t.bare, b) {
				t.bare, t.shortest = append(t.bare, b), min(t.shortest, len(b))
			}
			before, part = part, unescape(part)
		}
	}
	return t
}

// in reports whether a text holds one of them.
func (t trace) in(text string, depth int) bool {
	if t.outgrows(text) {
		return false
	}
	// Escapes may have been nested in any order, so each order is tried.
	texts := []string{text}
	for i := 0; i < len(texts); i++ {
		found := bare(texts[i])
		if strings.Contains(texts[i], t.secret) || slices.ContainsFunc(t.bare, func(part string) bool { return strings.Contains(found, part) }) {
			return true
		}
		if !escaped(texts[i]) {
			continue
		}
		for _, layer := range layers {
			if inner := layer(texts[i]); len(texts) < maxTexts && !slices.Contains(texts, inner) {
				texts = append(texts, inner)
			}
		}
	}
	if depth == 0 {
		return false
	}
	tried := map[string]bool{}
	for _, text := range texts {
		for _, word := range words().FindAllString(text, -1) {
			if tried[word] {
				continue
			}
			tried[word] = true
			if slices.ContainsFunc(decodings(word), func(decoded string) bool {
				return t.in(decoded, depth-1)
			}) {
				return true
			}
		}
	}
	return false
}

// outgrows reports whether a text is too short for each of them, however it is escaped.
func (t trace) outgrows(text string) bool { return 2*len(text) < t.shortest }

// bare returns a text in small letters, without what may stand between its characters or in place of a blank.
func bare(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '+' || unicode.IsSpace(r) || !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return -1
		}
		return unicode.ToLower(unicode.ToUpper(r))
	}, text)
}

var (
	words = lazy.Regexp(`[A-Za-z0-9+/_-]{2,}`) // what may be base64, or have hex in it
	hexes = lazy.Regexp(`[A-Fa-f0-9]{2,}`)
)

var alphabets = strings.NewReplacer("-", "+", "_", "/")

// decodings returns what a word may mean. It may be the end of a longer one, so it is read from each of the first
// places where a letter can begin.
func decodings(word string) (all []string) {
	for _, digits := range hexes().FindAllString(word, -1) {
		for i := range 2 {
			end := len(digits) - len(digits[i:])%2
			if b, err := hex.DecodeString(digits[i:end]); err == nil {
				all = append(all, string(b))
			}
		}
	}
	word = alphabets.Replace(word)
	for i := range min(4, len(word)) {
		end := len(word)
		if (end-i)%4 == 1 {
			end--
		}
		if b, err := base64.RawStdEncoding.DecodeString(word[i:end]); err == nil {
			all = append(all, string(b))
		}
	}
	return all
}
