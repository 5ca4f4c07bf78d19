package loginkit

import (
	"net/http"
	"slices"
	"strings"

	"github.com/latchkey-go/latchkey/client/internal/scrub"
)

const (
	maxLine  = 200 // length of a message, in characters: that of package scrub
	maxField = 40  // length of a field's name
	maxShown = 6   // causes in a message
)

// line returns code, field and message of a LoginError. One field at fault is its Field. If there are several, the
// message names all of them.
func (w *words) line() (code, field, message string) {
	var causes []cause
	for _, c := range w.causes {
		c.field = short(c.field, maxField)
		same := slices.IndexFunc(causes, func(other cause) bool { return other.field == c.field && c.field != "" })
		if same < 0 {
			causes = append(causes, c)
		} else {
			causes[same].text += ", " + c.text
		}
	}
	if len(causes) == 1 {
		field, message = causes[0].field, causes[0].text
	} else {
		message = together(causes)
	}
	// What is wrong with a field tells more than what is said of the whole: "The given data was invalid."
	for _, text := range w.texts {
		switch both := message + " (" + text + ")"; {
		case message == "", message == http.StatusText(w.status):
			message = text
		case text == http.StatusText(w.status), strings.Contains(message, text), repeated(text, causes):
		case len([]rune(both)) <= maxLine:
			message = both
		}
	}
	return short(w.code, maxField), field, scrub.Text(message, "")
}

// together puts several causes into one line. If they are too long, each is cut, so that all fields are named.
func together(causes []cause) string {
	shown := causes[:min(len(causes), maxShown)]
	parts := make([]string, len(shown))
	for _, longest := range []int{maxLine, maxLine/max(1, len(shown)) - 4} {
		for i, c := range shown {
			parts[i] = strings.TrimSuffix(c.text, ".")
			if c.field != "" {
				parts[i] = strings.TrimSuffix(c.field+": "+parts[i], ": ")
			}
			parts[i] = short(parts[i], longest)
		}
		if len([]rune(strings.Join(parts, "; "))) <= maxLine-len("; and more") {
			break
		}
	}
	line := strings.Join(parts, "; ")
	if len(causes) > len(shown) {
		line += "; and more"
	}
	return line
}

// repeated reports whether a text about the whole says nothing beyond the causes. Laravel's is the first of them.
func repeated(text string, causes []cause) bool {
	return slices.ContainsFunc(causes, func(c cause) bool {
		return strings.Contains(c.text, text) || c.text != "" && strings.Contains(text, strings.TrimSuffix(c.text, "."))
	})
}

func short(text string, longest int) string {
	if runes := []rune(text); len(runes) > longest {
		return string(runes[:longest-1]) + "…"
	}
	return text
}
