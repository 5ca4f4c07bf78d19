//go:build unix

package main

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/tokenstore"
)

// gives is a Login that gives a token.
type gives struct {
	bezala.Password

	token client.TokenResponse
}

func (g gives) Login(context.Context, *http.Client, string) (client.Token, error) {
	return client.NewToken(g.token)
}

// keepEnding keeps a token of an hour that has a minute left, where the command finds it.
func keepEnding(t *testing.T, server *sandbox.Server, dir string) {
	t.Helper()
	store, err := tokenstore.NewFiles(filepath.Join(dir, "cache", "latchkey"))
	if err != nil {
		t.Fatal(err)
	}
	login := bezala.Password{BaseURL: server.URL, Email: "user@example.com", Password: client.Static("x")}
	c, err := client.New(gives{login, client.TokenResponse{
		Value: "ending", Received: time.Now().Add(-59 * time.Minute), ExpiresIn: time.Hour,
	}}, client.WithTokenStore(store), client.WithUnboundRecords())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.LogIn(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// A token that is about to end is renewed once, whatever the number of processes that need one.
func TestRenewOnce(t *testing.T) {
	t.Parallel()
	server, env, dir := bezalaAt(t)
	keepEnding(t, server, dir)
	server.SetLatency(300 * time.Millisecond) // so that all of them meet the old token
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `i=0; while [ $i -lt 20 ]; do latchkey token bezala & i=$((i+1)); done; wait`)
	cmd.Env = append(append(os.Environ(), env...), "BEZALA_PASSWORD=your-password")
	out, err := cmd.CombinedOutput()
	if got := len(strings.Fields(string(out))); err != nil || got != 20 || !strings.Contains(string(out), "ending") {
		t.Errorf("%v, %d tokens:\n%s", err, got, out)
	}
	if got := server.Counts().LoginRequests; got != 1 {
		t.Errorf("%d requests to log in, want 1", got)
	}
	cmd = exec.CommandContext(t.Context(), "latchkey", "token", "bezala")
	cmd.Env = append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil || len(out) != 21 {
		t.Errorf("afterwards: %v, %q", err, out)
	}
}

// A service that does not answer, or with an error, holds up nobody who has a token, and is not asked by each command.
func TestRenewFails(t *testing.T) {
	t.Parallel()
	for _, kind := range []sandbox.OutageKind{sandbox.Hang, sandbox.ErrorHTML} {
		server, env, dir := bezalaAt(t)
		keepEnding(t, server, dir)
		server.SetOutage(sandbox.Outage{Kind: kind})
		began := time.Now()
		for range 2 {
			cmd := exec.CommandContext(t.Context(), "latchkey", "token", "bezala")
			cmd.Env = append(append(os.Environ(), env...), "BEZALA_PASSWORD=your-password")
			if out, err := cmd.CombinedOutput(); err != nil || string(out) != "ending\n" {
				t.Errorf("%v: %v, %q", kind, err, out)
			}
		}
		if took := time.Since(began); took > 4*renewLimit {
			t.Errorf("%v: two commands took %s", kind, took)
		}
		if got := server.Counts().LoginRequests; got > 1 {
			t.Errorf("%v: %d requests to log in", kind, got)
		}
	}
}
