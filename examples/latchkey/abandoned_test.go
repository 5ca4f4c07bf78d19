//go:build unix

package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/creack/pty"
)

// A client that leaves the proxy while it asks leaves nobody behind at the terminal: what is typed at the next prompt
// is that prompt's answer, and none of it is shown.
func TestPromptAfterAnAbandonedOne(t *testing.T) {
	t.Parallel()
	server, env, dir := bezalaAt(t)
	s := atTerminal(t, env, exec.CommandContext(t.Context(), "latchkey", "proxy", "bezala"))
	s.until(t, prompted)
	s.untilSilent(t)
	s.typed(t, "your-password\n")
	s.until(t, "bezala.sock")
	transport := unixTransport(t, filepath.Join(dir, "run/latchkey/bezala.sock"))
	status := make(chan int, 3)
	get := func(ctx context.Context) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://localhost/api/accounts", http.NoBody)
		if err != nil {
			t.Error(err)
		}
		resp, err := transport.RoundTrip(req)
		if err != nil {
			status <- 0
			return
		}
		_ = resp.Body.Close()
		status <- resp.StatusCode
	}
	server.RevokeAll()
	for i := range 2 {
		ctx, leave := context.WithCancel(t.Context())
		go get(ctx)
		s.untilAll(t, prompted, 2+i)
		s.untilSilent(t)
		leave()
		<-status
		eventually(t, "the terminal echoes", func() bool { return s.echoes(t) })
	}
	go get(t.Context())
	s.untilAll(t, prompted, 4)
	s.untilSilent(t)
	s.typed(t, "your-pasx\bsword\n")
	if got := <-status; got != http.StatusOK {
		t.Errorf("HTTP %d", got)
	}
	if !s.echoes(t) {
		t.Error("the terminal does not echo any more")
	}
	s.typed(t, "\x03")
	if code, text := s.end(t); code != exitInterrupted || strings.Contains(text, "password\r") {
		t.Errorf("exit code %d, the screen shows %q", code, text)
	}
}

// What was typed before a prompt was abandoned is not the beginning of what is typed after it.
func TestAbandonedPromptThrowsAway(t *testing.T) {
	t.Parallel()
	keyboard, terminal, err := pty.Open()
	if err != nil {
		t.Skip(err)
	}
	defer func() { _, _ = keyboard.Close(), terminal.Close() }()
	if _, err := keyboard.WriteString("half"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(keyboard, make([]byte, len("half"))); err != nil { // the echo: it has arrived
		t.Fatal(err)
	}
	ctx, leave := context.WithCancel(t.Context())
	leave()
	if line, err := readSilently(ctx, terminal); line != "" || !errors.Is(err, context.Canceled) {
		t.Errorf("%q, %v", line, err)
	}
	if _, err := keyboard.WriteString("whole\n"); err != nil {
		t.Fatal(err)
	}
	if line, err := readSilently(t.Context(), terminal); line != "whole" || err != nil {
		t.Errorf("%q, %v", line, err)
	}
}

// The terminal cuts a line that is too long for it: half a secret is not sent.
func TestPromptForALongSecret(t *testing.T) {
	t.Parallel()
	server, env, _ := bezalaAt(t)
	s := atTerminal(t, env, exec.CommandContext(t.Context(), "latchkey", "login", "bezala", "--method", "google"))
	s.until(t, "bezala: access token of Google of user@example.com: ")
	s.untilSilent(t)
	s.typed(t, strings.Repeat("x", 5000)+"\n")
	s.until(t, "a terminal takes no line as long as that: say --secret with stdin, env:NAME, file:PATH")
	if code, _ := s.end(t); code != exitOther {
		t.Errorf("exit code %d", code)
	}
	if got := server.Counts().LoginRequests; got != 0 {
		t.Errorf("%d requests to log in", got)
	}
}
