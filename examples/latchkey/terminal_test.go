//go:build unix

package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// screen is a real terminal, and what a command has written to it.
type screen struct {
	file *os.File
	cmd  *exec.Cmd

	mu   sync.Mutex
	text bytes.Buffer
	more *sync.Cond
	over bool
}

// atTerminal starts a command that belongs to a terminal of its own. All its streams go there unless they are set.
func atTerminal(t *testing.T, env []string, cmd *exec.Cmd) *screen {
	t.Helper()
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		t.Skip("no terminals here")
	}
	if cmd.Env == nil {
		cmd.Env = os.Environ()
	}
	cmd.Env = append(append(cmd.Env, "TERM=xterm", "NO_COLOR="), env...)
	file, err := pty.StartWithAttrs(cmd, nil, &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: ttyOf(cmd)})
	if err != nil {
		t.Fatal(err)
	}
	s := &screen{file: file, cmd: cmd}
	s.more = sync.NewCond(&s.mu)
	go s.read()
	end := func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) } // all that belongs to the terminal
	limit := time.AfterFunc(time.Minute, end)                             // a prompt that nobody answers waits for 5 min
	t.Cleanup(func() {
		limit.Stop()
		end()
		_ = file.Close()
	})
	return s
}

// ttyOf returns the descriptor, in the command, that is the terminal: the first that is not set.
func ttyOf(cmd *exec.Cmd) int {
	switch {
	case cmd.Stdin == nil:
		return 0
	case cmd.Stdout == nil:
		return 1
	default:
		return 2
	}
}

func (s *screen) read() {
	buffer := make([]byte, 4096)
	for {
		n, err := s.file.Read(buffer)
		s.mu.Lock()
		s.text.Write(buffer[:n])
		s.over = s.over || err != nil
		s.more.Broadcast()
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// until waits until the screen shows a text.
func (s *screen) until(t *testing.T, text string) {
	t.Helper()
	s.untilAll(t, text, 1)
}

// untilAll waits until the screen shows a text several times.
func (s *screen) untilAll(t *testing.T, text string, times int) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for strings.Count(s.text.String(), text) < times {
		if s.over {
			t.Fatalf("the screen never showed %q, but\n%s", text, s.text.String())
		}
		s.more.Wait()
	}
}

// shows reports whether the screen shows a text.
func (s *screen) shows(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Contains(s.text.String(), text)
}

// end waits for the command and returns its exit code and all that the screen has shown.
func (s *screen) end(t *testing.T) (code int, text string) {
	t.Helper()
	err := s.cmd.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	for !s.over {
		s.more.Wait()
	}
	if failed, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		t.Fatal(failed)
	}
	return codeOf(err), s.text.String()
}

func (s *screen) typed(t *testing.T, text string) {
	t.Helper()
	if _, err := s.file.WriteString(text); err != nil {
		t.Fatal(err)
	}
}

// echoes reports whether the terminal shows what is typed.
func (s *screen) echoes(t *testing.T) bool {
	t.Helper()
	modes, err := unix.IoctlGetTermios(int(s.file.Fd()), getTermios)
	if err != nil {
		t.Fatal(err)
	}
	return modes.Lflag&unix.ECHO != 0
}

// untilSilent waits until the terminal does not echo: the prompt comes before the switch.
func (s *screen) untilSilent(t *testing.T) {
	t.Helper()
	eventually(t, "the terminal does not echo", func() bool { return !s.echoes(t) })
}
