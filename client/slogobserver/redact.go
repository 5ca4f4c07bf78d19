package slogobserver

import (
	"net/url"
	"strings"
)

const redacted = "*"

// maxParts is how many parts of a path, and how many parameters of a query, are written.
const maxParts = 20

// safePath returns the path of a URL with only those parts that are names of routes. traces reports whether a text holds
// any trace of a secret.
func safePath(u *url.URL, traces func(string) bool) string {
	if u.Opaque != "" {
		return redacted
	}
	return each(u.Path, "/", func(part string) string {
		if part != "" && !isVersion(part) && (!isWord(part) || traces(part)) {
			return redacted
		}
		return part
	})
}

// safeQuery returns the names of a query's parameters. One without a value may be a secret itself.
func safeQuery(query string, traces func(string) bool) string {
	if query == "" {
		return ""
	}
	return each(query, "&", func(pair string) string {
		name, _, named := strings.Cut(pair, "=")
		if !named || !isWord(name) || traces(name) {
			name = redacted
		}
		return name + "=" + redacted
	})
}

// each returns a text with another one in place of each of its first parts, and with … in place of the rest.
func each(text, separator string, instead func(part string) string) string {
	parts := strings.SplitN(text, separator, maxParts+1)
	for i, part := range parts {
		if parts[i] = instead(part); i == maxParts {
			parts[i] = "…"
		}
	}
	return strings.Join(parts, separator)
}

// longestWord is the length of the longest name of a route.
const longestWord = 32

// isWord reports whether a text is most likely a name that the service's developers gave: words in lower case, with -
// or _ between them. Codes have capital letters or digits, or are longer.
func isWord(text string) bool {
	return text != "" && len(text) <= longestWord && strings.Trim(text, "abcdefghijklmnopqrstuvwxyz-_") == ""
}

// isVersion reports whether a part of a path is a version, such as v1 or v2.1.
func isVersion(part string) bool {
	number, is := strings.CutPrefix(part, "v")
	return is && number != "" && len(number) <= len("10.10") && strings.Trim(number, "0123456789.") == ""
}
