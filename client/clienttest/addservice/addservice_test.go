// Package addservice_test adds a service to a copy of the project, by the steps of README's section "Add a service" and
// by nothing else: the files, lines, rows and commands that the section names.
package addservice_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const root = "../../.."

// service is one that nobody knows. written has all that is written for it, each file at its place in the project. The
// rows for a list of the project are in a file of the list's name and ".row".
const service = "parcel"

var written = os.DirFS("testdata/" + service)

func TestAddAService(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds a copy of the project, which takes a while")
	}
	needsShell(t)
	p := copyOf(t, root)
	used := map[string]bool{}
	for _, s := range steps(t) {
		t.Log(s.title)
		for _, name := range s.files {
			for _, file := range filesOf(t, name) {
				if !used[file] { // the step names a file, and its folder
					p.add(t, file)
				}
				used[file] = true
			}
		}
		if len(s.lines) > 0 {
			p.append(t, s.linesTo, s.lines)
		}
		for _, r := range s.rows {
			if out, err := p.run(t, s.commands); err == nil || !strings.Contains(out, "add what is missing") {
				t.Fatalf("%s: without the row in %s the commands print, and end with %v:\n%s", s.title, r.file, err, out)
			}
			p.addRow(t, r)
			used[r.file+".row"] = true
		}
		out, err := p.run(t, s.commands)
		if err != nil {
			t.Fatalf("%s: %v\n%s", s.title, err, out)
		}
		if strings.Contains(out, "no tests to run") {
			t.Errorf("%s: a command runs no test:\n%s", s.title, out)
		}
	}
	for _, file := range filesOf(t, ".") {
		if !used[file] {
			t.Errorf("testdata has %s, which no step of the README names", file)
		}
	}
	p.breakAdapter(t, lastCommands(t))
}

// filesOf returns the files of testdata in a folder, or the file of that name.
func filesOf(t *testing.T, name string) (files []string) {
	t.Helper()
	err := fs.WalkDir(written, path.Clean(name), func(file string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files = append(files, file)
		}
		return err
	})
	if err != nil {
		t.Fatalf("the README names a file that is not in testdata: %v", err)
	}
	return files
}

// breakAdapter has the adapter forget how long a token lives: the tests of every adapter must tell.
func (p project) breakAdapter(t *testing.T, commands string) {
	t.Helper()
	name := filepath.Join(p.dir, "client", service, service+".go")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	const field = `answer.Seconds("expires_in")`
	if !strings.Contains(string(text), field) {
		t.Fatalf("%s is not in the adapter", field)
	}
	p.write(t, name, []byte(strings.Replace(string(text), field, "0", 1)))
	out, err := p.run(t, commands)
	if err == nil || !strings.Contains(out, "--- FAIL: TestT6HostileAnswers/"+service) {
		t.Errorf("with a broken adapter the commands print, and end with %v:\n%s", err, out)
	}
}

// lastCommands returns those of the step with the list of adapters.
func lastCommands(t *testing.T) string {
	t.Helper()
	for _, s := range slices.Backward(steps(t)) {
		if len(s.rows) > 0 {
			return s.commands
		}
	}
	t.Fatal("no step adds a row")
	return ""
}
