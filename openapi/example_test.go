package openapi_test

import (
	"fmt"
	"log"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/latchkey-go/latchkey/openapi"
)

// A spec is for any tool that reads OpenAPI, such as one that makes a client in another language.
func ExampleSpec() {
	spec, err := openapi3.NewLoader().LoadFromData(openapi.Spec("bezala"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s, %d paths, at %s\n", spec.Info.Title, spec.Paths.Len(), spec.Servers[0].URL)
	// Output: Bezala API, authentication, 5 paths, at https://app.bezala.com
}
