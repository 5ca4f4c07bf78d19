package slogobserver

import (
	"net/url"
	"strings"
)

const redacted = "*"

// safePath returns the path of a URL with only those parts that are names of routes.
func safePath(u *url.URL) string {
	if u.Opaque != "" {
		return redacted
	}
	parts := strings.Split(u.Path, "/")
	for i, part := range parts {
		if part != "" && !isWord(part) && !isVersion(part) {
			parts[i] = redacted
		}
	}
	return strings.Join(parts, "/")
}

// safeQuery returns the names of a query's parameters. One without a value may be a secret itself.
func safeQuery(query string) string {
	if query == "" {
		return ""
	}
	pairs := strings.Split(query, "&")
	for i, pair := range pairs {
		name, _, named := strings.Cut(pair, "=")
		if !named || !isWord(name) {
			name = redacted
		}
		pairs[i] = name + "=" + redacted
	}
	return strings.Join(pairs, "&")
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
