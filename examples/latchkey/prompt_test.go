//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

const prompted = "bezala: password of user@example.com: "

// bezalaAt starts a sandbox and returns it, and an environment for the command.
func bezalaAt(t *testing.T) (*sandbox.Server, []string, string) {
	t.Helper()
	server := sandbox.NewBezala(sandbox.Config{})
	t.Cleanup(server.Close)
	dir := t.TempDir()
	return server, append(home(dir), "BEZALA_BASE_URL="+server.URL, "BEZALA_EMAIL=user@example.com"), dir
}

func TestPromptWithoutEcho(t *testing.T) {
	t.Parallel()
	server, env, dir := bezalaAt(t)
	out, err := os.Create(filepath.Join(dir, "out"))
	if err != nil {
		t.Fatal(err)
	}
	// Standard input and output go elsewhere, as in token=$(latchkey token bezala).
	cmd := exec.CommandContext(t.Context(), "latchkey", "token", "bezala")
	cmd.Stdout = out
	s := atTerminal(t, env, cmd)
	s.until(t, prompted)
	s.untilSilent(t)
	s.typed(t, "your-password\n")
	code, text := s.end(t)
	token, err := os.ReadFile(out.Name())
	if code != 0 || err != nil || len(token) != 21 {
		t.Errorf("exit code %d, token %q, %v", code, token, err)
	}
	if strings.Contains(text, "your-password") || strings.TrimSpace(text) != strings.TrimSpace(prompted) {
		t.Errorf("the screen shows %q", text)
	}

	// With a cached token nobody is asked.
	s = atTerminal(t, env, exec.CommandContext(t.Context(), "latchkey", "token", "bezala"))
	if code, text := s.end(t); code != 0 || strings.TrimSpace(text) != strings.TrimSpace(string(token)) {
		t.Errorf("the second run: exit code %d, the screen shows %q", code, text)
	}
	if got := server.Counts().Logins; got != 1 {
		t.Errorf("%d logins", got)
	}
}

// A secret is typed at the prompt, and never where the terminal shows it.
func TestNoSecretInSight(t *testing.T) {
	t.Parallel()
	_, env, _ := bezalaAt(t)
	for _, args := range []string{"login bezala --secret stdin", "reject bezala"} {
		s := atTerminal(t, env, exec.CommandContext(t.Context(), "latchkey", strings.Fields(args)...))
		s.until(t, "standard input is a terminal, which would show the secret")
		if code, text := s.end(t); code != exitUsage {
			t.Errorf("latchkey %s: exit code %d, the screen shows %q", args, code, text)
		}
	}
}

// Ctrl-C, Ctrl-\ and a hang-up at the prompt end the command in one line, and the terminal echoes again. Ctrl-Z does
// nothing: after it the terminal would echo.
func TestInterruptAtPrompt(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, typed, signal, want string }{
		{"Ctrl-C", "half a pass\x03", "", "code 130"},
		{"Ctrl-Z", "half a pass\x1a\x03", "", "code 130"},
		{"Ctrl-backslash", "half a pass\x1c", "", "code 131"},
		{"hang-up", "", "HUP", "code 129"}, // what is typed may reach the terminal after it
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, env, dir := bezalaAt(t)
			env = append(env, "BEZALA_PASSWORD=your-password")
			cmd := exec.CommandContext(t.Context(), "sh", "-mc", `trap : INT QUIT HUP
sh -c 'echo $$ > pid; exec latchkey login bezala --secret prompt'; echo code $?; read line`)
			cmd.Dir = dir
			s := atTerminal(t, env, cmd)
			s.until(t, prompted)
			s.untilSilent(t)
			s.typed(t, test.typed)
			if test.signal != "" {
				if err := exec.CommandContext(t.Context(), "sh", "-c", "kill -"+test.signal+" $(cat "+dir+"/pid)").Run(); err != nil {
					t.Fatal(err)
				}
			}
			s.until(t, test.want)
			if !s.echoes(t) {
				t.Error("the terminal does not echo any more")
			}
			s.typed(t, "\n")
			if _, text := s.end(t); strings.Contains(text, "half") || strings.Contains(text, "goroutine") {
				t.Errorf("the screen shows %q", text)
			}
		})
	}
}

// A line tells what takes long, at a terminal, and goes away. Errors are red there, unless NO_COLOR is set.
func TestProgressAndColour(t *testing.T) {
	t.Parallel()
	server, env, _ := bezalaAt(t)
	server.SetLatency(1300 * time.Millisecond)
	env = append(env, "BEZALA_PASSWORD=wrong-password")
	s := atTerminal(t, env, exec.CommandContext(t.Context(), "latchkey", "token", "bezala"))
	code, text := s.end(t)
	if want := "bezala: waiting for a token…\r\x1b[K\x1b[31mlatchkey:\x1b[0m bezala: "; code != exitRefused || !strings.HasPrefix(text, want) {
		t.Errorf("exit code %d, the screen shows %q", code, text)
	}
	server.SetLatency(0)
	s = atTerminal(t, append(env, "NO_COLOR=1"), exec.CommandContext(t.Context(), "latchkey", "token", "bezala"))
	if code, text := s.end(t); code != exitRefused || !strings.HasPrefix(text, "latchkey: bezala: ") {
		t.Errorf("with NO_COLOR: exit code %d, the screen shows %q", code, text)
	}
	// In a pipe there is neither.
	cmd := exec.CommandContext(t.Context(), "latchkey", "login", "bezala")
	cmd.Env = append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); codeOf(err) != exitRefused || !strings.HasPrefix(string(out), "latchkey: bezala: ") || lines(string(out)) != 1 {
		t.Errorf("in a pipe: %v, %q", err, out)
	}
}

// TestColdRuns starts many commands at once: one prompt, one login, one token.
func TestColdRuns(t *testing.T) {
	t.Parallel()
	server, env, dir := bezalaAt(t)
	coldRuns(t, server, dir, times(6, 50), func(script string) *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", script)
		cmd.Env = append(os.Environ(), env...)
		return cmd
	})
}

// times returns how much a test does: much if LATCHKEY_LONG is set.
func times(short, long int) int {
	if os.Getenv("LATCHKEY_LONG") != "" {
		return long
	}
	return short
}

func coldRuns(t *testing.T, server *sandbox.Server, dir string, runs int, shell func(script string) *exec.Cmd) {
	t.Helper()
	before := server.Counts().Logins
	const waiting = "bezala: waiting for a token…"
	script := `i=0; while [ $i -lt ` + strconv.Itoa(runs) + ` ]; do latchkey token bezala >> tokens & i=$((i+1)); done; wait`
	run := func(password string) string {
		cmd := shell(script)
		cmd.Dir = dir
		s := atTerminal(t, nil, cmd)
		s.until(t, prompted)
		s.untilAll(t, waiting, runs-1) // the others
		s.typed(t, password+"\n")
		code, text := s.end(t)
		if code != 0 {
			t.Errorf("exit code %d", code)
		}
		if got := strings.Count(text, prompted); got != 1 {
			t.Errorf("%d prompts:\n%s", got, text)
		}
		return text
	}

	// A wrong password is everybody's who waits.
	text := run("wrong-password")
	if got, tries := strings.Count(text, "credentials refused"), server.Counts().Refused; got != runs || tries != 1 {
		t.Errorf("%d of %d runs say that the password is refused, after %d logins:\n%s", got, runs, tries, text)
	}
	if text := run("your-password"); strings.Contains(text, "latchkey:") {
		t.Errorf("the screen shows %q", text)
	}
	tokens, err := os.ReadFile(filepath.Join(dir, "tokens"))
	got := strings.Fields(string(tokens))
	if err != nil || len(got) != runs || strings.Count(string(tokens), got[0]) != runs {
		t.Errorf("%d runs printed %d tokens, %v:\n%s", runs, len(got), err, tokens)
	}
	if got := server.Counts().Logins - before; got != 1 {
		t.Errorf("%d logins", got)
	}
}

// After a prompt Ctrl-Z stops the command of exec, and a proxy, as it does without one.
func TestStopAfterPrompt(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ command, shows, want string }{
		{"latchkey exec bezala -- sh -c 'echo ready; exec sleep 1000'", "ready", "code 148"}, // SIGTSTP
		{"latchkey proxy bezala", "bezala.sock", "code 147"},                                 // SIGSTOP
	} {
		t.Run(test.command, func(t *testing.T) {
			t.Parallel()
			_, env, _ := bezalaAt(t)
			s := atTerminal(t, env, exec.CommandContext(t.Context(), "sh", "-mc", test.command+"; echo code $?; kill -KILL %1; read line"))
			s.until(t, prompted)
			s.untilSilent(t)
			s.typed(t, "your-password\n")
			s.until(t, test.shows)
			s.typed(t, "\x1a")
			s.until(t, test.want)
			s.typed(t, "\n")
			s.end(t)
		})
	}
}

// From the background nobody is asked: the terminal would stop the command, and a proxy with all its clients.
func TestPromptInBackground(t *testing.T) {
	t.Parallel()
	_, env, dir := bezalaAt(t)
	s := atTerminal(t, append(env, "DIR="+dir), exec.CommandContext(t.Context(), "sh", "-mc", `
latchkey token bezala & wait $!; echo code $?
latchkey login bezala
latchkey proxy bezala > $DIR/out & until [ -s $DIR/out ]; do sleep 0.01; done
get() { curl -sS -w ' %{http_code}\n' --unix-socket $DIR/run/latchkey/bezala.sock http://localhost/api/accounts; }
get
latchkey token bezala | latchkey reject bezala
kill $!; wait $!
latchkey proxy bezala & wait $!; echo code $?`))
	s.until(t, "bezala: login required: nobody can be asked from the background: run latchkey login in the foreground")
	s.until(t, "code 4")
	s.until(t, prompted)
	s.untilSilent(t)
	s.typed(t, "your-password\n")
	s.until(t, " 200")
	s.until(t, "dropped")
	if code, text := s.end(t); code != 0 || strings.Count(text, "code 4") != 2 || strings.Count(text, prompted) != 1 {
		t.Errorf("exit code %d, the screen shows\n%s", code, text)
	}
}

// Beside the sandboxes Ctrl-C and Ctrl-\ are for the command, which may go on, as an interpreter does. The sandboxes go
// on, too.
func TestInterruptBesideSandbox(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "latchkey", "sandbox", "--", "sh", "-c", `
trap "echo caught INT" INT; trap "echo caught QUIT" QUIT
echo ready; until [ -e go ]; do sleep 0.01; done
echo token $(latchkey token bezala); exit 7`)
	cmd.Dir = dir
	s := atTerminal(t, nil, cmd)
	s.until(t, "ready")
	s.typed(t, "\x03")
	s.until(t, "caught INT")
	s.typed(t, "\x1c")
	s.until(t, "caught QUIT")
	if err := os.WriteFile(filepath.Join(dir, "go"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	code, text := s.end(t)
	if code != 7 || !regexp.MustCompile(`token [A-Za-z0-9_-]{20}\r\n$`).MatchString(text) || strings.Contains(text, "goroutine") {
		t.Errorf("exit code %d, the screen shows\n%s", code, text)
	}
}
