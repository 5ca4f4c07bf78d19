package addservice_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// step is one step of the README's section.
type step struct {
	title    string
	files    []string // of the service, each to be written
	lines    string   // to be added to linesTo
	linesTo  string
	rows     []row
	commands string // for a shell
}

// row is one more element of a list in a file.
type row struct{ list, file string }

var (
	number  = regexp.MustCompile(`(?m)^\d+\. \*\*`)
	block   = regexp.MustCompile("(?ms)^ *```(\\w+)\n(.*?)^ *```$")
	quoted  = regexp.MustCompile("`([^`\n]+)`")
	linesTo = regexp.MustCompile("lines to\\s+`([^`]+)`")
	rowsTo  = regexp.MustCompile("a row to\\s+`(\\w+)`\\s+in\\s+`([^`]+)`")
)

// steps reads the section, for the service of this test.
func steps(t *testing.T) (all []step) {
	t.Helper()
	readme, err := os.ReadFile(root + "/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(readme), "\n## Add a service\n")
	section, _, ends := strings.Cut(section, "\n## ")
	starts := number.FindAllStringIndex(section, -1)
	if !found || !ends || len(starts) < 2 {
		t.Fatalf(`README.md has no section "Add a service" with steps, but %d of them`, len(starts))
	}
	section = strings.ReplaceAll(section, "<service>", service)
	starts = number.FindAllStringIndex(section, -1)
	for i, start := range starts {
		end := len(section)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		all = append(all, read(t, section[start[0]:end]))
	}
	return all
}

// read reads a step's text.
func read(t *testing.T, text string) step {
	t.Helper()
	title, _, _ := strings.Cut(text, ".**")
	s := step{title: strings.Replace(title, "**", "", 1)}
	for _, b := range block.FindAllStringSubmatch(text, -1) {
		switch b[1] {
		case "sh":
			s.commands += unindented(b[2])
		case "text":
			s.lines += unindented(b[2])
		default:
			t.Errorf("%s: a block of %s, which this test does not know", s.title, b[1])
		}
	}
	prose := block.ReplaceAllString(text, "")
	if to := linesTo.FindStringSubmatch(prose); to != nil {
		s.linesTo = to[1]
	}
	if (s.lines != "") != (s.linesTo != "") {
		t.Errorf("%s: lines without a file, or the other way round", s.title)
	}
	for _, r := range rowsTo.FindAllStringSubmatch(prose, -1) {
		s.rows = append(s.rows, row{list: r[1], file: r[2]})
	}
	for _, q := range quoted.FindAllStringSubmatch(prose, -1) {
		if strings.Contains(q[1], "/") && strings.Contains(q[1], service) {
			s.files = append(s.files, q[1])
		}
	}
	return s
}

func unindented(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(strings.TrimPrefix(line, "   "))
	}
	return b.String()
}
