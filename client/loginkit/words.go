package loginkit

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

// words is what an answer says about a failure, from the places where frameworks put it, just as it came.
type words struct {
	status int
	code   string
	texts  []string // about the whole, the most telling first
	causes []cause  // about single fields, or several about the whole
	raw    []string // what stands in the others in another form
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

// words returns what the answer says.
func (a *Answer) words() words {
	w := words{status: a.Status}
	object := a.Object()
	switch {
	case object != nil:
		if len(object) == 0 {
			w.raw = append(w.raw, string(a.Body))
		}
		w.object(object, 0)
		if 400 <= a.Status && a.Status < 500 && !describes(object) && len(w.causes) == 0 {
			w.fields(object, "", false, 1) // of Django REST, whose fields are not below a name of their own
		}
	case a.OK(): // it may be the token
	case a.isJSON:
		w.value(a.json, false, 0)
		if _, list := a.json.([]any); !list {
			w.raw = append(w.raw, string(a.Body))
		}
	default:
		text := a.text()
		if !a.own(true).IsHTML() {
			w.raw = append(w.raw, string(a.Body[:min(len(a.Body), maxPreamble)]))
		}
		w.hear(strings.Join(strings.Fields(markup().ReplaceAllString(text, " ")), " "))
	}
	return w
}

// object reads an object that describes a failure.
func (w *words) object(object map[string]any, depth int) {
	if depth > maxDepth {
		return
	}
	w.code = w.codeOr(object)
	if text, _ := object["error"].(string); object["error_description"] != nil && w.code == "" {
		w.code = text // RFC 6749, section 5.2
	}
	for _, name := range texts {
		w.value(object[name], false, depth+1)
	}
	for _, name := range lists {
		w.value(object[name], name == "errors", depth+1)
	}
	if data, _ := object["data"].(map[string]any); describes(data) && w.status >= 400 { // JSend
		w.object(data, depth+1)
	}
}

// value reads a text, a list of causes, or an object: one that describes a failure, or one with a field at fault per
// name. loose allows a plain text beside such a name, and not only a list of texts.
func (w *words) value(v any, loose bool, depth int) {
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
func (w *words) hear(text string) {
	switch {
	case strings.TrimSpace(text) == "", text == w.code:
		w.raw = append(w.raw, text) // a secret may be blank
	case w.code == "" && identifier().MatchString(text):
		w.code = text
	case len(w.texts) < maxListed && !slices.Contains(w.texts, text):
		w.texts = append(w.texts, text)
	}
}

// identifier matches a code such as invalid_grant or LOGIN_BAD_CREDENTIALS.
var identifier = lazy.Regexp(`^[A-Za-z0-9]{1,40}(?:_[A-Za-z0-9]{1,40}){1,8}$`)

// codeOr returns the code of an object, unless there is one already. A number that repeats the status is none.
func (w *words) codeOr(object map[string]any) string {
	extensions, _ := object["extensions"].(map[string]any) // GraphQL
	for _, v := range []any{object["code"], extensions["code"]} {
		switch code := v.(type) {
		case string:
			if w.code == "" {
				return code
			}
		case json.Number:
			if w.code == "" && code.String() != strconv.Itoa(w.status) {
				return code.String()
			}
		}
	}
	return w.code
}

// repeatable returns the words that an error may repeat. If there is any trace of the secret in them, none are left: what
// stands around a secret may tell it. Those of a success must be no token.
func (a *Answer) repeatable(w words) *words {
	traced := func(texts ...string) bool {
		texts = append(texts, strings.Join(texts, "")) // one may go on in the next
		return slices.ContainsFunc(texts, a.attempt.traces)
	}
	all := append([]string{w.code}, w.texts...)
	for _, c := range w.causes {
		all = append(all, c.field, c.text)
	}
	raw := w.raw
	if utf16Order(a.Body) != nil {
		raw = append(raw, string(a.Body)) // read as UTF-16, two letters of ASCII are one of another script
	}
	if traced(raw...) || traced(all...) {
		return &words{status: w.status, texts: []string{scrub.Redacted}}
	}
	line := func(text string) string {
		if a.OK() {
			text = withoutTokens(text)
		}
		return scrub.Text(text, "")
	}
	r := &words{status: w.status, code: line(w.code)}
	for _, text := range w.texts {
		r.texts = append(r.texts, line(text))
	}
	for _, c := range w.causes {
		r.causes = append(r.causes, cause{line(c.field), line(c.text)})
	}
	return r
}

func withoutTokens(text string) string {
	all := strings.Fields(text)
	for i := range all {
		if couldBeToken(all[i]) {
			all[i] = scrub.Redacted
		}
	}
	return strings.Join(all, " ")
}

// couldBeToken reports whether a word is too long for one of a language.
func couldBeToken(word string) bool {
	return len(word) >= 16 && strings.ContainsAny(word, "0123456789") || len(word) > 40
}
