// Package openapi has the specs of the services, in OpenAPI 3.0.3. They are written by hand from the services' own
// documents. The typed clients and servers are generated from them, and the tests check against them. Each spec names
// its source, and says which of its facts come from elsewhere.
package openapi

import _ "embed"

// These are the specs, as YAML.
var (
	//go:embed becard.yaml
	Becard []byte
	//go:embed bezala.yaml
	Bezala []byte
	//go:embed bleepay.yaml
	Bleepay []byte
	//go:embed formlogin.yaml
	FormLogin []byte
)
