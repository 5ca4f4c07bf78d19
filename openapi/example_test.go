package openapi_test

import (
	"fmt"
	"log"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/latchkey-go/latchkey/openapi"
)

// A spec is for any tool that reads OpenAPI, such as one that makes a client of another kind.
func ExampleSpec() {
	for _, service := range openapi.Services() {
		spec, err := openapi3.NewLoader().LoadFromData(openapi.Spec(service))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s: %s, %d paths\n", service, spec.Info.Title, spec.Paths.Len())
	}
	// Output:
	// becard: becard.me REST API, authentication, 2 paths
	// bezala: Bezala API, authentication, 5 paths
	// bleepay: bleepay API, authentication, 4 paths
	// formlogin: A back end with a username/password form, 2 paths
}
