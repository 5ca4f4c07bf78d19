package openapi_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/latchkey-go/latchkey/openapi"
)

func load(t *testing.T, service string) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(openapi.Spec(service))
	if err != nil {
		t.Fatalf("%s: %v", service, err)
	}
	return doc
}

// operation returns the operation at method and path, and fails the test if the spec has none.
func operation(t *testing.T, doc *openapi3.T, method, path string) *openapi3.Operation {
	t.Helper()
	item := doc.Paths.Value(path)
	if item == nil || item.GetOperation(method) == nil {
		t.Fatalf("the spec has no %s %s", method, path)
	}
	return item.GetOperation(method)
}

func TestSpecIsFoundByName(t *testing.T) {
	services := openapi.Services()
	if len(services) < 4 || !slices.IsSorted(services) {
		t.Errorf("the services are %q", services)
	}
	for _, service := range services {
		text, err := os.ReadFile(service + ".yaml")
		if err != nil || string(openapi.Spec(service)) != string(text) {
			t.Errorf("the spec of %s is not that of its file (%v)", service, err)
		}
	}
	for _, name := range []string{"nobody", "", "../go.mod"} {
		if spec := openapi.Spec(name); spec != nil {
			t.Errorf("the spec of %q is %q", name, spec)
		}
	}
}

// TestSpecs checks what all specs have in common. Validate also checks that each example fits its schema.
func TestSpecs(t *testing.T) {
	for _, service := range openapi.Services() {
		t.Run(service, func(t *testing.T) {
			doc := load(t, service)
			if err := doc.Validate(t.Context(), openapi3.EnableExamplesValidation(), openapi3.EnableSchemaFormatValidation()); err != nil {
				t.Error(err)
			}
			if doc.OpenAPI != "3.0.3" {
				t.Errorf("openapi: %s, want 3.0.3", doc.OpenAPI)
			}
			if !strings.Contains(doc.Info.Description, "\nSource document: ") {
				t.Error("info.description names no source document")
			}
			if !slices.ContainsFunc(doc.Security, func(r openapi3.SecurityRequirement) bool { return len(r) == 1 && r["bearer"] != nil }) {
				t.Errorf("security: %v, want bearer among them", doc.Security)
			}
			all, open := 0, 0
			for path, item := range doc.Paths.Map() {
				for method, op := range item.Operations() {
					checkOperation(t, method+" "+path, op)
					all++
					if op.Security != nil {
						open++
					}
				}
			}
			if open == 0 || open == all {
				t.Errorf("%d of %d operations have a security of their own: want security: [] at the login, and a resource that needs a token", open, all)
			}
		})
	}
}

// checkOperation checks logins and resources alike. Which of them need no token is among the facts.
func checkOperation(t *testing.T, name string, op *openapi3.Operation) {
	t.Helper()
	tooMany := op.Responses.Value("429")
	if tooMany == nil || tooMany.Value.Headers["Retry-After"] == nil {
		t.Errorf("%s: no 429 with a Retry-After header", name)
	}
	if strings.Contains(name, "{") {
		t.Errorf("%s: a parameter in a path, which the sandbox does not know: choose another resource", name)
	}
}
