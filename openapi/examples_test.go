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

	"github.com/latchkey-go/latchkey/openapi"
)

// authorizationHeader is no body. The description of becard's security scheme shows it.
const authorizationHeader = "becard/authorization_header.txt"

// withoutFile are the examples of the specs that no document of testdata shows.
var withoutFile = map[string]string{
	"bleepay/challenge": "the page Get Challenge of bleepay's API reference",
}

// shown returns the files of testdata with an example of a document. The name of the file is that of the spec's
// example.
func shown(t *testing.T) []string {
	t.Helper()
	files, err := fs.Glob(os.DirFS("testdata"), "*/*")
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	return slices.DeleteFunc(files, func(file string) bool {
		return file == authorizationHeader || path.Base(file) == facts
	})
}

// The spec's example is what the document shows, wherever the spec has it. Where that is, the facts tell.
func TestDocumentedExamples(t *testing.T) {
	for _, file := range shown(t) {
		t.Run(file, func(t *testing.T) {
			r := readRecorded(t, file)
			doc := load(t, r.service)
			example := doc.Components.Examples[r.name]
			if example == nil {
				t.Fatalf("components/examples has no %s", r.name)
			}
			if got := normalize(t, example.Value.Value); !reflect.DeepEqual(got, r.body) {
				t.Errorf("the spec's example is\n%v\nwant\n%v", got, r.body)
			}
			var at []string
			for place, media := range mediaTypes(doc) {
				if media.Examples[r.name] != nil {
					at = append(at, place)
				}
			}
			if !slices.ContainsFunc(at, func(place string) bool { return r.isFrom(doc, place) }) {
				t.Errorf("the document shows it at %s, the spec at %q", r.place(), at)
			}
		})
	}
}

// place is where the document shows the example, as much as is known, in the notation of mediaTypes.
func (r *recorded) place() string {
	if r.method == "" {
		return join(" ", "…", r.status, "application/json")
	}
	return r.method + " " + r.url + " request " + r.contentType
}

// isFrom reports whether the spec has the example at the place in the document.
func (r *recorded) isFrom(doc *openapi3.T, place string) bool {
	if r.method == "" {
		return !strings.Contains(place, " request ") && strings.HasSuffix(place, join(" ", r.status, "application/json"))
	}
	return slices.ContainsFunc(doc.Servers, func(server *openapi3.Server) bool {
		return strings.Replace(place, " ", " "+resolve(server), 1) == r.place()
	})
}

// resolve returns the server's URL, with the default of each variable.
func resolve(server *openapi3.Server) string {
	u := server.URL
	for name, variable := range server.Variables {
		u = strings.ReplaceAll(u, "{"+name+"}", variable.Default)
	}
	return u
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

// TestExamplesAndFilesArePaired finds examples that no document shows.
func TestExamplesAndFilesArePaired(t *testing.T) {
	var want []string
	for _, service := range openapi.Services() {
		for name := range load(t, service).Components.Examples {
			want = append(want, service+"/"+name)
		}
	}
	got := slices.Collect(maps.Keys(withoutFile))
	for _, file := range shown(t) {
		got = append(got, strings.TrimSuffix(file, path.Ext(file)))
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("testdata and withoutFile have\n%s\nthe specs have\n%s", got, want)
	}
}

// TestExamplesAreNamed finds examples outside components/examples, which the pairing above would not see.
func TestExamplesAreNamed(t *testing.T) {
	unnamed := regexp.MustCompile(`(?m)(^|[{, ])example:.*$`)
	for _, service := range openapi.Services() {
		if found := unnamed.Find(openapi.Spec(service)); found != nil {
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

// mediaTypes yields every body of doc, both ways, with its place, such as "POST /login request application/json" or
// "POST /login 200 application/json".
func mediaTypes(doc *openapi3.T) iter.Seq2[string, *openapi3.MediaType] {
	return func(yield func(string, *openapi3.MediaType) bool) {
		for path, item := range doc.Paths.Map() {
			for method, op := range item.Operations() {
				bodies := map[string]openapi3.Content{}
				if op.RequestBody != nil {
					bodies["request"] = op.RequestBody.Value.Content
				}
				for status, response := range op.Responses.Map() {
					bodies[status] = response.Value.Content
				}
				for part, body := range bodies {
					for mediaType, media := range body {
						if !yield(join(" ", method, path, part, mediaType), media) {
							return
						}
					}
				}
			}
		}
	}
}
