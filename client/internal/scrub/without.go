package scrub

import (
	"regexp"
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxCut     = 2 << 10 // longest text that a secret is cut out of, in bytes
	maxCuts    = 20      // how often it is
	minEncoded = 4       // shortest secret that is looked for in a longer word, in characters
)

// Without returns a text without the secret: what remains is what others say of their own. Only what cannot be a word
// of theirs is cut out: an encoded secret, or one in quotes or markup, or behind a colon. With whole, a word that
// is the secret goes, too. Of a text of more than 2 KiB the rest is left out.
func Without(text, secret string, whole bool) string {
	text = strings.ToValidUTF8(text[:min(len(text), maxCut)], "")
	for part := range strings.SplitSeq(secret, Separator) {
		if Holds(text, part) {
			text = without(text, part, whole)
		}
	}
	return text
}

func without(text, secret string, whole bool) string {
	if utf8.RuneCountInString(secret) < minEncoded {
		text = strings.Join(withoutShort(strings.Fields(text), secret), " ")
	}
	text, kept := withoutPlain(text, secret, whole)
	words := strings.Fields(text)
	if utf8.RuneCountInString(secret) >= minEncoded {
		is := newTrace(secret)
		for i, word := range words {
			if !whole && slices.ContainsFunc(is.bare, func(part string) bool { return strings.Contains(bare(word), part) }) {
				words[i], kept = stand, append(kept, word) // of a secret with blanks, or half of a long one
			}
		}
		words = withoutEncoded(words, traceOf(secret, secret)) // as a whole first: half of it may end within a word
		words = withoutEncoded(words, is)
	}
	text = strings.Join(words, " ")
	for _, word := range kept {
		text = strings.Replace(text, stand, word, 1)
	}
	return text
}

// stand stands in a text for a word that is kept. No text has a meaning for it.
const stand = "\ue000"

// withoutPlain cuts out the secret as it is, in any case, and has stand in place of one that is kept.
func withoutPlain(text, secret string, whole bool) (rest string, kept []string) {
	pattern, err := regexp.Compile("(?i)" + regexp.QuoteMeta(secret))
	if err != nil {
		return text, nil // it is no UTF-8
	}
	text = strings.ReplaceAll(text, stand, "")
	first, _ := utf8.DecodeRuneInString(secret)
	last, _ := utf8.DecodeLastRuneInString(secret)
	var b strings.Builder
	end := 0
	for _, found := range pattern.FindAllStringIndex(text, -1) {
		b.WriteString(text[end:found[0]])
		end = found[1]
		before, _ := utf8.DecodeLastRuneInString(text[:found[0]])
		after, _ := utf8.DecodeRuneInString(text[end:])
		within := inWord(before) && inWord(first) || inWord(after) && inWord(last)
		if within || !whole && !marked(before) && !strings.HasSuffix(text[:found[0]], ": ") {
			b.WriteString(stand)
			kept = append(kept, text[found[0]:end])
		}
	}
	return b.String() + text[end:], kept
}

func inWord(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_')
}

// marked reports whether the character before a word tells that this is a value.
func marked(before rune) bool { return strings.ContainsRune("\"'`“‘«([{<:=", before) }

// withoutEncoded cuts out as few words as hold a trace of the secret.
func withoutEncoded(words []string, is trace) []string {
	in := func(words []string) bool { return is.in(strings.Join(words, " "), maxDepth) }
	for cuts := 0; cuts < maxCuts && in(words); cuts++ {
		end := sort.Search(len(words), func(i int) bool { return in(words[:i]) })
		start := sort.Search(end, func(i int) bool { return !in(words[i:end]) })
		words = slices.Delete(words, max(start-1, 0), end)
	}
	return words
}

// withoutShort cuts out words that are a short secret, escaped or with blanks in it. A part of a word may be it by
// chance.
func withoutShort(words []string, secret string) []string {
	const around = `"'<>().,:;`
	secret = bare(strings.Trim(secret, around))
	is := func(text string) bool {
		for _, layer := range layers {
			plain := layer(text)
			if plain != text && bare(strings.Trim(plain, around)) == secret {
				return true
			}
			text = plain
		}
		return false
	}
	for i := 0; i < len(words); i++ {
		length := utf8.RuneCountInString(secret)
		spaced := length > 1 && i+length <= len(words) && bare(strings.Trim(strings.Join(words[i:i+length], " "), around)) == secret
		switch {
		case spaced:
			words = slices.Delete(words, i, i+length)
		case is(words[i]):
			words = slices.Delete(words, i, i+1)
		default:
			continue
		}
		i--
	}
	return words
}
