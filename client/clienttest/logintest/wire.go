package logintest

import (
	"maps"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// awkward has characters that JSON, forms and URLs escape, and ends in a space.
var awkward = strings.Repeat("&=+%\"\\\té🔑 ", 7)

// testWire compares the request that is really sent with the document's.
func (l login) testWire(t *testing.T) {
	fields := maps.Clone(l.Fields)
	for _, f := range l.fields(t, l.Route, l.Variant) {
		text := []rune(f.path + awkward)
		if f.max > 0 {
			text = text[:min(len(text), f.max-len(l.prefix(f.path)))]
		}
		if value := string(text); f.allows(l.prefix(f.path) + value) {
			fields[f.path] = value
		}
	}
	for place, cfg := range places {
		t.Run(place, func(t *testing.T) {
			t.Run("example", func(t *testing.T) {
				sent := l.send(t, cfg, l.Fields)
				if want := l.documented(t, l.Fields); !reflect.DeepEqual(sent, want) {
					t.Errorf("sent\n%q\nwant\n%q", sent, want)
				}
				if l.Example == "" {
					return
				}
				if want := shownRequest(t, l.Example); !reflect.DeepEqual(sent, want) {
					t.Errorf("sent\n%q\nthe document's example is\n%q", sent, want)
				}
			})
			t.Run("awkward", func(t *testing.T) {
				sent := l.send(t, cfg, fields)
				if want := l.documented(t, fields); !reflect.DeepEqual(sent, want) {
					t.Errorf("sent\n%q\nwant\n%q", sent, want)
				}
			})
		})
	}
}

// documented returns the request that the document asks for.
func (l login) documented(t *testing.T, fields map[string]string) message {
	t.Helper()
	body := map[string]any{}
	if l.Variant != "" {
		body["type"] = l.Variant
	}
	for path, value := range fields {
		if path == l.SecretField {
			value = l.Prefix + value
		}
		object := body
		parents := strings.Split(path, ".")
		name := parents[len(parents)-1]
		for _, parent := range parents[:len(parents)-1] {
			if object[parent] == nil {
				object[parent] = map[string]any{}
			}
			object, _ = object[parent].(map[string]any)
		}
		object[name] = value
	}
	method, path, _ := strings.Cut(l.Route, " ")
	return message{method: method, path: path, contentType: l.contentType(t), body: body}
}

// contentType returns the document's type.
func (l login) contentType(t *testing.T) string {
	t.Helper()
	method, path, _ := strings.Cut(l.Route, " ")
	for mediaType := range l.document(t).Paths.Value(path).GetOperation(method).RequestBody.Value.Content {
		return mediaType // the only one, as variants checks
	}
	return ""
}

// send logs in at a sandbox that accepts the fields, and returns the request. It checks what every request must have
// and must not have.
func (l login) send(t *testing.T, cfg sandbox.Config, fields map[string]string) message {
	t.Helper()
	server := l.start(t, cfg, fields)
	rec := record(server, cfg)
	token, err := l.token(t.Context(), server.URL, fields, client.WithTransport(rec))
	if err != nil {
		t.Fatal(err)
	}
	if token.Value() == "" || token.Type() != "Bearer" {
		t.Errorf("the token is %s with value %q", token.Type(), token.Value())
	}
	x := rec.only(t)
	l.checkHead(t, x.request, fields)
	if got := x.request.URL.Scheme + "://" + x.request.URL.Host; got != server.URL {
		t.Errorf("sent to %s, want %s", got, server.URL)
	}
	contentType, _, err := mime.ParseMediaType(x.request.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	return message{
		method:      x.request.Method,
		path:        x.request.URL.Path,
		contentType: contentType,
		body:        decode(t, contentType, string(x.sent)),
	}
}

// checkHead checks everything of a request except its body.
func (l login) checkHead(t *testing.T, req *http.Request, fields map[string]string) {
	t.Helper()
	if accept := req.Header.Values("Accept"); !slices.Equal(accept, []string{"application/json"}) {
		t.Errorf("Accept is %q, want application/json", accept)
	}
	u := req.URL
	if u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		t.Errorf("the URL has more than a path: %s", u)
	}
	for _, name := range []string{"Authorization", "Cookie", "Referer"} {
		if value, ok := req.Header[name]; ok {
			t.Errorf("the request has %s: %s", name, value)
		}
	}
	head := u.String()
	for name, values := range req.Header {
		head += "\n" + name + ": " + strings.Join(values, ", ")
	}
	for _, spelling := range spellings(fields[l.SecretField]) {
		if strings.Contains(head, spelling) {
			t.Errorf("the secret is in URL or header:\n%s", head)
		}
	}
}
