package readme_test

import (
	"os"
	"strings"
	"testing"
)

const root = "../../.."

// block is a code block of the README.
type block struct {
	heading, language, text string
}

// blocks returns all code blocks of the README.
func blocks(t *testing.T) (all []block) {
	t.Helper()
	readme, err := os.ReadFile(root + "/README.md")
	if err != nil {
		t.Fatal(err)
	}
	var heading string
	var open *block
	for line := range strings.Lines(string(readme)) {
		fence, isFence := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case isFence && open == nil:
			open = &block{heading: heading, language: fence}
		case isFence:
			all = append(all, *open)
			open = nil
		case open != nil:
			open.text += line
		case strings.HasPrefix(line, "#"):
			heading = strings.TrimSpace(strings.TrimLeft(line, "#"))
		}
	}
	if open != nil || len(all) == 0 {
		t.Fatal("the README has no code blocks, or one without an end")
	}
	return all
}

// of returns the blocks of a language below a heading.
func of(t *testing.T, heading, language string) (texts []string) {
	t.Helper()
	for _, b := range blocks(t) {
		if b.heading == heading && b.language == language {
			texts = append(texts, b.text)
		}
	}
	if len(texts) == 0 {
		t.Fatalf("the README has no block of %s below %q", language, heading)
	}
	return texts
}
