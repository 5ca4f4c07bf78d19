//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestSecretsStayInside looks at every program that the command starts, with its arguments and its environment, at all
// that it prints, and at all files afterwards. The token is where the user asks for it, and nowhere else.
func TestSecretsStayInside(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("strace is not installed (Debian: apt-get install strace)")
	}
	w, dir := worldFor(t)
	if err := os.WriteFile(filepath.Join(dir, "pw.secret"), []byte("secretpassword\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := append(append(home(dir), w.urls()...),
		"PATH="+os.Getenv("PATH"), "BEZALA_BASE_URL="+w.fronts["bezala"].URL, "BEZALA_EMAIL=user@example.com", "BEZALA_PASSWORD=your-password",
		"FORMLOGIN_BASE_URL="+w.fronts["formlogin"].URL, "FORMLOGIN_USERNAME=user@example.com",
		"BECARD_BASE_URL="+w.fronts["becard"].URL, "BECARD_EMAIL=user@example.com")
	const stdout, environment = 1, 2 // where the token may be
	for i, command := range []struct {
		may  int
		line string
	}{
		{0, "login bezala"},
		{0, "login formlogin --secret file:pw.secret"},
		{0, "login becard --secret|command:cat pw2.secret"},
		{stdout, "token bezala"},
		{stdout, "header becard"},
		{0, "api bezala /api/accounts"},
		{0, "api bezala /api/nothing -d x"},
		{environment, "exec bezala -- true"},
		{0, "status"},
		{0, "token bezala -u nobody@example.com"},
		{0, "token bezala --base-url http://127.0.0.1:1 -u x@example.com"},
		{0, "logout bezala"},
		{0, "login bezala --secret your-password-as-an-argument"},
	} {
		if i == 0 {
			if err := os.WriteFile(filepath.Join(dir, "pw2.secret"), []byte("your-password"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		argument := strings.Contains(command.line, "as-an-argument") // the user's own mistake, which goes no further
		args := strings.Fields(command.line)
		if head, last, ok := strings.Cut(command.line, "|"); ok {
			args = append(strings.Fields(head), last)
		}
		trace := filepath.Join(dir, "trace.secret")
		cmd := exec.CommandContext(t.Context(), "strace", append([]string{
			"-f", "--seccomp-bpf", "-qq", "-v", "-s", "100000", "-e", "trace=execve,prctl", "-o", trace, "latchkey"}, args...)...)
		var out, errs bytes.Buffer
		cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, env, &out, &errs
		_ = cmd.Run() // some fail, as they should
		if secret := w.found(errs.String()); secret != "" {
			t.Errorf("%s: standard error has a secret: %s", command.line, errs.String())
		}
		if secret := w.found(out.String()); secret != "" && command.may != stdout {
			t.Errorf("%s: standard output has a secret: %s", command.line, out.String())
		}
		checkTrace(t, w, command.line, trace, command.may == environment, argument)
	}
	if err := w.checkFiles(dir); err != nil {
		t.Error(err)
	}
}

// checkTrace looks at the programs of a run. The first one is the command itself, whose environment is the user's.
func checkTrace(t *testing.T, w *world, line, trace string, token, argument bool) {
	t.Helper()
	data, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), "prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE") {
		t.Errorf("%s: the memory is open to core dumps and to the user's other processes", line)
	}
	for i, call := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		call, env, ok := strings.Cut(call, "], [")
		if !ok {
			continue // it failed, or exited
		}
		if secret := w.found(call); secret != "" && !argument {
			t.Errorf("%s: an argument is a secret: %s", line, call)
		}
		if i == 0 {
			continue
		}
		for variable := range strings.SplitSeq(env, ", ") {
			if secret := w.found(variable); secret != "" && (!token || !strings.HasPrefix(variable, `"BEZALA_TOKEN=`)) {
				t.Errorf("%s: the environment of another program has a secret: %s", line, variable)
			}
		}
	}
}

// A crash shows no secret either.
func TestCrash(t *testing.T) {
	t.Parallel()
	w, dir := worldFor(t)
	p := startProxy(t, append(home(dir), w.otherEnv()...), dir)
	if code, body := p.get(t, "/me"); code != 200 {
		t.Fatalf("HTTP %d %s", code, body)
	}
	if err := exec.CommandContext(t.Context(), "kill", "-ABRT", strconv.Itoa(p.cmd.Process.Pid)).Run(); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait()
	dump := p.errs.String()
	if !strings.Contains(dump, "goroutine ") || w.found(dump) != "" {
		t.Errorf("the dump has a secret, or is none: %d bytes", len(dump))
	}
	status, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range status {
		if strings.HasPrefix(entry.Name(), "core") {
			t.Errorf("there is a core: %s", fmt.Sprint(entry.Name()))
		}
	}
}
