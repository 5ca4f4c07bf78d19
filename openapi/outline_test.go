package openapi_test

import (
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// outline writes down what a spec promises, one fact per line, in order, without descriptions:
//
//	server URL
//	security scheme that every operation asks for, unless it says otherwise
//	METHOD path
//	  limit requests in a time
//	  request media type, examples
//	    field: type format, limits, required
//	  status media type, headers, examples
func outline(t *testing.T, doc *openapi3.T) string {
	t.Helper()
	var b strings.Builder
	for _, server := range doc.Servers {
		fmt.Fprint(&b, "server ", server.URL)
		for _, variable := range server.Variables {
			fmt.Fprint(&b, " = ", variable.Default)
		}
		b.WriteByte('\n')
	}
	for _, requirement := range doc.Security {
		fmt.Fprintln(&b, "security", strings.Join(slices.Sorted(maps.Keys(requirement)), " and "))
	}
	for name, ref := range sorted(doc.Components.SecuritySchemes) {
		scheme := ref.Value
		fmt.Fprintf(&b, "scheme %s: %s\n", name,
			join(" ", scheme.Type, scheme.Scheme, scheme.BearerFormat, scheme.In, scheme.Name))
	}
	operations := map[string]*openapi3.Operation{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			operations[method+" "+path] = op
		}
	}
	for name, op := range sorted(operations) {
		outlineOperation(t, &b, name, op)
	}
	return b.String()
}

func outlineOperation(t *testing.T, b *strings.Builder, name string, op *openapi3.Operation) {
	t.Helper()
	fmt.Fprintf(b, "\n%s\n", join(" ", name, security(op)))
	if limit, ok := op.Extensions["x-rate-limit"].(map[string]any); ok {
		fmt.Fprintf(b, "  limit %v in %v s\n", limit["requests"], limit["seconds"])
	}
	for _, parameter := range op.Parameters {
		fmt.Fprintln(b, "  parameter", parameter.Value.In, parameter.Value.Name)
	}
	if op.RequestBody != nil {
		for mediaType, media := range sorted(op.RequestBody.Value.Content) {
			fmt.Fprintf(b, "  request %s\n", join(", ", mediaType, when(op.RequestBody.Value.Required, "required"), examples(media)))
			outlineBody(t, b, media.Schema)
		}
	}
	for status, response := range sorted(op.Responses.Map()) {
		if len(response.Value.Content) == 0 {
			fmt.Fprintf(b, "  %s without body\n", status)
		}
		for mediaType, media := range sorted(response.Value.Content) {
			headers := slices.Sorted(maps.Keys(response.Value.Headers))
			fmt.Fprintf(b, "  %s\n", join(", ", status+" "+mediaType, strings.Join(headers, " "), examples(media)))
			outlineBody(t, b, media.Schema)
		}
	}
}

// security tells if an operation asks for something else than the whole spec does.
func security(op *openapi3.Operation) string {
	switch {
	case op.Security == nil:
		return ""
	case len(*op.Security) == 0:
		return "without token"
	default:
		return fmt.Sprint("security of its own: ", *op.Security)
	}
}

// examples names the examples that are shown under a media type.
func examples(media *openapi3.MediaType) string {
	names := slices.Sorted(maps.Keys(media.Examples))
	return join(" ", when(len(names) > 0, "example"), strings.Join(names, " "))
}

// outlineBody writes the fields of a body. If the body has variants, it writes those of each variant below the value of
// its discriminator.
func outlineBody(t *testing.T, b *strings.Builder, body *openapi3.SchemaRef) {
	t.Helper()
	if body.Value.Discriminator == nil {
		outlineFields(t, b, "    ", body.Value)
		return
	}
	variants := map[string]*openapi3.Schema{}
	for _, ref := range body.Value.OneOf {
		variants[ref.Ref] = ref.Value
	}
	mapping := body.Value.Discriminator.Mapping
	if len(mapping) != len(variants) {
		t.Errorf("%s: %d variants, %d in the mapping", body.Ref, len(variants), len(mapping))
	}
	for value, to := range sorted(mapping) {
		fmt.Fprintf(b, "    %s = %s\n", body.Value.Discriminator.PropertyName, value)
		outlineFields(t, b, "      ", variants[to.Ref])
	}
}

func outlineFields(t *testing.T, b *strings.Builder, indent string, body *openapi3.Schema) {
	t.Helper()
	if body.Type.Is("array") {
		outlineField(t, b, indent+"[]", body.Items.Value, false)
	} else {
		outlineProperties(t, b, indent, body)
	}
	if rest := keywords(t, body); rest != "" {
		fmt.Fprintf(b, "%s%s\n", indent, rest)
	}
}

func outlineProperties(t *testing.T, b *strings.Builder, prefix string, object *openapi3.Schema) {
	t.Helper()
	for name, property := range sorted(object.Properties) {
		outlineField(t, b, prefix+name, property.Value, slices.Contains(object.Required, name))
	}
	for _, name := range object.Required {
		if object.Properties[name] == nil {
			fmt.Fprintf(b, "%s%s: required, not declared\n", prefix, name)
		}
	}
}

func outlineField(t *testing.T, b *strings.Builder, name string, field *openapi3.Schema, required bool) {
	t.Helper()
	kind := join(" ", join("|", field.Type.Slice()...), field.Format)
	fmt.Fprintf(b, "%s: %s\n", name, join(", ", kind, keywords(t, field), when(required, "required")))
	outlineProperties(t, b, name+".", field)
	if field.Items != nil {
		outlineField(t, b, name+"[]", field.Items.Value, false)
	}
}

// keywords returns everything else that a schema demands, whichever keyword it uses.
func keywords(t *testing.T, schema *openapi3.Schema) string {
	t.Helper()
	rest := normalize(t, schema).(map[string]any)
	for _, known := range []string{"type", "format", "description", "properties", "required", "items"} {
		delete(rest, known)
	}
	var list []string
	for keyword, value := range sorted(rest) {
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, keyword+" "+string(text))
	}
	return strings.Replace(join(", ", list...), "additionalProperties true", "any other field", 1)
}

func sorted[M ~map[string]V, V any](m M) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for _, key := range slices.Sorted(maps.Keys(m)) {
			if !yield(key, m[key]) {
				return
			}
		}
	}
}

// join joins the parts that are not empty.
func join(sep string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), sep)
}

func when(condition bool, text string) string {
	if condition {
		return text
	}
	return ""
}
