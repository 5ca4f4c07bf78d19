package openapi_test

import (
	"encoding/json"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// places tells where the documents show each example of testdata: at which operation, and for a response at which
// status ("2XX" if the document names none). The file of a request names its own place.
var places = []struct{ file, method, path, status string }{
	{"becard/success.json", "POST", "/v1/auth/login", "200"},
	{"becard/credentials_not_match.json", "POST", "/v1/auth/login", "422"},
	{"becard/no_body_parameter.txt", "POST", "/v1/auth/login", "500"},
	{"bezala/login_failed.txt", "POST", "/api/auth/token", "403"},
	{"bezala/login_succeeded.txt", "POST", "/api/auth/token", "200"},
	{"bleepay/mobile_device.sh", "POST", "/api/v1/auth/sign-in", ""},
	{"bleepay/resource.sh", "POST", "/api/v1/auth/sign-in", ""},
	{"bleepay/email_password.sh", "POST", "/api/v1/auth/sign-in", ""},
	{"bleepay/signed_in.json", "POST", "/api/v1/auth/sign-in", "2XX"},
	{"formlogin/sample_request.sh", "POST", "/auth/login", ""},
	{"formlogin/sample_response.txt", "POST", "/auth/login", "2XX"},
}

// authorizationHeader is no body. The description of becard's security scheme shows it.
const authorizationHeader = "becard/authorization_header.txt"

// withoutFile are the examples of the specs that no document of testdata shows.
var withoutFile = map[string]string{
	"bleepay/challenge": "the page Get Challenge of bleepay's API reference",
}

func TestDocumentedExamples(t *testing.T) {
	for _, place := range places {
		t.Run(place.file, func(t *testing.T) {
			r := readRecorded(t, place.file)
			doc := load(t, r.service)
			op := operation(t, doc, place.method, place.path)
			if place.status == "" {
				checkRequest(t, r, doc, place.method, place.path, op)
			} else {
				checkResponse(t, r, doc, place.status, op)
			}
		})
	}
}

func checkRequest(t *testing.T, r recorded, doc *openapi3.T, method, path string, op *openapi3.Operation) {
	t.Helper()
	if r.method != method {
		t.Errorf("curl sends %s, want %s", r.method, method)
	}
	var urls []string
	for _, server := range doc.Servers {
		urls = append(urls, resolve(server)+path)
	}
	if !slices.Contains(urls, r.url) {
		t.Errorf("curl sends to %s, the spec has %s", r.url, urls)
	}
	checkExample(t, r, doc, op.RequestBody.Value.Content, r.contentType)
}

// resolve returns the server's URL, with the default of each variable.
func resolve(server *openapi3.Server) string {
	u := server.URL
	for name, variable := range server.Variables {
		u = strings.ReplaceAll(u, "{"+name+"}", variable.Default)
	}
	return u
}

func checkResponse(t *testing.T, r recorded, doc *openapi3.T, status string, op *openapi3.Operation) {
	t.Helper()
	if r.status != "" && r.status != status {
		t.Errorf("the document's status line says %s, want %s", r.status, status)
	}
	response := op.Responses.Value(status)
	if response == nil {
		t.Fatalf("the spec has no response %s", status)
	}
	checkExample(t, r, doc, response.Value.Content, "application/json")
}

// checkExample finds the spec's example of the same name, which must be the same in the components and in content, and
// compares it with what the document shows.
func checkExample(t *testing.T, r recorded, doc *openapi3.T, content openapi3.Content, mediaType string) {
	t.Helper()
	example := doc.Components.Examples[r.name]
	if example == nil {
		t.Fatalf("components/examples has no %s", r.name)
	}
	if got := normalize(t, example.Value.Value); !reflect.DeepEqual(got, r.body) {
		t.Errorf("the spec's example is\n%v\nwant\n%v", got, r.body)
	}
	if len(content) != 1 || content[mediaType] == nil {
		t.Fatalf("the spec has media types %v, want %s", slices.Collect(maps.Keys(content)), mediaType)
	}
	used := content[mediaType].Examples[r.name]
	if used == nil || used.Ref != "#/components/examples/"+r.name {
		t.Errorf("the example is not shown under %s", mediaType)
	}
}

// normalize returns v as encoding/json would decode it.
func normalize(t *testing.T, v any) any {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return decodeJSON(t, string(text))
}

// TestExamplesAndFilesArePaired finds examples that no document shows, and files that no test reads.
func TestExamplesAndFilesArePaired(t *testing.T) {
	var want []string
	for service := range specs {
		for name := range load(t, service).Components.Examples {
			want = append(want, service+"/"+name)
		}
	}
	var got []string
	for example := range withoutFile {
		got = append(got, example)
	}
	for _, place := range places {
		got = append(got, strings.TrimSuffix(place.file, path.Ext(place.file)))
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("places and withoutFile name\n%s\nthe specs have\n%s", got, want)
	}

	onDisk, err := fs.Glob(os.DirFS("testdata"), "*/*")
	if err != nil {
		t.Fatal(err)
	}
	read := []string{authorizationHeader}
	for _, place := range places {
		read = append(read, place.file)
	}
	slices.Sort(read)
	if !slices.Equal(read, onDisk) {
		t.Errorf("the tests read\n%s\ntestdata has\n%s", read, onDisk)
	}
}

// TestExamplesAreNamed finds examples outside components/examples, which the pairing above would not see.
func TestExamplesAreNamed(t *testing.T) {
	unnamed := regexp.MustCompile(`(?m)(^|[{, ])example:.*$`)
	for service, text := range specs {
		if found := unnamed.Find(text); found != nil {
			t.Errorf("%s: %s", service, found)
		}
		for op, media := range mediaTypes(load(t, service)) {
			for name, example := range media.Examples {
				if example.Ref != "#/components/examples/"+name {
					t.Errorf("%s: example %s of %s stands alone", service, name, op)
				}
			}
		}
	}
}

// mediaTypes yields every body of doc, both ways, with its operation's ID.
func mediaTypes(doc *openapi3.T) iter.Seq2[string, *openapi3.MediaType] {
	return func(yield func(string, *openapi3.MediaType) bool) {
		for _, item := range doc.Paths.Map() {
			for _, op := range item.Operations() {
				bodies := []openapi3.Content{}
				if op.RequestBody != nil {
					bodies = append(bodies, op.RequestBody.Value.Content)
				}
				for _, response := range op.Responses.Map() {
					bodies = append(bodies, response.Value.Content)
				}
				for _, body := range bodies {
					for _, media := range body {
						if !yield(op.OperationID, media) {
							return
						}
					}
				}
			}
		}
	}
}
