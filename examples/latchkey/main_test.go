package main

import (
	"flag"
	"log"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"

	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/examples/latchkey/internal/box"
)

// TestMain puts the command into the path, and the test binary as the program that it starts for its sandboxes: to link
// that takes longer than the tests.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "latchkey-sandbox" {
		box.Main()
		return
	}
	dir, err := os.MkdirTemp("", "latchkey")
	if err != nil {
		log.Fatal(err)
	}
	build := exec.Command("go", "build", "-ldflags=-s -w", "-o", dir, ".") // without symbols it is linked sooner
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		log.Fatal("go build: ", err)
	}
	self, err := os.Executable()
	if err != nil {
		log.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(dir, "latchkey-sandbox")); err != nil {
		log.Fatal(err)
	}
	_ = os.Setenv("PATH", dir+string(filepath.ListSeparator)+os.Getenv("PATH"))
	for _, variable := range os.Environ() { // those of the user who runs the tests
		if name, _, _ := strings.Cut(variable, "="); len(withoutVariables([]string{variable})) == 0 || strings.HasPrefix(name, "LATCHKEY_") && name != "LATCHKEY_LONG" {
			_ = os.Unsetenv(name)
		}
	}
	flag.Parse()
	if err := flag.Set("test.parallel", "6"); err != nil { // most of them wait for processes most of the time
		log.Fatal(err)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(dir)
		os.Exit(code)
	}))
}

// TestScripts runs the command as a user types it. A script has four sandboxes and one back end of another kind, and at
// its end no file may hold a secret.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			w, err := newWorld(env.WorkDir)
			if err != nil {
				return err
			}
			env.Defer(func() {
				w.close()
				if err := w.checkFiles(env.WorkDir); err != nil {
					env.T().Fatal(err)
				}
			})
			env.Values["world"] = w
			env.Vars = append(append(env.Vars, w.urls()...), home(env.WorkDir)...)
			return os.MkdirAll(filepath.Join(env.WorkDir, "run"), 0o700)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"revoke": func(ts *testscript.TestScript, _ bool, args []string) { worldOf(ts).revoke(args[0]) },
			"limit": func(ts *testscript.TestScript, _ bool, args []string) {
				wait, err := time.ParseDuration(args[1])
				ts.Check(err)
				times, err := strconv.Atoi(args[2])
				ts.Check(err)
				worldOf(ts).sandboxes[args[0]].SetOutage(sandbox.Outage{Kind: sandbox.TooManyRequests, Wait: wait, Times: times})
			},
			"down": func(ts *testscript.TestScript, _ bool, args []string) {
				worldOf(ts).sandboxes[args[0]].SetOutage(sandbox.Outage{Kind: sandbox.ErrorHTML})
			},
			"up": func(ts *testscript.TestScript, _ bool, args []string) {
				worldOf(ts).sandboxes[args[0]].SetOutage(sandbox.Outage{})
			},
			"logins": checkLogins,
			"tries":  checkTries,
			"clean":  checkOutputs,
			"code":   checkCode,
			"await":  awaitFile,
			"occupy": occupy,
		},
	})
}

// home returns an environment without a keyring whose directories are below dir.
func home(dir string) []string {
	return []string{
		"HOME=" + dir, "XDG_CONFIG_HOME=" + dir + "/config", "XDG_CACHE_HOME=" + dir + "/cache",
		"XDG_RUNTIME_DIR=" + dir + "/run", "DBUS_SESSION_BUS_ADDRESS=", "GORACE=atexit_sleep_ms=0",
	}
}

func worldOf(ts *testscript.TestScript) *world {
	w, _ := ts.Value("world").(*world)
	return w
}

// checkLogins checks how many logins a service has had: logins SERVICE COUNT.
func checkLogins(ts *testscript.TestScript, _ bool, args []string) {
	if got := worldOf(ts).logins(args[0]); strconv.Itoa(got) != args[1] {
		ts.Fatalf("%s had %d logins, want %s", args[0], got, args[1])
	}
}

// checkTries checks how many requests to log in a service has had: tries SERVICE COUNT.
func checkTries(ts *testscript.TestScript, _ bool, args []string) {
	if got := worldOf(ts).sandboxes[args[0]].Counts().LoginRequests; strconv.Itoa(got) != args[1] {
		ts.Fatalf("%s had %d requests to log in, want %s", args[0], got, args[1])
	}
}

// checkOutputs checks that the last command has printed no secret, and its standard error at most one line.
func checkOutputs(ts *testscript.TestScript, _ bool, _ []string) {
	w := worldOf(ts)
	for _, name := range []string{"stdout", "stderr"} {
		text := ts.ReadFile(name)
		if secret := w.found(text); secret != "" {
			ts.Fatalf("%s has a secret in it: %q in\n%s", name, secret, text)
		}
		if name == "stderr" && lines(text) > 1 {
			ts.Fatalf("several lines of errors:\n%s", text)
		}
	}
}

// checkCode runs a command and checks its exit code: code N COMMAND….
func checkCode(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	if got := codeOf(err); got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
	checkOutputs(ts, false, nil)
}

// awaitFile waits until a file is there and not empty.
func awaitFile(ts *testscript.TestScript, neg bool, args []string) {
	path := ts.MkAbs(args[0])
	eventually(ts, args[0]+" changes", func() bool {
		info, err := os.Stat(path)
		return neg == (err != nil) && (neg || info.Size() > 0 || info.Mode()&os.ModeSocket != 0)
	})
}

// occupy makes a socket where this program listens.
func occupy(ts *testscript.TestScript, _ bool, args []string) {
	listener, err := net.Listen("unix", args[0])
	ts.Check(err)
	ts.Defer(func() { _ = listener.Close() })
}
