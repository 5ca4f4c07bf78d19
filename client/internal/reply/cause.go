package reply

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/latchkey-go/latchkey/client/internal/lazy"
)

// Cause is what is wrong with a field. Without a field it is about the whole.
type Cause struct{ Field, Text string }

// maxListed is how many elements of a list or object are looked at, and how many causes are kept.
const maxListed = 20

// whole are names in an object of fields that are no fields: of Rails, Django REST, Django, Zod and webargs.
var whole = map[string]bool{
	"": true, "base": true, "non_field_errors": true, "__all__": true, "_errors": true, "fieldErrors": true,
	"formErrors": true, "json": true,
}

// add takes note of a cause.
func (w *Words) add(field, text string) {
	if c := (Cause{field, text}); c != (Cause{}) && !w.full() && !slices.Contains(w.Causes, c) {
		w.Causes = append(w.Causes, c)
	}
}

// full reports whether there are as many causes as are kept.
func (w *Words) full() bool { return len(w.Causes) >= maxListed }

// list reads a list of texts, or of objects that tell a field and a text each. field is where the list stands.
func (w *Words) list(elements []any, field string, depth int) {
	for _, element := range some(elements) {
		switch e := element.(type) {
		case string:
			if w.Code == "" && identifier().MatchString(e) {
				w.Code = e
			} else {
				w.add(field, e)
			}
		case map[string]any:
			w.Code = w.codeOr(e)
			name, text := w.joined(field, w.fieldOf(e)), w.textOf(e)
			if name == field && text == "" {
				w.fields(e, field, true, depth+1)
			} else {
				w.add(name, text)
			}
		}
	}
}

// fields reads an object with a field at fault per name. loose is that of value.
func (w *Words) fields(object map[string]any, above string, loose bool, depth int) {
	if depth > maxDepth || w.full() {
		return
	}
	for _, name := range some(sorted(object)) {
		field := w.joined(above, name)
		if whole[name] {
			field = above
		}
		switch v := object[name].(type) {
		case string:
			if loose {
				w.add(field, v)
			}
		case []any:
			if _, ofTexts := first(v).(string); ofTexts || loose {
				w.list(v, field, depth+1)
			}
		case map[string]any:
			if text := w.textOf(v); text != "" && loose {
				w.add(field, text)
			} else if loose || whole[name] {
				w.fields(v, field, loose, depth+1)
			}
		}
	}
}

// fieldOf returns the name of the field that an element of a list is about, "" if it names none.
func (w *Words) fieldOf(element map[string]any) string {
	names := []string{"loc", "field", "param", "property", "propertyPath", "pointer", "attribute"}
	if element["locations"] == nil { // GraphQL's path is no field's
		names = append(names, "path")
	}
	if element["reason"] != nil { // RFC 7807; an exception has a name, too
		names = append(names, "name")
	}
	for _, name := range names {
		if field := w.pathOf(element[name]); field != "" {
			return field
		}
	}
	source, _ := element["source"].(map[string]any) // JSON:API
	return cmp.Or(w.pathOf(source["pointer"]), w.pathOf(source["parameter"]))
}

// noField matches FastAPI's place of a body that is missing or no JSON.
var noField = lazy.Regexp(`^(?:body|query)(?:/\d+)?$`)

// pathOf returns the name of a field, which may be a path: a list as in FastAPI, or a JSON pointer. What it is a part
// of is left out.
func (w *Words) pathOf(v any) string {
	path, _ := v.(string)
	parts, ofParts := v.([]any)
	if ofParts {
		all := make([]string, 0, maxListed)
		for _, part := range some(parts) {
			switch part := part.(type) {
			case string:
				all = append(all, part)
			case json.Number:
				all = append(all, part.String())
			}
		}
		path = strings.Join(all, "/")
	}
	w.raw = append(w.raw, path)
	if ofParts && noField().MatchString(path) {
		return ""
	}
	path = strings.TrimLeft(path, "#/")
	for _, prefix := range []string{"body/", "query/", "data/attributes/"} {
		path = strings.TrimPrefix(path, prefix)
	}
	return strings.ReplaceAll(path, "/", ".")
}

// textOf returns the text of an element of a list: what is wrong with its field.
func (w *Words) textOf(element map[string]any) string {
	for _, name := range []string{"message", "msg", "detail", "error_description", "reason", "title", "error", "code"} {
		if text, ok := element[name].(string); ok {
			return text
		}
	}
	constraints, _ := element["constraints"].(map[string]any) // class-validator
	for _, name := range sorted(constraints) {
		if text, ok := constraints[name].(string); ok {
			return text
		}
	}
	return ""
}

// joined returns the name of a field within another.
func (w *Words) joined(above, name string) string {
	w.raw = append(w.raw, name)
	return joined(above, name)
}

func joined(above, name string) string { return strings.Trim(above+"."+name, ".") }

func sorted(object map[string]any) []string { return slices.Sorted(maps.Keys(object)) }

// some returns the beginning of a list: a hostile one has a million elements.
func some[T any](all []T) []T { return all[:min(len(all), maxListed)] }

func first(all []any) any {
	if len(all) == 0 {
		return nil
	}
	return all[0]
}
