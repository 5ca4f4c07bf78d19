// Package latchkey is the root of the latchkey SDK. It has only the generate lines: from each spec in openapi they make
// a typed client and a typed server for the sandbox. The SDK itself starts at package client.
//
// A new service needs one spec in openapi, two lines here, one sandbox in client/clienttest/sandbox, and one adapter in
// client. The section "Add a service" of README.md has the steps, and a test in client/clienttest/addservice follows
// them.
package latchkey

//go:generate go tool -modfile=openapi/codegen/go.mod oapi-codegen -config openapi/codegen/client.yaml -package becardapi -o client/becard/becardapi/becardapi.gen.go openapi/becard.yaml
//go:generate go tool -modfile=openapi/codegen/go.mod oapi-codegen -config openapi/codegen/server.yaml -package becardserver -o client/clienttest/internal/becardserver/becardserver.gen.go openapi/becard.yaml
//go:generate go tool -modfile=openapi/codegen/go.mod oapi-codegen -config openapi/codegen/client.yaml -package bezalaapi -o client/bezala/bezalaapi/bezalaapi.gen.go openapi/bezala.yaml
//go:generate go tool -modfile=openapi/codegen/go.mod oapi-codegen -config openapi/codegen/server.yaml -package bezalaserver -o client/clienttest/internal/bezalaserver/bezalaserver.gen.go openapi/bezala.yaml
//go:generate go tool -modfile=openapi/codegen/go.mod oapi-codegen -config openapi/codegen/client.yaml -package bleepayapi -o client/bleepay/bleepayapi/bleepayapi.gen.go openapi/bleepay.yaml
//go:generate go tool -modfile=openapi/codegen/go.mod oapi-codegen -config openapi/codegen/server.yaml -package bleepayserver -o client/clienttest/internal/bleepayserver/bleepayserver.gen.go openapi/bleepay.yaml
//go:generate go tool -modfile=openapi/codegen/go.mod oapi-codegen -config openapi/codegen/client.yaml -package formloginapi -o client/formlogin/formloginapi/formloginapi.gen.go openapi/formlogin.yaml
//go:generate go tool -modfile=openapi/codegen/go.mod oapi-codegen -config openapi/codegen/server.yaml -package formloginserver -o client/clienttest/internal/formloginserver/formloginserver.gen.go openapi/formlogin.yaml
