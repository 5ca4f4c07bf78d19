//go:build unix

package main

import (
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// Two commands that ask at one terminal at the same time, for two services, take turns: each password goes to its own
// service, and none is shown.
func TestTwoPromptsAtOneTerminal(t *testing.T) {
	t.Parallel()
	bezala, env, dir := bezalaAt(t)
	becard := sandbox.NewBecard(sandbox.Config{})
	t.Cleanup(becard.Close)
	becard.SetAccounts([]sandbox.Account{{Method: "password", Name: "user@example.com", Secret: "another-password"}})
	env = append(env, "BECARD_BASE_URL="+becard.URL, "BECARD_EMAIL=user@example.com")
	cmd := exec.CommandContext(t.Context(), "sh", "-c", "latchkey token bezala | { latchkey token becard; cat; }; echo over; read line")
	cmd.Dir = dir
	s := atTerminal(t, env, cmd)
	passwords := map[string]string{"bezala": "your-password\n", "becard": "another-password\n"}
	asks := func(service string) bool { return s.shows(service + ": password of user@example.com: ") }
	eventually(t, "a prompt", func() bool { return asks("bezala") || asks("becard") })
	first, second := "bezala", "becard"
	if asks(second) {
		first, second = second, first
	}
	eventually(t, "the other command waits", func() bool { return asks(second) || s.shows(second+": waiting for a token…") })
	if asks(second) {
		t.Error("two prompts at once")
	}
	for _, service := range []string{first, second} {
		s.until(t, service+": password of user@example.com: ")
		s.untilSilent(t)
		s.typed(t, passwords[service])
	}
	s.until(t, "over\r\n")
	if !s.echoes(t) {
		t.Error("the terminal does not echo any more")
	}
	s.typed(t, "\n")
	if _, text := s.end(t); strings.Contains(text, "-password") || strings.Contains(text, "latchkey:") {
		t.Errorf("the screen shows %q", text)
	}
	if a, b := bezala.Counts(), becard.Counts(); a.Logins != 1 || b.Logins != 1 || a.LoginRequests != 1 || b.LoginRequests != 1 {
		t.Errorf("bezala had %+v, becard %+v", a, b)
	}
}

// Ctrl-C ends a proxy at once while it asks for a client, and the terminal echoes again: nobody waits for the answer.
func TestInterruptOfAskingProxy(t *testing.T) {
	t.Parallel()
	server, env, dir := bezalaAt(t)
	cmd := exec.CommandContext(t.Context(), "sh", "-mc", "trap : INT; latchkey proxy bezala; echo code $?; read line")
	s := atTerminal(t, env, cmd)
	s.until(t, prompted)
	s.untilSilent(t)
	s.typed(t, "your-password\n")
	s.until(t, "bezala.sock")
	server.RevokeAll()
	client := &http.Client{Transport: unixTransport(t, filepath.Join(dir, "run/latchkey/bezala.sock"))}
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		resp, err := client.Get("http://localhost/api/accounts")
		if err == nil {
			_ = resp.Body.Close()
		}
	}()
	s.untilAll(t, prompted, 2)
	s.untilSilent(t)
	began := time.Now()
	s.typed(t, "\x03")
	s.until(t, "code 130")
	if took := time.Since(began); took >= endLimit {
		t.Errorf("it ended after %s", took)
	}
	<-answered
	if !s.echoes(t) {
		t.Error("the terminal does not echo any more")
	}
	s.typed(t, "\n")
	s.end(t)
}
