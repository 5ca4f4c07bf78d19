package reply

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

// Line returns code, field and message for an error, of words that are Repeatable. One field at fault is the field. If
// there are several, the message names all of them.
func (w *Words) Line() (code, field, message string) {
	var causes []Cause
	for _, c := range w.Causes {
		c.Field = short(c.Field, maxField)
		same := slices.IndexFunc(causes, func(other Cause) bool { return other.Field == c.Field && c.Field != "" })
		if same < 0 {
			causes = append(causes, c)
		} else {
			causes[same].Text += ", " + c.Text
		}
	}
	if len(causes) == 1 {
		field, message = causes[0].Field, causes[0].Text
	} else {
		message = together(causes)
	}
	// What is wrong with a field tells more than what is said of the whole: "The given data was invalid."
	for _, text := range w.Texts {
		if message == "" || message == http.StatusText(w.Status) {
			message = text
			continue
		}
		if text == http.StatusText(w.Status) || strings.Contains(message, text) || repeated(text, causes) {
			continue
		}
		if both := message + " (" + text + ")"; len([]rune(both)) <= maxLine {
			message = both
		}
	}
	return short(w.Code, maxField), field, scrub.Text(message, "")
}

// together puts several causes into one line. If they are too long, each is cut, so that all fields are named.
func together(causes []Cause) string {
	shown := causes[:min(len(causes), maxShown)]
	parts := make([]string, len(shown))
	for _, longest := range []int{maxLine, maxLine/max(1, len(shown)) - 4} {
		for i, c := range shown {
			parts[i] = strings.TrimSuffix(c.Text, ".")
			if c.Field != "" {
				parts[i] = strings.TrimSuffix(c.Field+": "+parts[i], ": ")
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
func repeated(text string, causes []Cause) bool {
	return slices.ContainsFunc(causes, func(c Cause) bool {
		return strings.Contains(c.Text, text) || c.Text != "" && strings.Contains(text, strings.TrimSuffix(c.Text, "."))
	})
}

func short(text string, longest int) string {
	if runes := []rune(text); len(runes) > longest {
		return string(runes[:longest-1]) + "…"
	}
	return text
}
