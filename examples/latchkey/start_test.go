package main

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
)

// What packages of this module do at the start of a program, each command pays for.
func TestStartIsCheap(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "latchkey", "--version")
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	inits := regexp.MustCompile(`init (github.com/latchkey-go/\S+|main) .* (\d+) bytes, (\d+) allocs`).FindAllStringSubmatch(string(out), -1)
	if len(inits) == 0 {
		t.Fatalf("no package of ours is initialised:\n%s", out)
	}
	total := 0
	for _, init := range inits {
		bytes, err := strconv.Atoi(init[2])
		if err != nil {
			t.Fatal(err)
		}
		total += bytes
	}
	if total > 64<<10 {
		t.Errorf("%d bytes are allocated before main:\n%s", total, out)
	}
}
