package secrets

import (
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/latchkey-go/latchkey/client/internal/scrub"
	"github.com/latchkey-go/latchkey/client/internal/sent"
)

// beginning is a Writer that keeps what is written first, and fails after that: so it ends a program that prints
// without end.
type beginning struct{ read []byte }

// Write implements [io.Writer].
func (b *beginning) Write(p []byte) (int, error) {
	n := min(len(p), maxRead+1-len(b.read))
	b.read = append(b.read, p[:n]...)
	if n < len(p) {
		return n, io.ErrShortWrite
	}
	return n, nil
}

const (
	maxKept  = 4 << 10 // what is kept of a program's errors, in bytes
	maxLine  = 200     // what is shown of them, in characters
	maxWords = 16      // how many words of its output are looked for in them
	minWord  = 4       // shortest of these words, in bytes
	maxWord  = 1 << 10 // what is looked for of a long one
)

// ending is a Writer that keeps what is written last.
type ending struct{ kept []byte }

// Write implements [io.Writer].
func (e *ending) Write(p []byte) (int, error) {
	e.kept = append(e.kept, p[max(0, len(p)-maxKept):]...)
	e.kept = e.kept[max(0, len(e.kept)-maxKept):]
	return len(p), nil
}

// line returns what was written as the end of an error: one short printable line without what looks like a token. If it
// holds any trace of the program's output, which may be the secret, nothing of it is left.
func (e *ending) line(output []byte) string {
	text := string(e.kept)
	if first := strings.IndexFunc(text, unicode.IsSpace); len(text) == maxKept && first >= 0 {
		text = text[first:] // only a part of that word was kept
	}
	for _, word := range words(output) {
		if scrub.Holds(text, word) {
			return ": " + scrub.Redacted
		}
	}
	line := []rune(sent.WithoutTokens(text))
	if len(line) > maxLine {
		line = append([]rune("…"), line[len(line)-maxLine:]...)
	}
	if len(line) == 0 {
		return ""
	}
	return ": " + string(line)
}

// words returns the output and its longest words: the secret is one of them, or is made of them.
func words(output []byte) []string {
	all := strings.FieldsFunc(string(output), func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("\"'`(){}[]<>,;:=\ufffd", r)
	})
	all = slices.DeleteFunc(all, func(word string) bool { return len(word) < minWord })
	slices.SortStableFunc(all, func(a, b string) int { return len(b) - len(a) })
	all = append([]string{strings.TrimSpace(string(output))}, all[:min(len(all), maxWords)]...)
	for i, word := range all {
		all[i] = word[:min(len(word), maxWord)]
	}
	return all
}
