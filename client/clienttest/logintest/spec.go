package logintest

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
)

// field is what the spec states of one string of a request.
type field struct {
	path     string // path, such as "data.email"
	min, max int    // limits in characters; max 0: no limit
	pattern  string // pattern; "": none
}

// allows reports whether the spec allows a value.
func (f field) allows(value string) bool {
	length := utf8.RuneCountInString(value)
	return length >= f.min && (f.max == 0 || length <= f.max) && (f.pattern == "" || regexp.MustCompile(f.pattern).MatchString(value))
}

// testSpecIsKnown finds routes, bodies and fields of the spec that no Way covers, and the other way round. So nothing
// new in the spec goes untested.
func (s Service) testSpecIsKnown(t *testing.T) {
	var want, got []string
	for _, way := range s.Ways {
		want = append(want, way.Route+" "+way.Variant)
		var paths []string
		for _, field := range s.fields(t, way.Route, way.Variant) {
			paths = append(paths, field.path)
			if (field.pattern != "") != (len(way.Breaks[field.path]) > 0) {
				t.Errorf("%s: the spec's pattern is %q, values that break it are %q",
					field.path, field.pattern, way.Breaks[field.path])
			}
		}
		slices.Sort(paths)
		if known := slices.Sorted(maps.Keys(way.Fields)); !slices.Equal(paths, known) {
			t.Errorf("%s: the spec has the fields %q, the table knows %q", way.Type, paths, known)
		}
	}
	for path, item := range s.document(t).Paths.Map() {
		for method, operation := range item.Operations() {
			route := method + " " + path
			if operation.RequestBody == nil || slices.Contains(s.NoLogins, route) {
				continue
			}
			for variant := range variants(t, operation) {
				got = append(got, route+" "+variant)
			}
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the spec has the logins %q, the table knows %q", got, want)
	}
}

func (s Service) document(t *testing.T) *openapi3.T {
	t.Helper()
	document, err := openapi3.NewLoader().LoadFromData(s.Spec)
	if err != nil {
		t.Fatal(err)
	}
	return document
}

// quota returns the time of a route's documented rate limit, 0 if it has none.
func (s Service) quota(t *testing.T, route string) time.Duration {
	t.Helper()
	method, path, _ := strings.Cut(route, " ")
	limit, _ := s.document(t).Paths.Value(path).GetOperation(method).Extensions["x-rate-limit"].(map[string]any)
	seconds, _ := limit["seconds"].(float64)
	return time.Duration(seconds) * time.Second
}

// variants returns the schemas of an operation's body by the discriminator's value, or its only schema under "".
func variants(t *testing.T, operation *openapi3.Operation) map[string]*openapi3.Schema {
	t.Helper()
	content := operation.RequestBody.Value.Content
	if len(content) != 1 || !operation.RequestBody.Value.Required {
		t.Fatalf("%s: the body is optional, or of several types", operation.OperationID)
	}
	var schema *openapi3.Schema
	for _, media := range content {
		schema = media.Schema.Value
	}
	if schema.Discriminator == nil {
		return map[string]*openapi3.Schema{"": schema}
	}
	knows(t, operation.OperationID, schema, "oneOf", "discriminator")
	byName := map[string]*openapi3.Schema{}
	for _, one := range schema.OneOf {
		for variant, mapped := range schema.Discriminator.Mapping {
			if mapped.Ref == one.Ref {
				byName[variant] = one.Value
				kind := one.Value.Properties[schema.Discriminator.PropertyName].Value
				if len(kind.Enum) != 1 || kind.Enum[0] != variant {
					t.Errorf("%s is %v in the schema of %s", schema.Discriminator.PropertyName, kind.Enum, variant)
				}
			}
		}
	}
	if len(byName) != len(schema.OneOf) {
		t.Fatalf("%s: %d schemas, %d values of the discriminator", operation.OperationID, len(schema.OneOf), len(byName))
	}
	return byName
}

// fields returns what the spec states of a login's request.
func (s Service) fields(t *testing.T, route, variant string) []field {
	t.Helper()
	for path, item := range s.document(t).Paths.Map() {
		for method, operation := range item.Operations() {
			if method+" "+path != route {
				continue
			}
			schema := variants(t, operation)[variant]
			if schema == nil {
				t.Fatalf("%s has no %q", route, variant)
			}
			return stringsOf(t, "", schema, variant)
		}
	}
	t.Fatalf("the spec has no %s", route)
	return nil
}

// stringsOf returns the strings in an object except the discriminator, whose value is the variant.
func stringsOf(t *testing.T, prefix string, object *openapi3.Schema, variant string) []field {
	t.Helper()
	knows(t, prefix, object, "type", "required", "properties")
	var all []field
	for name, property := range object.Properties {
		path, schema := prefix+name, property.Value
		if !slices.Contains(object.Required, name) {
			t.Errorf("%s is optional: no login has such a field yet", path)
		}
		switch {
		case schema.Type.Is("object"):
			all = append(all, stringsOf(t, path+".", schema, variant)...)
		case path == "type" && variant != "":
			knows(t, path, schema, "type", "enum")
		default:
			knows(t, path, schema, "type", "format", "minLength", "maxLength", "pattern")
			if !schema.Type.Is("string") || schema.Format != "" && schema.Format != "password" {
				t.Errorf("%s is a %v with format %q", path, schema.Type, schema.Format)
			}
			f := field{path: path, min: length(t, schema.MinLength), pattern: schema.Pattern}
			if schema.MaxLength != nil {
				f.max = length(t, *schema.MaxLength)
			}
			all = append(all, f)
		}
	}
	return all
}

// length returns n, which must be short enough for a test.
func length(t *testing.T, n uint64) int {
	t.Helper()
	if n <= 1<<16 {
		return int(n)
	}
	t.Fatalf("the spec has a limit of %d characters", n)
	return 0
}

// knows fails the test if a schema has other keywords than the given ones.
func knows(t *testing.T, path string, schema *openapi3.Schema, keywords ...string) {
	t.Helper()
	text, err := json.Marshal(schema)
	if err != nil {
		t.Fatal(err)
	}
	var stated map[string]any
	if err := json.Unmarshal(text, &stated); err != nil {
		t.Fatal(err)
	}
	for keyword := range stated {
		if keyword != "description" && !slices.Contains(keywords, keyword) {
			t.Errorf("%s: the spec states a %s, which is not tested", path, keyword)
		}
	}
}
