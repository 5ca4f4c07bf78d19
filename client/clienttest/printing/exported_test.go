package printing

import (
	"go/ast"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// notPrinted are the packages whose types are not looked at.
var notPrinted = map[string]string{
	"client/clienttest/sandbox":   "its accounts are made up, and an Account shows its password; its Server is printed all the same",
	"client/clienttest/logintest": "its rows are those of tests",
}

// Each exported type of a package that is written by hand is among the values that TestT6NothingPrintsASecret prints.
func TestEveryExportedTypeIsPrinted(t *testing.T) {
	const module = "github.com/latchkey-go/latchkey/"
	all, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedFiles | packages.NeedSyntax, Dir: "../../.."},
		"./client/...")
	if err != nil {
		t.Fatal(err)
	}
	printed := map[string]bool{}
	for _, v := range values(t, secretSets[0]) {
		printed[v.name] = true
	}
	types := 0
	for _, pkg := range all {
		path := strings.TrimPrefix(pkg.PkgPath, module)
		if strings.Contains(path, "/internal/") || strings.HasSuffix(path, "api") || notPrinted[path] != "" {
			continue // the generated types print their fields, as SECURITY.md says
		}
		for _, name := range exportedTypes(pkg.Syntax) {
			types++
			if name = path[strings.LastIndex(path, "/")+1:] + "." + name; !printed[name] {
				t.Errorf("%s is not printed by any test: add it to values", name)
			}
		}
	}
	if types < 30 {
		t.Errorf("only %d types: this test tells nothing", types)
	}
	t.Logf("%d exported types", types)
}

// exportedTypes returns the names of a package's exported types.
func exportedTypes(files []*ast.File) []string {
	var names []string
	for _, file := range files {
		for _, decl := range file.Decls {
			group, ok := decl.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range group.Specs {
				if typ, ok := spec.(*ast.TypeSpec); ok && typ.Name.IsExported() {
					names = append(names, typ.Name.Name)
				}
			}
		}
	}
	return names
}
