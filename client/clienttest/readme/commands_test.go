package readme_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// A newcomer copies the program of the section "Start" into a new folder beside the module, and types the commands.
func TestStart(t *testing.T) {
	t.Parallel()
	server := sandbox.NewBezala(sandbox.Config{})
	defer server.Close()
	account := server.Accounts()[0]
	beside := t.TempDir()
	here, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(here, filepath.Join(beside, "latchkey")); err != nil {
		t.Skip("no symbolic link can be made here:", err)
	}
	hello := filepath.Join(beside, "hello")
	if err := os.Mkdir(hello, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(hello, "main.go"), []byte(of(t, "Start", "go")[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	commands := of(t, "Start", "sh")[0]
	for name, value := range map[string]string{"BEZALA_EMAIL": account.Name, "BEZALA_PASSWORD": account.Secret} {
		if !strings.Contains(commands, name+"=…") {
			t.Fatalf("the commands do not set %s:\n%s", name, commands)
		}
		commands = strings.Replace(commands, name+"=…", name+"="+value, 1)
	}
	out := shell(t, hello, commands, "BEZALA_BASE_URL="+server.URL)
	if !strings.HasSuffix(out, "\n200 OK\n") {
		t.Errorf("the commands print\n%s\nwant 200 OK at the end", out)
	}
}

// From a clone to a token of a sandbox in two commands.
func TestWithoutGo(t *testing.T) {
	t.Parallel()
	here, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	commands := of(t, "Without Go", "sh")[0]
	if n := strings.Count(strings.TrimSpace(commands), "\n") + 1; n != 2 {
		t.Errorf("%d commands; want 2:\n%s", n, commands)
	}
	bin, home := t.TempDir(), t.TempDir()
	out := shell(t, here, commands, "GOBIN="+bin, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "HOME="+home,
		"GOCACHE="+goEnv(t, "GOCACHE"), "GOPATH="+goEnv(t, "GOPATH"), "GOMODCACHE="+goEnv(t, "GOMODCACHE"))
	token := strings.TrimSpace(out[strings.LastIndex(strings.TrimSpace(out), "\n")+1:])
	if !regexp.MustCompile(`^[\w.~+/-]{16,}=*$`).MatchString(token) {
		t.Errorf("the commands print\n%s\nwant a token at the end", out)
	}
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	value, err := exec.CommandContext(t.Context(), "go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(value))
}

// shell types commands.
func shell(t *testing.T, dir, commands string, variables ...string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the README's commands are for a shell of Unix")
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-e", "-c", commands)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), variables...)
	out, err := cmd.CombinedOutput()
	if strings.Contains(string(out), "module lookup disabled") || strings.Contains(string(out), "dial tcp: lookup") {
		t.Skipf("the Go module proxy cannot be reached, which go mod tidy may need:\n%s", out)
	}
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}
