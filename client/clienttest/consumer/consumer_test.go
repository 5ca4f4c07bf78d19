// Package consumer_test uses the module as another program would: in a module of its own, through exported names alone.
// Its code is what the module shows to its users: all examples, and the quickstart.
package consumer_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	root   = "../../.."
	module = "github.com/latchkey-go/latchkey"
)

// notShown are packages without an example.
var notShown = map[string]string{
	module:                                  "it has the lines for go generate alone",
	module + "/client/clienttest/logintest": "it tests the adapters of this module, beside their documents' examples",
}

func TestExamplesInAnotherModule(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds all examples, which takes a while")
	}
	c := newConsumer(t)
	shown := c.copyFiles(t, example, "client") + c.copyFiles(t, example, "openapi")
	c.copyFiles(t, regexp.MustCompile(`^\w+\.go$`), "examples/quickstart")
	ran := strings.Count(c.goes(t, "test", "-run", "^Example", "-v", "./..."), "\n--- PASS: Example")
	if ran < 30 {
		t.Errorf("%d examples ran: this test tells little", ran)
	}
	if out := c.goes(t, "run", "./examples/quickstart"); !strings.Contains(out, "bezala") {
		t.Errorf("the quickstart prints\n%s", out)
	}
	t.Logf("%d files with %d examples", shown, ran)

	imported := strings.Fields(c.goes(t, "list", "-f", `{{join .XTestImports "\n"}}{{"\n"}}{{join .Imports "\n"}}`, "./..."))
	for _, pkg := range publicPackages(t) {
		if !slices.Contains(imported, pkg) && notShown[pkg] == "" {
			t.Errorf("no example imports %s", pkg)
		}
	}
}

// Nobody depends on what may change without notice.
func TestInternalPackagesCannotBeImported(t *testing.T) {
	t.Parallel()
	c := newConsumer(t)
	var internal []string
	for _, pkg := range packages(t) {
		if strings.Contains(pkg, "/internal/") {
			internal = append(internal, pkg)
			c.write(t, fmt.Sprintf("p%d/p.go", len(internal)), fmt.Sprintf("package p\n\nimport _ %q\n", pkg))
		}
	}
	out, err := c.command(t, "build", "./...").CombinedOutput()
	if err == nil || len(internal) < 20 {
		t.Fatalf("%d packages are internal, and a program that imports them builds with %v", len(internal), err)
	}
	for _, pkg := range internal {
		if !strings.Contains(string(out), "use of internal package "+pkg+" not allowed") {
			t.Errorf("%s can be imported", pkg)
		}
	}
}

// example matches the name of a file of examples.
var example = regexp.MustCompile(`^example(_\w+)?_test\.go$`)

// packages returns all packages of the module that have Go files beside tests.
func packages(t *testing.T) []string {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-f", `{{if and .GoFiles (ne .Name "main")}}{{.ImportPath}}{{end}}`, "./...")
	list.Dir = filepath.FromSlash(root)
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(out))
}

// publicPackages returns those that others can import.
func publicPackages(t *testing.T) []string {
	t.Helper()
	return slices.DeleteFunc(packages(t), func(pkg string) bool { return strings.Contains(pkg, "/internal/") })
}

// consumer is the folder of another module.
type consumer struct{ dir string }

// newConsumer makes a module that requires this one, and what this one requires, as "go mod tidy" would find it.
func newConsumer(t *testing.T) consumer {
	t.Helper()
	here, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	c := consumer{dir: t.TempDir()}
	requirements, isModule := strings.CutPrefix(c.read(t, filepath.Join(here, "go.mod")), "module "+module+"\n")
	if !isModule {
		t.Fatal("go.mod begins otherwise")
	}
	c.write(t, "go.mod", fmt.Sprintf("module example.com/consumer\n%s\nrequire %s v0.0.0\n\nreplace %s => %q\n",
		requirements, module, module, filepath.ToSlash(here)))
	c.write(t, "go.sum", c.read(t, filepath.Join(here, "go.sum")))
	return c
}

// copyFiles copies the Go files of such a name below a folder of this module, and returns how many there are.
func (c consumer) copyFiles(t *testing.T, name *regexp.Regexp, folder string) (files int) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(root, folder), func(path string, entry os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == "testdata":
			return filepath.SkipDir
		case entry.Type().IsRegular() && name.MatchString(entry.Name()):
			place, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			files++
			c.write(t, place, c.read(t, path))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func (c consumer) read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (c consumer) write(t *testing.T, name, text string) {
	t.Helper()
	name = filepath.Join(c.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (c consumer) command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = c.dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
	return cmd
}

// goes runs the go command, which must succeed.
func (c consumer) goes(t *testing.T, args ...string) string {
	t.Helper()
	out, err := c.command(t, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}
