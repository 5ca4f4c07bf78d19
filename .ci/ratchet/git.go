package main

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// explained looks at each commit that changed the figures, the oldest first, and at what is not committed yet: whoever
// raises a figure says why in the changelog. A figure that was gone meanwhile counts as it was last.
func explained(root string) error {
	log, err := output(root, "git", "log", "--reverse", "--topo-order", "--format=%H %P", "--", file)
	if err != nil {
		return err
	}
	last := figures{}
	for line := range strings.Lines(log) {
		commit := strings.Fields(line)
		if err := explainedBy(root, last, commit[0], commit[1:]); err != nil {
			return err
		}
	}
	return explainedBy(root, last, "", []string{"HEAD"})
}

// explainedBy compares a commit with its parents, and takes its figures over into last. No commit is the work tree.
func explainedBy(root string, last figures, commit string, parents []string) error {
	is := at(root, commit)
	raised := raised(before(root, last, parents), is)
	maps.Copy(last, is)
	if len(raised) == 0 {
		return nil
	}
	args := []string{"show", "--format=", "--cc", commit}
	if commit == "" {
		commit, args = "the work tree", []string{"diff", "HEAD"}
	}
	diff, err := output(root, "git", append(args, "--", "CHANGELOG.md")...)
	if err != nil {
		return err
	}
	added := strings.Repeat("+", len(parents)) // to what each parent has
	for line := range strings.Lines(diff) {
		if strings.HasPrefix(line, added) && !strings.HasPrefix(line, "+++ ") {
			return nil
		}
	}
	return fmt.Errorf("%s: %s raises a figure and says nothing in CHANGELOG.md: %s", file, commit, strings.Join(raised, "; "))
}

// before returns the figures that a commit is compared with: the largest ones of its parents. Those that no parent has
// are as they were last.
func before(root string, last figures, parents []string) figures {
	largest := figures{}
	for _, parent := range parents {
		for name, value := range at(root, parent) {
			largest[name] = max(largest[name], value)
		}
	}
	was := maps.Clone(last)
	maps.Copy(was, largest)
	return was
}

// at returns the figures of a commit, none if there was no such file yet or the commit is not in a shallow clone.
func at(root, commit string) figures {
	if commit == "" {
		text, _ := os.ReadFile(filepath.Join(root, file))
		all, _ := parse(string(text))
		return all
	}
	text, err := output(root, "git", "show", commit+":"+file)
	if err != nil {
		return nil
	}
	all, _ := parse(text)
	return all
}

// raised names the figures that went up.
func raised(was, is figures) []string {
	var all []string
	for _, name := range names(was) {
		if value, ok := is[name]; ok && value > was[name] {
			all = append(all, name)
		}
	}
	return all
}

// output runs a command in a folder and returns what it prints. What go says on standard error while it loads modules is
// no part of that.
func output(dir, name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s%s", name, strings.Join(args, " "), err, out, &stderr)
	}
	return string(out), nil
}
