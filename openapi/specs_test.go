package openapi_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/latchkey-go/latchkey/openapi"
)

// specs are the specs of this package by the name of their service. Their files, their directories in testdata and
// their adapters have the same name.
var specs = map[string][]byte{
	"becard":    openapi.Becard,
	"bezala":    openapi.Bezala,
	"bleepay":   openapi.Bleepay,
	"formlogin": openapi.FormLogin,
}

func load(t *testing.T, service string) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(specs[service])
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

func TestEverySpecIsEmbedded(t *testing.T) {
	files, err := filepath.Glob("*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(specs) {
		t.Errorf("%d specs in the directory, %d embedded", len(files), len(specs))
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if string(specs[strings.TrimSuffix(file, ".yaml")]) != string(text) {
			t.Errorf("what is embedded for %s is not that file", file)
		}
	}
}

// TestSpecs checks what all specs have in common. Validate also checks that each example fits its schema.
func TestSpecs(t *testing.T) {
	for service := range specs {
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
			for path, item := range doc.Paths.Map() {
				for method, op := range item.Operations() {
					checkOperation(t, method+" "+path, op)
				}
			}
		})
	}
}

// checkOperation checks logins and resources alike. Every resource must need a token.
func checkOperation(t *testing.T, name string, op *openapi3.Operation) {
	t.Helper()
	tooMany := op.Responses.Value("429")
	if tooMany == nil || tooMany.Value.Headers["Retry-After"] == nil {
		t.Errorf("%s: no 429 with a Retry-After header", name)
	}
	leadsToToken := strings.Contains(name, "/auth/")
	if leadsToToken && (op.Security == nil || len(*op.Security) != 0) {
		t.Errorf("%s: leads to a token and asks for one: want security: []", name)
	}
	if !leadsToToken && op.Security != nil {
		t.Errorf("%s: overrides the security of the whole spec", name)
	}
}
