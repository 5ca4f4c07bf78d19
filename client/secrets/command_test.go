package secrets_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/secrets"
)

// programVariable makes the test's program one that prints a secret. Its value is the address of the test.
const programVariable = "LATCHKEY_SECRETS_TEST_PROGRAM"

// program does what its arguments say, one after the other.
func program(args []string) {
	for _, arg := range args {
		what, text, _ := strings.Cut(arg, "=")
		switch what {
		case "out":
			fmt.Print(text)
		case "err":
			fmt.Fprint(os.Stderr, text)
		case "flood": // far more than is read, and not so much that a machine suffers if it is
			for range 16 << 10 {
				if _, err := fmt.Print(strings.Repeat("x", 4096)); err != nil {
					os.Exit(1)
				}
			}
		case "hang": // until the test closes the connection
			conn, err := net.Dial("tcp", os.Getenv(programVariable))
			if err != nil {
				os.Exit(9)
			}
			_, _ = io.Copy(io.Discard, conn)
		case "leave": // a program that goes on and holds the output open
			child := exec.Command(os.Args[0], "hang")
			child.Stdout, child.Stderr = os.Stdout, os.Stderr
			if err := child.Start(); err != nil {
				os.Exit(9)
			}
		case "read":
			text, err := io.ReadAll(os.Stdin)
			if err != nil {
				os.Exit(9)
			}
			fmt.Printf("%q", text)
		case "env":
			fmt.Print(os.Getenv(text))
		case "exit":
			os.Exit(3)
		}
	}
}

// ask runs the program.
func ask(ctx context.Context, args ...string) (string, error) {
	return secrets.FromCommand(append([]string{os.Args[0]}, args...)...)(ctx)
}

func TestFromCommand(t *testing.T) {
	t.Setenv(programVariable, "-")
	t.Setenv(variable, "of-the-environment")
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"out=your-password"}, "your-password"},
		{[]string{"out=your-password\n"}, "your-password"},
		{[]string{"out=your-password\r\n"}, "your-password"},
		{[]string{"out=your-password\n\n"}, "your-password\n"},
		{[]string{"out=your-", "out=password", "err=a warning"}, "your-password"},
		{[]string{"read"}, `""`},
		{[]string{"env=" + variable}, "of-the-environment"},
		{[]string{"out=$HOME `id` *"}, "$HOME `id` *"}, // there is no shell
		{[]string{"out=" + strings.Repeat("x", maxSecret) + "\n"}, strings.Repeat("x", maxSecret)},
	} {
		if got, err := ask(t.Context(), tt.args...); err != nil || got != tt.want {
			t.Errorf("%.40q: %.40q, %v; want %.40q", tt.args, got, err, tt.want)
		}
	}
}

// itsToken is one with which a program asks a vault.
var itsToken = "hvs." + strings.Repeat("CAESIJ0w9Xq7", 6)

func TestFromCommandSaysWhatToDo(t *testing.T) {
	t.Setenv(programVariable, "-")
	name := "the program " + os.Args[0]
	for _, tt := range []struct {
		name       string
		args       []string
		kind       error // nil: an *exec.ExitError
		want, lack string
	}{
		{"silent failure", []string{"exit"}, nil, name + " failed: exit status 3", ""},
		{"failure", []string{"err=permission denied\n", "exit"}, nil, "exit status 3: permission denied", ""},
		{"colors and lines", []string{"err=\x1b[31mno\x1b[0m\r\n\tsuch\x07 item", "exit"}, nil, "exit status 3: no such item", "\x1b"},
		{"much", []string{"err=" + strings.Repeat("verbose ", 10_000) + "the cause", "exit"}, nil, "verbose the cause", ""},
		{"the secret", []string{"out=hunter2", "err=not hunter2", "exit"}, nil, "exit status 3: [redacted]", "hunter2"},
		{"escaped", []string{"out=hunter two", "err=in aHVudGVy", "exit"}, nil, "exit status 3: [redacted]", "aHVudGVy"},
		{"a word of the output", []string{"out={\"password\": \"hunter2\"}", "err=cannot print \"hunter2\"", "exit"}, nil, "[redacted]", "hunter2"},
		{"the longest of many words", []string{"out=" + strings.Repeat("some ", 20) + "hunter2", "err=not hunter2", "exit"}, nil, "exit status 3: [redacted]", "hunter2"},
		{"a word of four letters", []string{"out=a pass", "err=no pass here", "exit"}, nil, "exit status 3: [redacted]", "pass"},
		{"a word of three letters", []string{"out=a pin", "err=no pin here", "exit"}, nil, "exit status 3: no pin here", ""},
		{"the longest line", []string{"err=" + strings.Repeat("no ", 66) + "no", "exit"}, nil, "exit status 3: no no", "…"},
		{"a longer line", []string{"err=" + strings.Repeat("no ", 66) + "not", "exit"}, nil, "exit status 3: …o no", ""},
		{"a short word", []string{"out=a secret", "err=a cause", "exit"}, nil, "exit status 3: a cause", ""},
		{"an argument", []string{"hunter2", "exit"}, nil, "exit status 3", "hunter2"},
		{"a token of its own", []string{"err=the token " + itsToken + " has expired", "exit"}, nil, "the token hvs.[redacted] has expired", itsToken[4:12]},
		{"such a token, cut", []string{"err=" + itsToken + strings.Repeat(" word", 36), "exit"}, nil, "[redacted] word", itsToken[len(itsToken)-8:]},
		{"half of such a token", []string{"err=" + itsToken + strings.Repeat(" ", 4096-17) + "the cause", "exit"}, nil, ": the cause", itsToken[len(itsToken)-4:]},
		{"nothing", nil, secrets.ErrEmpty, "the output of " + name + " is empty: it must print the secret", ""},
		{"a newline", []string{"out=\n"}, secrets.ErrEmpty, "is empty", ""},
		{"without end", []string{"flood"}, secrets.ErrTooLong, "has more than 64 KiB", "xxx"},
		{"one more", []string{"out=" + strings.Repeat("x", maxSecret+1)}, secrets.ErrTooLong, "has more than 64 KiB", "xxx"},
	} {
		got, err := ask(t.Context(), tt.args...)
		if err == nil || got != "" || !strings.Contains(err.Error(), tt.want) || tt.lack != "" && strings.Contains(err.Error(), tt.lack) {
			t.Errorf("%s: %.40q, %v; want %q", tt.name, got, err, tt.want)
			continue
		}
		exit, exited := errors.AsType[*exec.ExitError](err)
		switch {
		case tt.kind != nil && !errors.Is(err, tt.kind):
			t.Errorf("%s: %v; want %v", tt.name, err, tt.kind)
		case tt.kind == nil && (!exited || exit.ExitCode() != 3):
			t.Errorf("%s: %v; want an ExitError", tt.name, err)
		}
		if line := strings.TrimPrefix(err.Error(), name); strings.ContainsAny(line, "\r\n\t") || len([]rune(line)) > 300 {
			t.Errorf("%s: no short line: %q", tt.name, err)
		}
	}
}

func TestFromCommandThatIsNone(t *testing.T) {
	if got, err := secrets.FromCommand("latchkey-no-such-program", "hunter2")(t.Context()); !errors.Is(err, exec.ErrNotFound) ||
		got != "" || !strings.Contains(err.Error(), "latchkey-no-such-program") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("%q, %v; want ErrNotFound", got, err)
	}
	if got, err := secrets.FromCommand()(t.Context()); err == nil || got != "" || !strings.Contains(err.Error(), "no program is named") {
		t.Errorf("without arguments: %q, %v", got, err)
	}
}

// gate is where programs hang.
type gate struct{ net.Listener }

func newGate(t *testing.T) *gate {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	t.Setenv(programVariable, listener.Addr().String())
	return &gate{listener}
}

// A program that does not end is killed with the context, and one that it has left behind is not waited for.
func TestFromCommandEndsWithItsContext(t *testing.T) {
	for name, args := range map[string][]string{
		"hangs":             {"hang"},
		"hangs with output": {"out=your-password", "hang"},
		"leaves and hangs":  {"leave", "hang"},
	} {
		g := newGate(t)
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			conn, err := g.Accept() // it hangs
			if err != nil {
				return
			}
			cancel()
			_, _ = io.Copy(io.Discard, conn)
			_ = conn.Close()
		}()
		ended := make(chan error, 1)
		go func() {
			got, err := ask(ctx, args...)
			if got != "" {
				err = fmt.Errorf("it gave a secret, and %w", err)
			}
			ended <- err
		}()
		select {
		case err := <-ended:
			if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "has not printed the secret in time") {
				t.Errorf("%s: %v; want Canceled", name, err)
			}
		case <-time.After(30 * time.Second):
			t.Fatalf("%s: it does not end", name)
		}
		cancel()
		_ = g.Close()
	}
}

// A program that is done has printed the secret, whatever it has left behind.
func TestFromCommandThatLeavesAProgramBehind(t *testing.T) {
	g := newGate(t)
	left := make(chan net.Conn, 1)
	go func() {
		conn, err := g.Accept()
		if err != nil {
			return
		}
		left <- conn
	}()
	if got, err := ask(t.Context(), "leave", "out=your-password\n"); err != nil || got != "your-password" {
		t.Errorf("%q, %v", got, err)
	}
	select {
	case conn := <-left:
		_ = conn.Close() // it ends
	case <-time.After(30 * time.Second):
		t.Error("nothing was left behind: this test tells nothing")
	}
}

// FromCmd is for a program that needs an environment or something to read.
func TestFromCmd(t *testing.T) {
	t.Setenv(programVariable, "-")
	var errs strings.Builder
	made := 0
	secret := secrets.FromCmd(func(ctx context.Context) *exec.Cmd {
		made++
		cmd := exec.CommandContext(ctx, os.Args[0], "read", "env="+variable, "err=for the user")
		cmd.Stdin, cmd.Stderr = strings.NewReader("a key"), &errs
		cmd.Env = append(os.Environ(), variable+"=of-its-own")
		return cmd
	})
	for range 2 {
		if got, err := secret(t.Context()); err != nil || got != `"a key"of-its-own` {
			t.Errorf("%q, %v", got, err)
		}
	}
	if made != 2 || errs.String() != "for the userfor the user" {
		t.Errorf("made %d times, and the errors are %q", made, errs.String())
	}
}
