package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// explained looks at each commit that changed the figures, and at what is not committed yet: whoever raises a figure
// says why in the changelog.
func explained(root string) error {
	log, err := output(root, "git", "log", "--format=%H %P", "--", file)
	if err != nil {
		return err
	}
	if err := explainedBy(root, "HEAD", ""); err != nil {
		return err
	}
	for _, commit := range strings.Split(strings.TrimSpace(log), "\n") {
		if hash, parent, ok := strings.Cut(commit, " "); ok && parent != "" && !strings.Contains(parent, " ") {
			if err := explainedBy(root, parent, hash); err != nil {
				return err
			}
		}
	}
	return nil
}

// explainedBy compares a commit with its parent. No commit is the work tree.
func explainedBy(root, parent, commit string) error {
	raised := raised(at(root, parent), at(root, commit))
	if len(raised) == 0 {
		return nil
	}
	args := []string{"diff", "--name-only", parent}
	if commit != "" {
		args = append(args, commit)
	}
	changed, err := output(root, "git", append(args, "--", "CHANGELOG.md")...)
	if err != nil || changed != "" {
		return err
	}
	if commit == "" {
		commit = "the work tree"
	}
	return fmt.Errorf("%s: %s raises a figure and says nothing in CHANGELOG.md: %s", file, commit, strings.Join(raised, "; "))
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

// output runs a command in a folder and returns what it prints.
func output(dir, name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out), nil
}
