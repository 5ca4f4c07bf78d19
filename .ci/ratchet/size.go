package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// lines counts what is written by hand in each folder: Go without its tests and without what is generated.
func lines(root string, found figures) error {
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			if path != root && (name[0] == '.' || name == "testdata" || name == "node_modules") {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, ".gen.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(path))
		found["lines "+folder] += float64(bytes.Count(text, []byte("\n")))
		return err
	})
}

// docs counts the lines of documentation of each public package that is not generated.
func docs(root string, found figures) error {
	list, err := output(root, "go", "list", "-f", "{{if .GoFiles}}{{.ImportPath}}{{end}}", "./client/...", "./openapi")
	if err != nil {
		return err
	}
	for _, path := range strings.Fields(list) {
		name := strings.TrimPrefix(path, "github.com/latchkey-go/latchkey/")
		if strings.Contains(name, "internal") || strings.HasSuffix(name, "api") && name != "openapi" {
			continue
		}
		text, err := output(root, "go", "doc", "-all", path)
		if err != nil {
			return err
		}
		found["doc "+name] = float64(strings.Count(text, "\n"))
	}
	return nil
}

// modules counts the modules that a program links with each of some packages, the standard library aside.
func modules(root string, found figures) error {
	for _, name := range []string{
		"client", "client/becard", "client/tokenstore", "client/tokenstore/redisstore", "client/tokenstore/keyringstore",
		"client/otelobserver", "examples/latchkey",
	} {
		list, err := output(root, "go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", "./"+name)
		if err != nil {
			return err
		}
		linked := map[string]bool{}
		for _, module := range strings.Fields(list) {
			linked[module] = true
		}
		found["modules "+name] = float64(len(linked))
	}
	return nil
}

var held = regexp.MustCompile(`(?m)held_internal_test\.go:\d+: ([a-z ,P]+): (\d+) bytes`)

// bytesPerClient is what a Client holds of memory, as its test measures it.
func bytesPerClient(root string, found figures) error {
	text, err := output(root, "go", "test", "./client", "-run", "^TestClientIsSmall$", "-count=1", "-v")
	if err != nil {
		return err
	}
	all := held.FindAllStringSubmatch(text, -1)
	if len(all) == 0 {
		return fmt.Errorf("no bytes in what TestClientIsSmall printed:\n%s", text)
	}
	for _, m := range all {
		if found["bytes of a Client, "+m[1]], err = strconv.ParseFloat(m[2], 64); err != nil {
			return err
		}
	}
	return nil
}
