package loginkit

import "github.com/latchkey-go/latchkey/client/internal/reply"

// IsHTML reports whether the body is a page. APIs answer none, but firewalls, proxies and websites do. The Content-Type
// tells nothing: Express and Flask call a line of text or JSON text/html.
func (a *Answer) IsHTML() bool { return reply.IsPage(a.Body) }

// Object returns the body's JSON object, or nil if the body is none. Its numbers are of type [json.Number], so that
// long ones keep all their digits.
func (a *Answer) Object() map[string]any { return a.read.Object() }

// Contains reports whether any string in the JSON body equals text. It finds a code whose place is not documented.
func (a *Answer) Contains(text string) bool { return contains(a.read.JSON, text) }

func contains(v any, text string) bool {
	switch v := v.(type) {
	case string:
		return v == text
	case []any:
		for _, element := range v {
			if contains(element, text) {
				return true
			}
		}
	case map[string]any:
		for _, field := range v {
			if contains(field, text) {
				return true
			}
		}
	}
	return false
}
