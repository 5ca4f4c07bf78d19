package wire

import (
	"runtime/debug"
	"sync"
)

// userAgent returns the User-Agent of requests that have none.
var userAgent = sync.OnceValue(func() []string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	return []string{"latchkey/" + version(info)}
})

// version returns the version of this module in a program.
func version(program *debug.BuildInfo) string {
	for _, module := range append(program.Deps, &program.Main) {
		if module.Path != "github.com/latchkey-go/latchkey" {
			continue
		}
		if module.Replace != nil {
			module = module.Replace
		}
		if module.Version != "" && module.Version != "(devel)" {
			return module.Version
		}
	}
	return "devel"
}
