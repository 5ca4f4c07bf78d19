package openapi_test

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// recorded is one example of a service's own document. testdata has its exact bytes.
type recorded struct {
	service, name string

	// These are parts of a request, as curl would send it.
	method, url, contentType string

	// This is the status of a response, if the document writes a status line above it.
	status string

	body any // decoded
}

// readRecorded reads the example in file, a path below testdata.
func readRecorded(t *testing.T, file string) recorded {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	service, base, _ := strings.Cut(file, "/")
	r := recorded{service: service, name: strings.TrimSuffix(base, filepath.Ext(base))}
	if strings.HasPrefix(string(text), "curl ") {
		r.readCurl(t, string(text))
	} else {
		r.readResponse(t, string(text))
	}
	return r
}

// shellWord matches as much of the shell as the documents use. A backslash continues a line, even if a document has
// lost the line break after it.
var shellWord = regexp.MustCompile(`'([^']*)'|"([^"]*)"|\\(\s)|([^\s'"\\]+)`)

func (r *recorded) readCurl(t *testing.T, command string) {
	t.Helper()
	var words []string
	for _, m := range shellWord.FindAllStringSubmatch(command, -1) {
		if m[3] == "" {
			words = append(words, m[1]+m[2]+m[4])
		}
	}
	var data []string
	for i := 1; i < len(words); i++ {
		switch flag := words[i]; flag {
		case "--request", "-X":
			i++
			r.method = words[i]
		case "--header", "-H":
			i++
			name, value, _ := strings.Cut(words[i], ": ")
			if name != "Content-Type" {
				t.Fatalf("header %s: a new one, check it", name)
			}
			r.contentType = value
		case "--data", "-d":
			i++
			data = append(data, words[i])
		default:
			if strings.HasPrefix(flag, "-") || r.url != "" {
				t.Fatalf("%q: not understood", flag)
			}
			r.url = flag
		}
	}
	if r.contentType == "" {
		r.contentType = "application/x-www-form-urlencoded" // what curl sends unless told otherwise
		r.body = decodeForm(t, strings.Join(data, "&"))
	} else {
		r.body = decodeJSON(t, strings.Join(data, "&"))
	}
}

var statusLine = regexp.MustCompile(`^(\d{3}) [A-Za-z ]+\n`)

func (r *recorded) readResponse(t *testing.T, text string) {
	t.Helper()
	if m := statusLine.FindStringSubmatch(text); m != nil {
		r.status = m[1]
		text = text[len(m[0]):]
	}
	text = strings.TrimPrefix(text, "jsonCopy code") // the label of a button was copied with the text
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, `"`) { // becard shows only the inside of the object of its 500
		text = "{" + strings.TrimSuffix(text, ",") + "}"
	}
	r.body = decodeJSON(t, text)
}

func decodeJSON(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return v
}

func decodeForm(t *testing.T, text string) any {
	t.Helper()
	values, err := url.ParseQuery(text)
	if err != nil {
		t.Fatal(err)
	}
	form := map[string]any{}
	for name, value := range values {
		form[name] = strings.Join(value, "\n")
	}
	return form
}
