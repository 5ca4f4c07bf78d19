// Package reply reads what a service says in an answer about a failure, in the shapes of the usual frameworks: a code,
// fields at fault, and a message. It trusts no answer: it reads so much of it and no more, and what an error may repeat
// is one short printable line.
package reply

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/latchkey-go/latchkey/client/internal/lazy"
	"github.com/latchkey-go/latchkey/client/internal/scrub"
)

// maxDepth is how deep the words of an answer are looked for. Frameworks nest them three deep at most.
const maxDepth = 5

// Words is what an answer says about a failure, from the places where frameworks put it, just as it came.
type Words struct {
	Status int
	Code   string
	Texts  []string // about the whole, the most telling first
	Causes []Cause  // about single fields, or several about the whole

	raw []string // what stands in the others in another form
}

// texts are the names of fields with a text about the whole, the most telling first.
var texts = []string{
	"message", "error_description", "error_message", "errorMessage", "msg", "detail", "reason", "title", "error",
}

// lists are the names of fields with causes: of Laravel, Rails and JSON:API, of Joi, Symfony and Zod, of RFC 7807, and
// of Atlassian.
var lists = []string{
	"errors", "details", "violations", "issues", "invalid-params", "invalid_params", "errorMessages",
}

// Words returns what an answer with a status and this body says.
func (b Body) Words(status int) Words {
	w := Words{Status: status}
	if utf16Order(b.bytes) != nil {
		w.raw = append(w.raw, string(b.bytes)) // read as UTF-16, two letters of ASCII are one of another script
	}
	object := b.Object()
	switch {
	case object != nil:
		if len(object) == 0 {
			w.raw = append(w.raw, string(b.bytes))
		}
		w.object(object, 0)
		if 400 <= status && status < 500 && !describes(object) && len(w.Causes) == 0 {
			w.fields(object, "", false, 1) // of Django REST, whose fields are not below a name of their own
		}
	case w.success(): // it may be the token
	case b.IsJSON:
		w.value(b.JSON, false, 0)
		if _, list := b.JSON.([]any); !list {
			w.raw = append(w.raw, string(b.bytes))
		}
	default:
		text := b.text()
		if !IsPage(b.bytes) {
			w.raw = append(w.raw, string(b.bytes[:min(len(b.bytes), maxPreamble)]))
		}
		w.hear(strings.Join(strings.Fields(WithoutMarkup(text, " ")), " "))
	}
	return w
}

// success reports whether the answer was none of a failure.
func (w *Words) success() bool { return 200 <= w.Status && w.Status < 300 }

// WithoutMarkup returns a text with something in place of each tag of HTML or XML.
func WithoutMarkup(text, instead string) string { return markup().ReplaceAllString(text, instead) }

var markup = lazy.Regexp(`</?[A-Za-z][^<>]*>|<\?[^<>]*\?>`)

// object reads an object that describes a failure.
func (w *Words) object(object map[string]any, depth int) {
	if depth > maxDepth {
		return
	}
	w.Code = w.codeOr(object)
	if text, _ := object["error"].(string); object["error_description"] != nil && w.Code == "" {
		w.Code = text // RFC 6749, section 5.2
	}
	for _, name := range texts {
		w.value(object[name], false, depth+1)
	}
	for _, name := range lists {
		w.value(object[name], name == "errors", depth+1)
	}
	if data, _ := object["data"].(map[string]any); describes(data) && w.Status >= 400 { // JSend
		w.object(data, depth+1)
	}
}

// value reads a text, a list of causes, or an object: one that describes a failure, or one with a field at fault per
// name. loose allows a plain text beside such a name, and not only a list of texts.
func (w *Words) value(v any, loose bool, depth int) {
	switch v := v.(type) {
	case string:
		w.hear(v)
	case []any:
		w.list(v, "", depth)
	case map[string]any:
		w.raw = append(w.raw, some(sorted(v))...)
		if describes(v) {
			w.object(v, depth)
		} else {
			w.fields(v, "", loose, depth)
		}
	}
}

// describes reports whether an object has a field with a text, a code or causes.
func describes(object map[string]any) bool {
	for _, names := range [][]string{{"code"}, texts, lists} {
		for _, name := range names {
			switch object[name].(type) {
			case string, map[string]any, json.Number:
				return true
			case []any: // {"title": ["…"]} is about a field with that name
				if name == "errors" || name == "message" {
					return true
				}
			}
		}
	}
	return false
}

// hear takes note of a text about the whole. An identifier is a code.
func (w *Words) hear(text string) {
	switch {
	case strings.TrimSpace(text) == "", text == w.Code:
		w.raw = append(w.raw, text) // a secret may be blank
	case w.Code == "" && identifier().MatchString(text):
		w.Code = text
	case len(w.Texts) < maxListed && !slices.Contains(w.Texts, text):
		w.Texts = append(w.Texts, text)
	}
}

// identifier matches a code such as invalid_grant or LOGIN_BAD_CREDENTIALS.
var identifier = lazy.Regexp(`^[A-Za-z0-9]{1,40}(?:_[A-Za-z0-9]{1,40}){1,8}$`)

// codeOr returns the code of an object, unless there is one already. A number that repeats the status is none.
func (w *Words) codeOr(object map[string]any) string {
	extensions, _ := object["extensions"].(map[string]any) // GraphQL
	for _, v := range []any{object["code"], extensions["code"]} {
		switch code := v.(type) {
		case string:
			if w.Code == "" {
				return code
			}
		case json.Number:
			if w.Code == "" && code.String() != strconv.Itoa(w.Status) {
				return code.String()
			}
		}
	}
	return w.Code
}

// Repeatable returns the words that an error may repeat. traces reports whether a text holds any trace of a secret. If
// one does, none are left: what stands around a secret may tell it. Those of a success must be no token. clean changes
// each text before it is cut; nil changes none.
func (w *Words) Repeatable(traces func(string) bool, clean func(string) string) *Words {
	traced := func(texts ...string) bool {
		texts = append(texts, strings.Join(texts, "")) // one may go on in the next
		return slices.ContainsFunc(texts, traces)
	}
	all := append([]string{w.Code}, w.Texts...)
	for _, c := range w.Causes {
		all = append(all, c.Field, c.Text)
	}
	if traced(w.raw...) || traced(all...) {
		return &Words{Status: w.Status, Texts: []string{scrub.Redacted}}
	}
	line := func(text string) string {
		if clean != nil {
			text = clean(text)
		}
		if w.success() {
			text = withoutTokens(text)
		}
		return scrub.Text(text, "")
	}
	r := &Words{Status: w.Status, Code: line(w.Code)}
	for _, text := range w.Texts {
		r.Texts = append(r.Texts, line(text))
	}
	for _, c := range w.Causes {
		r.Causes = append(r.Causes, Cause{line(c.Field), line(c.Text)})
	}
	return r
}

func withoutTokens(text string) string {
	all := strings.Fields(text)
	for i := range all {
		if CouldBeToken(all[i]) {
			all[i] = scrub.Redacted
		}
	}
	return strings.Join(all, " ")
}

// CouldBeToken reports whether a word is too long for one of a language.
func CouldBeToken(word string) bool {
	return len(word) >= 16 && strings.ContainsAny(word, "0123456789") || len(word) > 40
}
