package scrub

import "strings"

// Separator stands between the secrets of a login that has several. None has it in it, since all are valid UTF-8.
const Separator = "\xff"

// parts returns the secrets that a login has.
func parts(secret string) []string {
	all := strings.Split(secret, Separator)
	if strings.Contains(secret, Separator) {
		all = append(all, secret) // it may be one that is no UTF-8
	}
	return all
}
