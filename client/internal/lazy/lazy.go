// Package lazy compiles regular expressions when they are first needed. All of latchkey's together would take longer
// than the rest of a program's start.
package lazy

import (
	"regexp"
	"sync"
)

// Regexp returns a function that compiles expr in its first call. Like [regexp.MustCompile] it panics if expr is wrong.
func Regexp(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}
