package openapi_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/openapi"
)

// facts is the name of a file in testdata/<service>: the service's document, retyped by hand in the notation of
// outline, with every server, path, field, required mark, limit, value, status and example. The spec must say exactly
// the same. If a fact is not in the service's main document, a comment says where it comes from; a comment on an
// operation or a status is about the lines below too. Formats, and which fields of an answer are required, come from
// the documents' examples.
const facts = "facts.txt"

var comment = regexp.MustCompile(`(?m) +#.*$`)

func TestFacts(t *testing.T) {
	for _, service := range openapi.Services() {
		t.Run(service, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("testdata", service, facts))
			if err != nil {
				t.Fatal(err)
			}
			want := strings.TrimSpace(comment.ReplaceAllString(string(text), ""))
			got := strings.TrimSpace(outline(t, load(t, service)))
			gotLines, wantLines := strings.Split(got, "\n"), strings.Split(want, "\n")
			for i := range min(len(gotLines), len(wantLines)) {
				if gotLines[i] != wantLines[i] {
					t.Fatalf("line %d: the spec says\n%s\nthe document says\n%s\nThe whole spec:\n%s", i+1, gotLines[i], wantLines[i], got)
				}
			}
			if len(gotLines) != len(wantLines) {
				t.Fatalf("the spec has %d lines, the document %d. The whole spec:\n%s", len(gotLines), len(wantLines), got)
			}
		})
	}
}

// TestFactsInWords covers facts for which OpenAPI has no field.
func TestFactsInWords(t *testing.T) {
	header, err := os.ReadFile(filepath.FromSlash("testdata/" + authorizationHeader))
	if err != nil {
		t.Fatal(err)
	}
	becard, bezala, bleepay := load(t, "becard"), load(t, "bezala"), load(t, "bleepay")
	signIn := operation(t, bleepay, "POST", "/api/v1/auth/sign-in").Responses
	tests := []struct{ text, want string }{
		{becard.Info.Description, "`Accept: application/json`"},
		{becard.Components.SecuritySchemes["bearer"].Value.Description, strings.TrimSpace(string(header))},
		{bezala.Components.SecuritySchemes["bearer"].Value.Description, `"Bearer token"`},
		{bezala.Components.SecuritySchemes["token"].Value.Description, "just the token"},
		{*signIn.Value("400").Value.Description, "`invalid_credentials`"},
		{*signIn.Value("400").Value.Description, "`invalid_type`"},
		{*signIn.Value("429").Value.Description, "`rate_limit`"},
	}
	for _, test := range tests {
		if !strings.Contains(test.text, test.want) {
			t.Errorf("%s is not in\n%s", test.want, test.text)
		}
	}
}
