package client_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Each test that SECURITY.md names exists, and each of its paragraphs, points and rows names one, or says that no test
// can hold it.
func TestSECURITYNamesItsTests(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	there := testNames(t)
	name := regexp.MustCompile(`\b(?:Test|Fuzz|Benchmark|Example)[A-Z]\w*`)
	named := 0
	for _, name := range name.FindAllString(string(text), -1) {
		if named++; !there[name] {
			t.Errorf("there is no test %s", name)
		}
	}
	if named < 50 {
		t.Errorf("only %d names: this test tells nothing", named)
	}
	_, promises, _ := strings.Cut(string(text), "\n## ")
	promises, _, _ = strings.Cut(promises, "\n## What is not protected")
	points := regexp.MustCompile(`\n- |\n\|`).ReplaceAllString(promises, "\n\n")
	for part := range strings.SplitSeq(points, "\n\n") {
		part = strings.TrimSpace(part)
		introduces := strings.HasSuffix(part, ":") || strings.HasPrefix(part, "#") || strings.HasPrefix(part, "---") ||
			part == "what | where | how |" || part == "What is protected, and how"
		if !introduces && !name.MatchString(part) && !strings.Contains(strings.ToLower(part), "no test") {
			t.Errorf("no test is named: %s", part)
		}
	}
}

// testNames returns the names of all tests of the module.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	function := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark|Example)\w+)\(`)
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		code, err := os.ReadFile(path)
		for _, found := range function.FindAllSubmatch(code, -1) {
			names[string(found[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// No package that a program imports writes to a log, to standard output or to standard error, except for slogobserver,
// whose work that is.
func TestT6NothingIsLogged(t *testing.T) {
	t.Parallel()
	list := exec.CommandContext(t.Context(), "go", "list", "-f",
		"{{$p := .}}{{range .GoFiles}}{{$p.ImportPath}} {{$p.Dir}}/{{.}}\n{{end}}", module+"client/...")
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	writes := map[string]*regexp.Regexp{
		"fmt":     regexp.MustCompile(`^Print`),
		"log":     regexp.MustCompile(``),
		"slog":    regexp.MustCompile(`^(Debug|Default|Error|Info|Log|LogAttrs|Warn|SetDefault|.*Context)$`),
		"os":      regexp.MustCompile(`^(Stdout|Stderr|NewFile)$`),
		"syscall": regexp.MustCompile(`^Write$`),
		"unix":    regexp.MustCompile(`^Write$`),
	}
	files := 0
	for line := range strings.Lines(string(out)) {
		pkg, path, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok || strings.HasSuffix(pkg, "/slogobserver") || strings.Contains(pkg, "/clienttest") {
			continue
		}
		files++
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				of, ok := n.X.(*ast.Ident)
				if ok && writes[of.Name] != nil && writes[of.Name].MatchString(n.Sel.Name) {
					t.Errorf("%s: %s.%s", path, of.Name, n.Sel.Name)
				}
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.Ident); ok && (f.Name == "print" || f.Name == "println") {
					t.Errorf("%s: %s", path, f.Name)
				}
			}
			return true
		})
	}
	if files < 100 {
		t.Errorf("only %d files: this test tells nothing", files)
	}
}

// What a program links is under licences that ask for little more than their text. SECURITY.md names the others.
func TestLicencesOfWhatIsLinked(t *testing.T) {
	t.Parallel()
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f",
		"{{with .Module}}{{if not .Main}}{{.Path}} {{.Dir}}{{end}}{{end}}", module+"client/...")
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	var mozilla []string
	for _, line := range slices.Compact(slices.Sorted(strings.Lines(string(out)))) {
		path, dir, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok {
			continue
		}
		switch text := licenceOf(t, dir); {
		case strings.Contains(text, "Mozilla Public License"):
			mozilla = append(mozilla, path)
		case !strings.Contains(text, "Permission is hereby granted") && !strings.Contains(text, "Apache License") &&
			!strings.Contains(text, "Redistribution and use in source and binary forms"):
			t.Errorf("%s has another licence than MIT, Apache-2.0 or BSD: %.200q", path, text)
		}
	}
	if want := []string{"github.com/hashicorp/go-cleanhttp", "github.com/hashicorp/go-retryablehttp"}; !slices.Equal(mozilla, want) {
		t.Errorf("under MPL-2.0 are %q; SECURITY.md names %q", mozilla, want)
	}
}

func licenceOf(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "LICEN[SC]E*"))
	if err != nil || len(files) == 0 {
		t.Errorf("no licence in %s, %v", dir, err)
		return ""
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
