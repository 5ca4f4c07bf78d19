// Command ratchet measures the project and fails if a figure is more than a tenth worse than the one on file, or if a
// figure was raised without a line in the changelog. Less is better for each of them.
//
//	go -C .ci/ratchet run . -root ../.. -tests test.log          compares
//	go -C .ci/ratchet run . -root ../.. -tests test.log -print   prints the new file
//
// test.log is what "go test ./..." has printed.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

const file = ".ci/ratchets"

func main() {
	root := flag.String("root", ".", "the project's `folder`")
	tests := flag.String("tests", "", "the `file` with the output of go test ./...")
	printed := flag.Bool("print", false, "print the new file")
	flag.Parse()
	if err := run(*root, *tests, *printed); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(root, tests string, printed bool) error {
	text, err := os.ReadFile(filepath.Join(root, file))
	if err != nil {
		return err
	}
	kept, err := parse(string(text))
	if err != nil {
		return err
	}
	found, err := measure(root, tests, kept)
	if err != nil {
		return err
	}
	if printed {
		fmt.Print(updated(kept, found))
		return nil
	}
	fmt.Print(table(kept, found))
	return errors.Join(compare(kept, found), explained(root))
}

// measure returns all figures. Those of a noisy machine are measured again if one is too large: the median of many runs
// counts.
func measure(root, tests string, kept figures) (figures, error) {
	found := figures{}
	for _, m := range []func(string, figures) error{lines, docs, modules, bytesPerClient} {
		if err := m(root, found); err != nil {
			return nil, err
		}
	}
	if err := benchmarks(root, kept, found); err != nil {
		return nil, err
	}
	return found, testSeconds(root, tests, kept, found)
}
