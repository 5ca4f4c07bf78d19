package sandbox

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// answer is one HTTP response.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func plainAnswer(status int, contentType, body string) answer {
	return answer{status, http.Header{"Content-Type": {contentType}}, []byte(body)}
}

func htmlAnswer(status int) answer {
	title := http.StatusText(status)
	return plainAnswer(status, "text/html; charset=utf-8",
		"<!doctype html>\n<html><head><title>"+title+"</title></head>\n<body><h1>"+title+"</h1></body></html>\n")
}

// jsonAnswer returns an answer with v as JSON. Fields come in the given order, which is that of the document's example,
// and then in v's own.
func jsonAnswer(status int, v any, order ...string) answer {
	body, err := json.Marshal(v)
	if err != nil {
		panic("sandbox: " + err.Error()) // v is a generated model with plain values
	}
	if len(order) > 0 {
		body = inOrder(body, order)
	}
	return plainAnswer(status, "application/json", string(body)+"\n")
}

// inOrder rewrites a JSON object, since the generated models sort their fields by name.
func inOrder(object []byte, order []string) []byte {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(object, &fields); err != nil {
		return object
	}
	rest := slices.DeleteFunc(slices.Sorted(maps.Keys(fields)), func(name string) bool {
		return slices.Contains(order, name)
	})
	var members []string
	for _, name := range slices.Concat(order, rest) {
		if value, ok := fields[name]; ok {
			members = append(members, strconv.Quote(name)+":"+string(value))
		}
	}
	return []byte("{" + strings.Join(members, ",") + "}")
}

// members returns the fields of a JSON object, or nil if body is none.
func members(body []byte) map[string]any {
	var fields map[string]any
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil
	}
	return fields
}

func (a answer) write(w http.ResponseWriter) error {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.WriteHeader(a.status)
	_, err := w.Write(a.body)
	return err
}

// A method such as this one makes answer a response object of the operation of that name, in every service that has
// one. The others stand beside their service. The generated response objects would fix the status and sort the fields.
func (a answer) VisitLoginResponse(w http.ResponseWriter) error { return a.write(w) }
