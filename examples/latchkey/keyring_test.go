//go:build linux

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// inSession runs a shell script in a D-Bus session with an unlocked keyring of its own, and returns what it prints.
func inSession(t *testing.T, env []string, script string) string {
	t.Helper()
	cmd := desktop(t, env, script)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

const withKeyring = `printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null; `

// desktop returns the command of a script in a session.
func desktop(t *testing.T, env []string, script string) *exec.Cmd {
	t.Helper()
	for _, binary := range []string{"dbus-run-session", "dbus-send", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(binary); err != nil {
			t.Skipf("%s is not installed (Debian: apt-get install dbus dbus-bin gnome-keyring)", binary)
		}
	}
	cmd := exec.CommandContext(t.Context(), "dbus-run-session", "--", "sh", "-c", withKeyring+script)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH")}, env...)
	return cmd
}

// keyringHome returns an environment with short paths, in memory if it can be: the daemon syncs its files each time.
func keyringHome(t *testing.T, server *sandbox.Server) (env []string, dir string) {
	t.Helper()
	parent := os.TempDir()
	if _, err := os.Stat("/dev/shm"); err == nil {
		parent = "/dev/shm"
	}
	dir, err := os.MkdirTemp(parent, "lk") //nolint:usetesting // t.TempDir's names are too long for a socket's
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Mkdir(filepath.Join(dir, "run"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, variable := range home(dir) {
		if !strings.HasPrefix(variable, "DBUS_") {
			env = append(env, variable)
		}
	}
	return append(env, "XDG_DATA_HOME="+dir+"/data", "BEZALA_BASE_URL="+server.URL, "BEZALA_EMAIL=user@example.com"), dir
}

// The token lies in the keyring by default. If that is locked or its daemon is killed, nobody is asked, nothing is sent,
// and no file takes its place.
func TestKeyringFailsClosed(t *testing.T) {
	t.Parallel()
	server := sandbox.NewBezala(sandbox.Config{})
	t.Cleanup(server.Close)
	env, dir := keyringHome(t, server)
	got := inSession(t, append(env, "PW=your-password"), `exec 2>&1
latchkey login bezala --secret env:PW | sed 's/ at .*: / /'
token=$(latchkey token bezala); [ "$token" = "$(latchkey token bezala)" ] && [ -n "$token" ] && echo same
latchkey status bezala | sed -n 's/  */ /g; 2p'
for try in 1 2 3 4 5; do # the daemon overlooks the first call of a client that it has not registered yet
	dbus-send --session --dest=org.freedesktop.secrets --print-reply /org/freedesktop/secrets \
		org.freedesktop.Secret.Service.Lock array:objpath:/org/freedesktop/secrets/collection/login >/dev/null
	latchkey status > /dev/null 2>&1 || { echo locked; break; }
done
latchkey token bezala; echo $?
latchkey token bezala -u other@example.com --secret env:PW; echo $?
latchkey status bezala | sed -n 's/  */ /g; 2p'
latchkey status bezala > /dev/null; echo $?
latchkey logout bezala 2>&1 | sed 's/ at .*: the keyring/: the keyring/'; latchkey list | sed -n 2p | cut -c 1-6
for p in $(pidof gnome-keyring-daemon); do grep -qzx "HOME=$HOME" /proc/$p/environ && kill $p; done; echo killed
latchkey token bezala 2> "$HOME/error"; echo $?; wc -l < "$HOME/error"
latchkey login bezala --secret env:PW 2> "$HOME/error"; echo $?; wc -l < "$HOME/error"
grep -rlF -e "$token" "$HOME"; find "$HOME/cache" -name '*.token' 2> /dev/null; exit 0
`)
	const closed = "latchkey: bezala: keyringstore: the keyring is not available: it is locked: unlock or start it, or say --store files\n"
	want := `bezala password user@example.com logged in, the token lies in the keyring and serves until it is rejected
same
bezala password user@example.com keyring valid unknown -
locked
` + closed + "5\n" + closed + `5
` + closed + `bezala password user@example.com keyring unknown - -
` + closed + `5
latchkey: bezala password user@example.com: the keyring is not available: it is locked
bezala
killed
5
1
5
1
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if counts := server.Counts(); counts.Logins != 1 || counts.LoginRequests != 1 {
		t.Errorf("%d logins, %d requests", counts.Logins, counts.LoginRequests)
	}
	for _, secret := range []string{"your-password"} {
		if path := holding(t, dir, secret); path != "" {
			t.Errorf("%s holds a secret", path)
		}
	}
}

// holding returns a file below dir that holds a text; "" if none does.
func holding(t *testing.T, dir, text string) (path string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(name)
		if strings.Contains(string(data), text) {
			path = name
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// A token is never left behind in the keyring: not by a logout, whatever store the environment names, and not when the
// account moves to files.
func TestKeyringIsLeft(t *testing.T) {
	t.Parallel()
	server := sandbox.NewBezala(sandbox.Config{})
	t.Cleanup(server.Close)
	env, _ := keyringHome(t, server)
	got := inSession(t, append(env, "PW=your-password"), `exec 2>&1
latchkey login bezala --secret env:PW > /dev/null
LATCHKEY_STORE=files latchkey logout bezala | sed 's/ at .*:/:/'
latchkey token bezala; echo $?
latchkey login bezala --secret env:PW > /dev/null
latchkey token bezala --store files | wc -c
unset PW
latchkey token bezala --store keyring; echo $?
latchkey token bezala --store files | wc -c
`)
	want := `bezala password user@example.com: logged out
latchkey: bezala: login required: there is no terminal to ask at: say --secret with ` + sources + `
4
21
latchkey: bezala: the variable PW is not set: it must hold the secret: login required
4
21
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Keyrings have no locks. The command has its own: one prompt, one login.
func TestColdRunsKeyring(t *testing.T) {
	t.Parallel()
	if os.Getenv("LATCHKEY_LONG") == "" {
		t.Skip("it takes its time: set LATCHKEY_LONG=1")
	}
	server := sandbox.NewBezala(sandbox.Config{})
	t.Cleanup(server.Close)
	env, dir := keyringHome(t, server)
	coldRuns(t, server, dir, 50, func(script string) *exec.Cmd { return desktop(t, env, script) })
}
