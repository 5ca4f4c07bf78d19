//go:build linux

package main

import (
	"os"
	"os/exec"
	"regexp"
	"syscall"
	"testing"
)

// A home that cannot be written, and a disk that is full: one clear line, the right code, no token in a file. These
// scripts run with mounts of their own, for which one must be root.
func TestDiskTrouble(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can mount")
	}
	for _, test := range []struct {
		name, script string
		want         string // a pattern
		tries        int    // requests to log in
	}{
		{
			"read-only home, nothing in it", `
mount -t tmpfs -o ro none "$HOME"
latchkey token bezala; echo $?
latchkey login bezala; echo $?`,
			`latchkey: tokenstore: mkdir \S+: read-only file system
1
latchkey: tokenstore: mkdir \S+: read-only file system
1
`, 0,
		},
		{
			"read-only home with a token", `
mount -t tmpfs none "$HOME"
latchkey token bezala > /dev/null
mount -o remount,ro "$HOME"
latchkey token bezala | wc -c
latchkey login bezala; echo $?
latchkey logout bezala; echo $?`,
			`21
latchkey: tokenstore: open \S+: read-only file system
1
latchkey: bezala password user@example.com at \S+: the token stays: .*: read-only file system
1
`, 1,
		},
		{
			"full disk", `
mount -t tmpfs -o size=64k none "$HOME"
mkdir -p "$HOME/cache/latchkey" "$HOME/config/latchkey"; chmod 700 "$HOME"/*/*
cat /dev/zero > "$HOME/filler" 2> /dev/null
latchkey token bezala | wc -c
latchkey login bezala; echo $?
latchkey token bezala > "$HOME/out"; echo $?
find "$HOME" -name '*.token' -size +0`,
			`latchkey: warning: bezala: the token is not kept: tokenstore: write \S+: no space left on device
21
latchkey: tokenstore: write \S+: no space left on device
1
(?:latchkey: warning: .*\n)?latchkey: write /dev/stdout: no space left on device
1
`, 2,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server, env, _ := bezalaAt(t)
			cmd := exec.CommandContext(t.Context(), "sh", "-c", "exec 2>&1\n"+test.script)
			cmd.Env = append(append(os.Environ(), env...), "BEZALA_PASSWORD=your-password")
			cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if !regexp.MustCompile("^" + test.want + "$").Match(out) {
				t.Errorf("got\n%s\nwant\n%s", out, test.want)
			}
			if got := server.Counts().LoginRequests; got != test.tries {
				t.Errorf("%d requests to log in, want %d", got, test.tries)
			}
		})
	}
}
