// Package openapi has the specs of the services, in OpenAPI 3.0.3. They are written by hand from the services' own
// documents. The typed clients and servers are generated from them, and the tests check against them. Each spec names
// its source, and says which of its facts come from elsewhere.
package openapi

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed *.yaml
var files embed.FS

// Services returns the names of the services that have a spec, in alphabetical order.
func Services() []string {
	names, _ := fs.Glob(files, "*") // the pattern is right
	for i := range names {
		names[i] = strings.TrimSuffix(names[i], ".yaml")
	}
	return names
}

// Spec returns the spec of a service, as YAML. It is nil if there is none of that name.
func Spec(service string) []byte {
	text, err := files.ReadFile(service + ".yaml")
	if err != nil {
		return nil
	}
	return text
}
