package addservice_test

import (
	"bytes"
	"errors"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// project is a copy of the project.
type project struct{ dir string }

func needsShell(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the README's commands are for a shell of Unix")
	}
}

// copyOf copies the project's files, those that are not committed yet among them.
func copyOf(t *testing.T, root string) project {
	t.Helper()
	p := project{dir: t.TempDir()}
	for _, name := range filesBelow(t, root) {
		text, err := os.ReadFile(filepath.Join(root, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue // git lists it, and it is deleted
		}
		if err != nil {
			t.Fatal(err)
		}
		p.write(t, filepath.Join(p.dir, name), text)
	}
	return p
}

// filesBelow returns what git lists, or all files if this is no work tree of git.
func filesBelow(t *testing.T, root string) (files []string) {
	t.Helper()
	list := exec.CommandContext(t.Context(), "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = root
	if out, err := list.Output(); err == nil && len(out) > 0 {
		return slices.Compact(strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00"))
	}
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == ".git" || entry.Name() == "node_modules" || name == ".ci/bin"):
			return fs.SkipDir
		case entry.Type().IsRegular():
			files = append(files, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func (p project) write(t *testing.T, name string, text []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// add puts a file of testdata at its place, where nothing may be yet.
func (p project) add(t *testing.T, file string) {
	t.Helper()
	text, err := fs.ReadFile(written, file)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(p.dir, filepath.FromSlash(file))
	if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is in the project already: %v", file, err)
	}
	p.write(t, name, text)
}

// append adds lines to the end of a file of the project.
func (p project) append(t *testing.T, file, lines string) {
	t.Helper()
	name := filepath.Join(p.dir, filepath.FromSlash(file))
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	p.write(t, name, append(text, lines...))
}

// addRow adds a row of testdata to a list of the project, and the imports that the row needs.
func (p project) addRow(t *testing.T, r row) {
	t.Helper()
	elements, err := fs.ReadFile(written, r.file+".row")
	if err != nil {
		t.Fatal(err)
	}
	var imports []byte
	if bytes.HasPrefix(elements, []byte("import ")) {
		imports, elements, _ = bytes.Cut(elements, []byte("\n\n"))
		imports = append(imports, '\n')
	}
	name := filepath.Join(p.dir, filepath.FromSlash(r.file))
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	at := fset.Position(file.Name.End()).Offset
	end := fset.Position(endOf(t, file, r)).Offset
	text = slices.Concat(text[:at], []byte("\n\n"), imports, text[at:end], elements, text[end:])
	if text, err = format.Source(text); err != nil {
		t.Fatalf("%s with its row: %v", r.file, err)
	}
	p.write(t, name, text)
}

// endOf returns where the value of a variable ends, before its last bracket.
func endOf(t *testing.T, file *ast.File, r row) (end token.Pos) {
	t.Helper()
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && spec.Names[0].Name == r.list && len(spec.Values) == 1 {
			if value, ok := spec.Values[0].(*ast.CompositeLit); ok {
				end = value.Rbrace
			}
		}
		return true
	})
	if !end.IsValid() {
		t.Fatalf("%s has no list %s", r.file, r.list)
	}
	return end
}

// run types commands into a shell, which stops at the first that fails.
func (p project) run(t *testing.T, commands string) (out string, err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-e", "-c", commands)
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(), "GOWORK=off")
	text, err := cmd.CombinedOutput()
	if err != nil && unreachable.Match(text) {
		t.Skipf("the Go module proxy cannot be reached, which the generator may need:\n%s", text)
	}
	return string(text), err
}

// unreachable matches what the go command says of a module that is not in the module cache.
var unreachable = regexp.MustCompile(`(?m)^(go: |\S+\.go:\d+:\d+: ).*(module lookup disabled|dial tcp)`)
