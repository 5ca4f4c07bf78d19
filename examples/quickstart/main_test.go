package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

func noVariables(string) string { return "" }

func TestRun(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), &out, noVariables); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"becard     password ", "bezala     password ", "bezala     google ", "bezala     microsoft ",
		"bezala     okta ", "bleepay    email-password ", "bleepay    mobile-device ", "bleepay    resource ",
		"formlogin  password ",
		"used 100 times: 1 request.", "bezala: login by password: credentials refused",
		"Retry-After 1 s: logged in after 1", "try again in 600 s",
		"1,000 concurrent requests: 1 logins and 1000 answers 200",
		"Token revoked, 1,000 more: 2 logins and 2000 answers 200",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the output lacks %q:\n%s", want, &out)
		}
	}
	for _, secret := range []string{"your-password", "google-access-token", "secretpassword", "A1B2C3", "a guess", "eyJ"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("the output has the secret %q:\n%s", secret, &out)
		}
	}
}

func TestRunStopsAtOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	out := &cancelAt{text: "A wrong password", cancel: cancel} // the wait after the 429 comes next
	began := time.Now()
	if err := run(ctx, out, noVariables); !errors.Is(err, context.Canceled) {
		t.Errorf("run gave %v; want context.Canceled", err)
	}
	if !out.done {
		t.Error("the step before the interruption was not reached")
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %s to stop", took)
	}
}

// cancelAt cancels when a text is written.
type cancelAt struct {
	text   string
	cancel context.CancelFunc
	done   bool
}

func (c *cancelAt) Write(p []byte) (int, error) {
	if strings.Contains(string(p), c.text) {
		c.done = true
		c.cancel()
	}
	return len(p), nil
}

func TestVariablesChooseTheRealServices(t *testing.T) {
	server := sandbox.NewBezala(sandbox.Config{})
	defer server.Close()
	getenv := func(name string) string {
		return map[string]string{
			"BEZALA_BASE_URL": server.URL, "BEZALA_EMAIL": "user@example.com", "BEZALA_PASSWORD": "your-password",
			"BEZALA_GOOGLE_ACCESS_TOKEN": "google-access-token",
		}[name]
	}
	var out bytes.Buffer
	if err := run(t.Context(), &out, getenv); err != nil {
		t.Fatal(err)
	}
	if n := server.Counts(); n.Logins != 2 || n.LoginRequests != 2 || n.Protected != 2 {
		t.Errorf("the service saw %+v; want 2 logins and 2 protected calls, and nothing else", n)
	}
	if strings.Contains(out.String(), "becard") {
		t.Errorf("a service without variables was used:\n%s", &out)
	}
}

func TestVariablesWithoutSecret(t *testing.T) {
	for name, secret := range map[string]string{
		"BECARD_EMAIL":        "BECARD_PASSWORD",
		"BEZALA_COMPANY_NAME": "BEZALA_OKTA_ACCESS_TOKEN",
		"BLEEPAY_EMAIL":       "BLEEPAY_PASSWORD",
		"FORMLOGIN_BASE_URL":  "FORMLOGIN_PASSWORD",
	} {
		err := run(t.Context(), &bytes.Buffer{}, func(asked string) string {
			if asked == name {
				return "set"
			}
			return ""
		})
		if err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), secret) {
			t.Errorf("%s alone: %v; want an error that names %s", name, err, secret)
		}
	}
}

// TestReadme runs the program that the README shows.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, program, found := strings.Cut(string(readme), "```go\npackage main")
	program, _, closed := strings.Cut(program, "```")
	if !found || !closed {
		t.Fatal("the README has no program")
	}
	file := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(file, []byte("package main"+program), 0o600); err != nil {
		t.Fatal(err)
	}
	server := sandbox.NewBezala(sandbox.Config{})
	defer server.Close()
	cmd := exec.CommandContext(t.Context(), "go", "run", file)
	cmd.Env = append(os.Environ(),
		"BEZALA_BASE_URL="+server.URL, "BEZALA_EMAIL=user@example.com", "BEZALA_PASSWORD=your-password")
	out, err := cmd.CombinedOutput()
	if err != nil || string(out) != "200 OK\n" {
		t.Errorf("the README's program printed %q, %v", out, err)
	}
}
