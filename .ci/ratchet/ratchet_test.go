package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestCompareNamesEachFigureThatIsWorse(t *testing.T) {
	kept := figures{"ratio a : b": 1, "allocations a": 0, "lines small": 13, "lines large": 1000, "bytes": 100, "gone": 1}
	for _, tt := range []struct {
		name  string
		value float64
		bad   bool
	}{
		{"ratio a : b", 1.09, false},
		{"ratio a : b", 1.11, true},
		{"ratio a : b", 0.5, false},
		{"allocations a", 1, true},
		{"lines small", 23, false},
		{"lines small", 24, true},
		{"lines large", 1100, false},
		{"lines large", 1101, true},
		{"bytes", 111, true},
		{"new", 1, true},
	} {
		found := figures{"ratio a : b": 1, "allocations a": 0, "lines small": 13, "lines large": 1000, "bytes": 100, "gone": 1}
		found[tt.name] = tt.value
		err := compare(kept, found)
		if (err != nil) != tt.bad {
			t.Errorf("%s %v: %v", tt.name, tt.value, err)
		}
		if err != nil && !strings.HasPrefix(err.Error(), tt.name+": ") {
			t.Errorf("%v does not begin with %s", err, tt.name)
		}
	}
	if err := compare(kept, figures{"gone": 1}); err == nil || strings.Contains(err.Error(), "gone") {
		t.Errorf("a figure that is measured no more: %v", err)
	}
}

func TestUpdatedTightens(t *testing.T) {
	kept := figures{"ratio a : b": 1, "seconds a": 100, "lines a": 100, "lines gone": 1}
	got, err := parse(updated(kept, figures{"ratio a : b": 0.95, "ratio new": 0.5, "seconds a": 80, "lines a": 99, "lines new": 5}))
	if err != nil {
		t.Fatal(err)
	}
	want := figures{"ratio a : b": 1, "ratio new": 0.55, "seconds a": 88, "lines a": 99, "lines new": 5}
	if len(got) != len(want) {
		t.Errorf("%v; want %v", got, want)
	}
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s: %v; want %v", name, got[name], value)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{"lines a", "12", "lines a 1x"} {
		if _, err := parse("# text\n\n" + text + "\n"); err == nil || !strings.Contains(err.Error(), ":3:") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestResultsOfBenchmarks(t *testing.T) {
	times, allocs := results(`cpu: none
BenchmarkHit/floor 	 1000000	       101.3 ns/op
BenchmarkHitParallel/latchkey-2         	  512794	       172.9 ns/op	       0 B/op	       0 allocs/op
BenchmarkPool/1000/guess      	   10000	      2149 ns/op	     355 B/op	       2 allocs/op
`)
	if times["Hit/floor"] != 101.3 || times["HitParallel/latchkey-2"] != 172.9 || times["Pool/1000/guess"] != 2149 {
		t.Error(times)
	}
	if _, ok := allocs["Hit/floor"]; ok || allocs["Pool/1000/guess"] != 2 {
		t.Error(allocs)
	}
}

func TestSecondsOfAllTests(t *testing.T) {
	log := filepath.Join(t.TempDir(), "test.log")
	for text, want := range map[string]float64{
		"ok  \ta/b\t1.5s\n?   \ta/c\t[no test files]\nok  \ta/d\t2.500s\n": 4,
		"":                        0,
		"FAIL\ta/b\t1.5s\nFAIL\n": 0,
	} {
		if err := os.WriteFile(log, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		found := figures{}
		if err := testSeconds(".", log, figures{}, found); found[allTests] != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %v, %v; want %v", text, found, err, want)
		}
	}
}

// Whoever raises a figure has to say so in the changelog, before and after the commit.
func TestRaisedFigureNeedsTheChangelog(t *testing.T) {
	p := newProject(t)
	check := func(when string, bad bool) {
		t.Helper()
		if err := explained(p.root); (err != nil) != bad {
			t.Errorf("%s: %v", when, err)
		}
	}
	p.write("CHANGELOG.md", "one\n")
	p.write(file, "lines a 10\n")
	p.commit()
	check("nothing raised", false)

	p.write(file, "lines a 9\nlines b 5\n")
	check("lowered, and a new one", false)
	p.commit()

	p.write(file, "lines a 12\nlines b 5\n")
	check("raised", true)
	p.write("CHANGELOG.md", "one\ntwo\n")
	check("raised, and said so", false)
	p.commit()
	check("committed with its line", false)

	p.write(file, "lines a 15\nlines b 5\n")
	p.commit()
	p.write("other", "")
	p.commit()
	check("raised without a word, two commits ago", true)
}

// No way around leads to a larger figure without a word.
func TestRaisedByStepsNeedsTheChangelog(t *testing.T) {
	for name, steps := range map[string][]func(p project){
		"gone, and back": {
			func(p project) { p.write(file, "lines b 5\n"); p.commit() },
			func(p project) { p.write(file, "lines a 12\nlines b 5\n"); p.commit() },
		},
		"gone, and back in the work tree": {
			func(p project) { p.write(file, "lines b 5\n"); p.commit() },
			func(p project) { p.write(file, "lines a 12\nlines b 5\n") },
		},
		"no figures, and others": {
			func(p project) { p.write(file, "lines a\n"); p.commit() },
			func(p project) { p.write(file, "lines a 12\nlines b 5\n"); p.commit() },
		},
		"by a merge": {
			func(p project) { p.git("checkout", "-qb", "side"); p.write(file, "lines a 8\nlines b 5\n"); p.commit() },
			func(p project) { p.git("checkout", "-q", "-"); p.write(file, "lines a 9\nlines b 5\n"); p.commit() },
			func(p project) {
				p.git("merge", "-qsours", "--no-commit", "side")
				p.write(file, "lines a 12\nlines b 5\n")
				p.commit()
			},
		},
		"a changelog that says less": {
			func(p project) { p.write("CHANGELOG.md", ""); p.write(file, "lines a 12\nlines b 5\n"); p.commit() },
		},
	} {
		p := newProject(t)
		p.write("CHANGELOG.md", "one\n")
		p.write(file, "lines a 10\nlines b 5\n")
		p.commit()
		for _, step := range steps {
			step(p)
		}
		if err := explained(p.root); err == nil || !strings.Contains(err.Error(), "lines a") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// project is a folder with a repository.
type project struct {
	*testing.T

	root string
}

func newProject(t *testing.T) project {
	p := project{t, t.TempDir()}
	p.git("init", "-q")
	return p
}

func (p project) git(args ...string) {
	p.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=a", "-c", "user.email=a@example.com"}, args...)...)
	cmd.Dir = p.root
	if out, err := cmd.CombinedOutput(); err != nil {
		p.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

func (p project) commit() {
	p.Helper()
	p.git("add", ".")
	p.git("commit", "-qm", "a commit")
}

func (p project) write(name, text string) {
	p.Helper()
	path := filepath.Join(p.root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		p.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		p.Fatal(err)
	}
}
