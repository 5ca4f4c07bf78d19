package keyringstore_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"
)

// inSession is the environment variable that tells a test that it runs in a session of its own.
const inSession = "KEYRINGSTORE_TEST_SESSION"

// These are the shell commands that a session starts with; "$@" is the test.
const (
	withKeyring = `printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$@"`
	noKeyring   = `exec "$@"` // the bus starts a daemon by itself, which has no keyring yet
)

// TestMain keeps the tests away from the real user's keyring: outside of their own sessions there is no bus.
func TestMain(m *testing.M) {
	if os.Getenv(inSession) == "" {
		_ = os.Setenv("DBUS_SESSION_BUS_ADDRESS", "none")
	}
	// godbus keeps one connection to the session's bus for as long as the process lives.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/godbus/dbus/v5.newConn.func1"),
		goleak.IgnoreAnyFunction("github.com/godbus/dbus/v5.(*Conn).inWorker"))
}

// times returns how often to repeat a test whose faults are rare: long times if LATCHKEY_LONG is set.
func times(short, long int) int {
	if os.Getenv("LATCHKEY_LONG") != "" {
		return long
	}
	return short
}

// session runs the calling test again, as a process of its own in a D-Bus session with a home directory of its own,
// and returns false. There, it returns true.
func session(t *testing.T, start string) bool {
	t.Helper()
	if os.Getenv(inSession) != "" {
		return true
	}
	t.Parallel()
	for _, binary := range []string{"dbus-run-session", "gnome-keyring-daemon", "bash"} {
		if _, err := exec.LookPath(binary); err != nil {
			t.Skipf("%s is not installed (Debian: apt-get install dbus gnome-keyring)", binary)
		}
	}
	again(t, []string{"dbus-run-session", "--", "bash", "-c", start, "bash"})
	return false
}

// again runs the calling test again, by the command, with no more of the environment than PATH and env.
func again(t *testing.T, command []string, env ...string) {
	t.Helper()
	tmp := os.TempDir()
	if _, err := os.Stat("/dev/shm"); err == nil {
		tmp = "/dev/shm" // the daemon syncs its files with every change
	}
	home, err := os.MkdirTemp(tmp, "keyring") //nolint:usetesting // t.TempDir's names are too long for a socket's
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(home) })
	run := filepath.Join(home, "run")
	if err := os.Mkdir(run, 0o700); err != nil {
		t.Fatal(err)
	}
	command = append(command, os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=180s")
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	cmd.Env = append([]string{
		inSession + "=1", "PATH=" + os.Getenv("PATH"), "HOME=" + home, "XDG_RUNTIME_DIR=" + run,
		"XDG_DATA_HOME=" + home + "/data", "XDG_CONFIG_HOME=" + home + "/config", "XDG_CACHE_HOME=" + home + "/cache",
		"GORACE=atexit_sleep_ms=0", "LATCHKEY_LONG=" + os.Getenv("LATCHKEY_LONG"),
	}, env...)
	output, err := os.Create(filepath.Join(home, "output")) // daemons might keep a pipe open
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = output, output
	err = cmd.Run()
	_ = output.Close()
	if err != nil {
		text, _ := os.ReadFile(output.Name())
		t.Errorf("in a session of its own: %v\n%s", err, text)
	}
}
