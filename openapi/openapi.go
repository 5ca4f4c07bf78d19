// Package openapi holds the specs that everything else is generated from and checked against: OpenAPI 3.0.3,
// written by hand from the services' own documents. Each names its source, and says which of its facts come
// from elsewhere.
package openapi

import _ "embed"

// The specs, as YAML.
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
