package logintest

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// testdata is the path of openapi/testdata from an adapter's folder.
const testdata = "../../openapi/testdata"

// Shown returns the exact content of a file below openapi/testdata: an example as the service's document shows it.
func Shown(t testing.TB, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(testdata, filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var statusLine = regexp.MustCompile(`^\d{3} [A-Za-z ]+\n`)

// ShownBody returns the body in a file below openapi/testdata: Shown without a status line above it, and without the
// label of a button that was copied with the text.
func ShownBody(t testing.TB, file string) string {
	t.Helper()
	text := Shown(t, file)
	text = strings.TrimPrefix(text, statusLine.FindString(text))
	return strings.TrimPrefix(text, "jsonCopy code")
}

// message is a request, with as much as the documents tell of it.
type message struct {
	method, path string
	contentType  string
	body         any // decoded
}

var (
	curlMethod      = regexp.MustCompile(`(?:--request|-X) (\w+)`)
	curlURL         = regexp.MustCompile(`["'](https://[^"']+)["']`)
	curlContentType = regexp.MustCompile(`--header 'Content-Type: ([^']+)'`)
	curlJSON        = regexp.MustCompile(`(?s)--data '(.*)'`)
	curlForm        = regexp.MustCompile(`-d "([^"]*)"`)
)

// shownRequest reads the curl command that a document shows.
func shownRequest(t *testing.T, file string) message {
	t.Helper()
	command := Shown(t, file)
	part := func(re *regexp.Regexp) string {
		match := re.FindStringSubmatch(command)
		if match == nil {
			t.Fatalf("%s: %s is not found", file, re)
		}
		return match[1]
	}
	u, err := url.Parse(part(curlURL))
	if err != nil {
		t.Fatal(err)
	}
	m := message{method: part(curlMethod), path: u.Path}
	if curlJSON.MatchString(command) {
		m.contentType = part(curlContentType)
		m.body = decode(t, m.contentType, part(curlJSON))
		return m
	}
	var fields []string
	for _, match := range curlForm.FindAllStringSubmatch(command, -1) {
		fields = append(fields, match[1])
	}
	m.contentType = "application/x-www-form-urlencoded" // curl sends this type with -d
	m.body = decode(t, m.contentType, strings.Join(fields, "&"))
	return m
}

// decode returns the JSON value of a body, or a form's fields as a JSON object.
func decode(t *testing.T, contentType, body string) any {
	t.Helper()
	if contentType == "application/json" {
		var v any
		if err := json.Unmarshal([]byte(body), &v); err != nil {
			t.Fatalf("%v in %q", err, body)
		}
		return v
	}
	values, err := url.ParseQuery(body)
	if err != nil {
		t.Fatal(err)
	}
	form := map[string]any{}
	for name, value := range values {
		if len(value) != 1 {
			t.Fatalf("the form has %d values of %s", len(value), name)
		}
		form[name] = value[0]
	}
	return form
}

// shape returns a JSON value with its strings and numbers replaced by the names of their types.
func shape(v any) any {
	switch v := v.(type) {
	case map[string]any:
		fields := map[string]any{}
		for name, field := range v {
			fields[name] = shape(field)
		}
		return fields
	case []any:
		elements := []any{}
		for _, element := range v {
			elements = append(elements, shape(element))
		}
		return elements
	case nil:
		return nil
	default:
		return reflect.TypeOf(v).String()
	}
}
