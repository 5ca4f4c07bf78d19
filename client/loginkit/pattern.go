package loginkit

import (
	"regexp"
	"sync"
)

// pattern returns a regular expression that is compiled when a login first needs it. All of this package's together
// would take longer than the rest of a program's start.
func pattern(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}
