package client_test

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/latchkey-go/latchkey/"

// Imports run one way. The first pattern that matches a package says what it may import of this module, and which
// packages of others. A new adapter needs no line here.
var imports = []struct{ pkg, ours, others string }{
	{`.*/\w+api`, ``, `github\.com/oapi-codegen/runtime(/.*)?`},
	{`client/internal/seal`, `client/internal/digest`, `golang\.org/x/crypto/argon2`},
	{`client/internal/lane`, `client/internal/(evidence|retryafter)`, ``},
	{`client/internal/wire`, `client/internal/(lane|origin|resend|retryafter|scrub)`, `github\.com/hashicorp/go-retryablehttp`},
	{`client/internal/pause`, `client/internal/digest`, ``},
	{`client/internal/record`, `client/internal/seal`, ``},
	{`client/internal/share`, `client/internal/(await|digest|record|seal)`, ``},
	{`client/internal/(retryafter|scrub)`, `client/internal/lazy`, ``},
	{`client/internal/(reply|sent)`, `client/internal/(lazy|scrub)`, ``},
	{`client/internal/\w+`, ``, ``}, // never client
	{`client`, `client/internal/\w+`, ``},
	{`client/loginkit`, `client|client/internal/(lazy|reply|retryafter|scrub)`, ``},
	{`client/apierror`, `client|client/internal/(lazy|reply|retryafter|scrub|sent)`, ``},
	{`client/secrets`, `client|client/internal/(scrub|sent)`, `golang\.org/x/sys/unix`},
	{`client/slogobserver`, `client|client/internal/(scrub|sent)`, ``},
	{`client/otelobserver`, `client|client/internal/resend`, `go\.opentelemetry\.io/otel(/(attribute|codes|metric|trace))?`},
	{`client/oauth2source`, `client`, `golang\.org/x/oauth2`},
	{`client/tokenstore`, `client|client/internal/(lazy|seal)`, `github\.com/gofrs/flock`},
	{`client/tokenstore/redisstore`, `client|client/internal/await`, `github\.com/redis/go-redis/v9`},
	{`client/tokenstore/keyringstore`, `client`, `github\.com/(zalando/go-keyring|godbus/dbus/v5)`},
	{`client/tokenstore/internal/.*`, ``, `github\.com/redis/go-redis/v9`},
	{`client/clienttest/internal/\w+server`, ``, `github\.com/oapi-codegen/runtime(/.*)?`},
	{`client/clienttest/internal/services`, `client|client/\w+`, ``},
	{`client/clienttest/sandbox`, `openapi|client/clienttest/internal/\w+server`, `github\.com/(getkin/kin-openapi/.*|google/uuid)`},
	{`client/clienttest/logintest`, `client|client/clienttest/sandbox`, `github\.com/getkin/kin-openapi/.*`},
	{`client/clienttest`, `client`, ``},
	{`client/formlogin`, `client|client/loginkit|client/internal/(lazy|scrub)|<pkg>/\w+api`, ``}, // for its advice in errors
	{`client/\w+`, `client|client/loginkit|client/internal/lazy|<pkg>/\w+api`, ``},               // adapters: never another's package
	{`examples/.*`, `.*`, `.*`},
	{`openapi|`, ``, ``},
}

func TestImportsRunOneWay(t *testing.T) {
	t.Parallel()
	list := exec.CommandContext(t.Context(), "go", "list", "-f", `{{if .GoFiles}}{{.ImportPath}} {{join .Imports " "}}{{end}}`, module+"...")
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		pkg := strings.TrimPrefix(fields[0]+"/", module)
		pkg = strings.TrimSuffix(pkg, "/")
		rule := slices.IndexFunc(imports, func(r struct{ pkg, ours, others string }) bool { return whole(r.pkg, pkg) })
		if rule < 0 {
			t.Errorf("no pattern says what %s may import", pkg)
			continue
		}
		for _, imported := range fields[1:] {
			own, isOurs := strings.CutPrefix(imported, module)
			first, _, _ := strings.Cut(imported, "/")
			allowed := !strings.Contains(first, ".") // the standard library
			if isOurs {
				allowed = whole(strings.ReplaceAll(imports[rule].ours, "<pkg>", pkg), own)
			} else if !allowed {
				allowed = whole(imports[rule].others, imported)
			}
			if !allowed {
				t.Errorf("%s imports %s", pkg, imported)
			}
		}
	}
}

// Each package's tests fail if a goroutine is left when they are over.
func TestEveryPackageLooksForGoroutines(t *testing.T) {
	t.Parallel()
	list := exec.CommandContext(t.Context(), "go", "list", "-f", `{{$dir := .Dir}}{{range .TestGoFiles}}{{$dir}}/{{.}} {{end}}{{range .XTestGoFiles}}{{$dir}}/{{.}} {{end}}`, module+"...")
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		files := strings.Fields(line)
		looks := slices.ContainsFunc(files, func(name string) bool {
			text, err := os.ReadFile(name)
			return err == nil && strings.Contains(string(text), "func TestMain(") && strings.Contains(string(text), "goleak.VerifyTestMain(m")
		})
		if len(files) > 0 && !looks {
			t.Errorf("%s: no TestMain calls goleak.VerifyTestMain", path.Dir(files[0]))
		}
	}
}

// A generated client's doc says of which spec it is made, and how it gets a token.
func TestGeneratedClientsSayHowToUseThem(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*/*api/*.gen.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d generated clients, %v", len(files), err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.PackageClauseOnly)
		if err != nil {
			t.Fatal(err)
		}
		doc, pkg := file.Doc.Text(), file.Name.Name
		service := strings.TrimSuffix(pkg, "api")
		for _, want := range []string{
			"Package " + pkg + " ", " openapi/" + service + ".yaml", "a Login of package " + service,
			pkg + ".NewClientWithResponses(c.BaseURL(), " + pkg + ".WithHTTPClient(c.HTTPClient()))",
		} {
			if !strings.Contains(doc, want) {
				t.Errorf("%s: %q is not in the doc of the package:\n%s", name, want, doc)
			}
		}
		if strings.Contains(doc, "DO NOT EDIT") {
			t.Errorf("%s: the generator's line is in the doc of the package", name)
		}
	}
}

func whole(pattern, s string) bool {
	return s == "" && pattern == "" || regexp.MustCompile(`^(?:`+pattern+`)$`).MatchString(s) && pattern != ""
}

// A decision has one place: of the files of package client, at most four refer to each other in a loop.
func TestFewFilesReferToEachOther(t *testing.T) {
	t.Parallel()
	refers := references(t)
	reach := map[string]map[string]bool{}
	var visit func(from, file string)
	visit = func(from, file string) {
		for next := range refers[file] {
			if !reach[from][next] {
				reach[from][next] = true
				visit(from, next)
			}
		}
	}
	for file := range refers {
		reach[file] = map[string]bool{}
		visit(file, file)
	}
	seen := map[string]bool{}
	for file := range refers {
		loop := []string{file}
		for other := range refers {
			if other != file && reach[file][other] && reach[other][file] {
				loop = append(loop, other)
			}
		}
		slices.Sort(loop)
		name := strings.Join(loop, " ")
		if len(loop) > 1 && !seen[name] {
			t.Log("a loop:", name)
		}
		if len(loop) > 4 && !seen[name] {
			t.Errorf("%d files refer to each other: %s", len(loop), name)
		}
		seen[name] = true
	}
}

// references returns which file of package client refers to which, by the type checker's word.
func references(t *testing.T) map[string]map[string]bool {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", ".")
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	exports := map[string]string{}
	for line := range strings.Lines(string(out)) {
		if fields := strings.Fields(line); len(fields) == 2 {
			exports[fields[0]] = fields[1]
		}
	}
	fset := token.NewFileSet()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range names {
		if !strings.HasSuffix(name, "_test.go") {
			file, err := parser.ParseFile(fset, name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, file)
		}
	}
	config := types.Config{Importer: importer.ForCompiler(fset, "gc", func(pkg string) (io.ReadCloser, error) {
		export, ok := exports[pkg]
		if !ok {
			return nil, fmt.Errorf("no export data of %s", pkg)
		}
		return os.Open(export)
	})}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{}}
	pkg, err := config.Check(module+"client", fset, files, info)
	if err != nil {
		t.Fatal(err)
	}
	refers := map[string]map[string]bool{}
	file := func(pos token.Pos) string { return path.Base(fset.Position(pos).Filename) }
	for ident, object := range info.Uses {
		if object.Pkg() != pkg {
			continue
		}
		from, to := file(ident.Pos()), file(object.Pos())
		if refers[from] == nil {
			refers[from] = map[string]bool{}
		}
		if from != to {
			refers[from][to] = true
		}
	}
	return refers
}
