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

	"go.uber.org/goleak"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// quickstartVariable makes the test's program run main.
const quickstartVariable = "LATCHKEY_QUICKSTART_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(quickstartVariable) != "" {
		main()
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// runProgram runs the program with only the given variables.
func runProgram(t *testing.T, args, variables []string) (out string, code int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(variables, quickstartVariable+"=1", "GORACE=atexit_sleep_ms=0")
	text, err := cmd.CombinedOutput()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatal(err)
	}
	return string(text), cmd.ProcessState.ExitCode()
}

func TestCommandLine(t *testing.T) {
	const refusal = "quickstart: takes no arguments: set environment variables instead\n"
	for _, tt := range []struct {
		args  []string
		code  int
		begin string
	}{
		{[]string{"-h"}, 0, "usage: quickstart\n"},
		{[]string{"BECARD_PASSWORD=hunter2"}, 2, refusal + "usage: quickstart\n"},
		{[]string{"-password", "hunter2"}, 2, "flag provided but not defined: -password\nusage: quickstart\n"},
	} {
		out, code := runProgram(t, tt.args, nil)
		if code != tt.code || !strings.HasPrefix(out, tt.begin) {
			t.Errorf("%q: exit code %d; want %d and %q:\n%s", tt.args, code, tt.code, tt.begin, out)
		}
		if strings.Contains(out, "hunter2") {
			t.Errorf("%q: the argument is repeated:\n%s", tt.args, out)
		}
	}
}

func TestUsageNamesEveryVariable(t *testing.T) {
	_, err := fromEnvironment(func(name string) string {
		if !strings.Contains(usage, name) {
			t.Errorf("the usage lacks %s", name)
		}
		return "set"
	})
	if err != nil {
		t.Error(err)
	}
}

func noVariables(string) string { return "" }

func TestRun(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), &out, noVariables); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"becard     password ", "bezala     password ", "bezala     google ", "bezala     microsoft ",
		"bezala     okta ", "bleepay    email-password ", "bleepay    mobile-device ", "bleepay    resource ",
		"bleepay    api-key ", "X-Api-Key [redacted]", "formlogin  password ", "Ten logins at four services",
		"used 100 times: 1 request.", "bezala: login by password: credentials refused",
		"Retry-After 1 s: logged in after 1", "try again in 600 s",
		"1,000 concurrent requests: 1 login and 1,000 answers with status 200 so far, 0 requests sent again",
		"Token revoked, 1,000 more: 2 logins and 2,000 answers with status 200",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the output lacks %q:\n%s", want, &out)
		}
	}
	for _, secret := range []string{"your-password", "google-access-token", "secretpassword", "A1B2C3", "bs_", "a guess", "eyJ"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("the output has the secret %q:\n%s", secret, &out)
		}
	}
}

func TestRunStopsAtOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	out := &cancelAt{text: "A wrong password", cancel: cancel} // next comes the wait after the 429
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

// cancelAt is a writer that cancels when a text is written.
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

func TestFailingLoginsKeepTheirRows(t *testing.T) {
	server := sandbox.NewBezala(sandbox.Config{})
	defer server.Close()
	out, code := runProgram(t, nil, []string{
		"BEZALA_BASE_URL=" + server.URL, "BEZALA_EMAIL=user@example.com",
		"BECARD_PASSWORD=hunter2", // without a base URL
		"BEZALA_PASSWORD=hunter2", // a wrong one
		"BEZALA_GOOGLE_ACCESS_TOKEN=google-access-token",
	})
	if code != 1 {
		t.Errorf("exit code %d; want 1", code)
	}
	table, errs, _ := strings.Cut(out, "quickstart: ")
	for _, want := range []string{"  becard: BaseURL ", "  bezala: login by password: credentials refused", "  GET /api/accounts 200\n"} {
		if strings.Count(table, want) != 1 {
			t.Errorf("the table lacks %q", want)
		}
	}
	if !strings.HasPrefix(errs, "becard: BaseURL") || !strings.Contains(errs, "\nbezala: login by password") {
		t.Error("the error is not that of both logins")
	}
	if strings.Contains(out, "hunter2") {
		t.Error("the output has the password")
	}
	if t.Failed() {
		t.Log(out)
	}
}

func TestFailingCallHasItsRow(t *testing.T) {
	server := sandbox.NewBezala(sandbox.Config{})
	defer server.Close()
	server.SetOutage(sandbox.Outage{Kind: sandbox.ErrorHTML, Scope: sandbox.Protected})
	var out bytes.Buffer
	err := showLogins(t.Context(), &out, []login{{bezala.Password{
		BaseURL: server.URL, Email: "user@example.com", Password: client.Static("your-password"),
	}, bezalaAccounts}})
	if err == nil || !strings.Contains(out.String(), "Bearer [redacted]  unknown") || !strings.Contains(out.String(), "HTTP 503") {
		t.Errorf("got %v; want an error, and token and status in the row:\n%s", err, &out)
	}
}

func TestCounted(t *testing.T) {
	for n, want := range map[int]string{
		0: "0 logins", 1: "1 login", 999: "999 logins", 1000: "1,000 logins", 2045: "2,045 logins", 999_999: "999,999 logins",
	} {
		if got := counted(n, "login"); got != want {
			t.Errorf("%d is %q; want %q", n, got, want)
		}
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
