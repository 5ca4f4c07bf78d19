package main

import (
	"bytes"
	"strings"
	"testing"
)

// Wrong use is found before anything is read, asked or sent, and unknown names list the known ones.
func TestWrongUse(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ line, want string }{
		{"tokens bezala", `there is no command "tokens", only api completion exec header list login logout proxy reject sandbox status token`},
		{"help tokens", `there is no command "tokens", only api completion`},
		{"help completion tcsh", `there is no command "tcsh", only bash fish powershell zsh`},
		{"completion tcsh", `there is no command "tcsh", only bash fish powershell zsh`},
		{"token bezala -pwrong-password", "unknown flag: -p (latchkey token --help shows what it takes)"},
		{"token", "name one service: becard, bezala, bleepay, formlogin"},
		{"token bezala becard", "name one service"},
		{"token bezzla", `there is no service "bezzla", only becard, bezala, bleepay, formlogin`},
		{"status bezzla", `there is no service "bezzla"`},
		{"logout", "name one service"},
		{"token bezala --pasword x", "unknown flag: --pasword (latchkey token --help shows what it takes)"},
		{"token bezala --user", "flag needs an argument: --user"},
		{"token bezala --user=", "--user is empty"}, // as --user "$UNSET"
		{"token bezala --base-url=", "--base-url is empty"},
		{"token bezala --method=", "--method is empty"},
		{"token bezala --secret=", "--secret is empty"},
		{"proxy bezala --listen=", "--listen is empty"},
		{"token bezala -o xml", `there is no output "xml", only token, header, json, env`},
		{"list -o xml", `there is no output "xml", only text, json`},
		{"token bezala --store cellar", "--store is keyring or files"},
		{"login bezala --secret wrong-password", `--secret takes no secret, but where to find it: stdin, env:NAME, file:PATH or "command:`},
		{"login bezala --secret env:", "--secret takes no secret"},
		{"api formlogin", "name a service and a path"},
		{"api formlogin /me /you", "name a service and a path"},
		{"api formlogin /me -d @- --secret stdin", "standard input cannot hold both the secret and the body"},
		{"exec bezala env", "put -- between the service and the command"},
		{"exec bezala --", "put -- between the service and the command"},
		{"exec -- bezala env", "put -- between the service and the command"},
		{"exec bezala -- no-such-program", "no-such-program"},
		{"sandbox pytest", "put -- before the command"},
		{"sandbox -- no-such-program", "no-such-program"},
		{"sandbox --accounts 0", "--accounts is from 1 to 100000"},
		{"sandbox --listen 0.0.0.0:8400", "--listen takes an address of this machine"},
		{"sandbox --listen 127.0.0.1:65534", "--listen takes an address of this machine"},
	} {
		cmd := root()
		cmd.SetArgs(strings.Fields(test.line))
		err := cmd.ExecuteContext(t.Context())
		if exitCode(err) != exitUsage || !strings.Contains(oneLine(err), test.want) {
			t.Errorf("latchkey %s: code %d, %v; want %q", test.line, exitCode(err), err, test.want)
		}
		if err != nil && strings.Contains(err.Error(), "wrong-password") {
			t.Errorf("latchkey %s: the error has a secret: %v", test.line, err)
		}
	}
}

// Every command has help with examples, and completion knows what the table knows.
func TestHelp(t *testing.T) {
	t.Parallel()
	for _, cmd := range root().Commands() {
		if !cmd.IsAvailableCommand() {
			continue // a topic
		}
		if cmd.Long == "" || !strings.HasPrefix(cmd.Example, "  latchkey "+cmd.Name()) && !strings.Contains(cmd.Example, "(latchkey "+cmd.Name()) {
			t.Errorf("%s has no help with examples", cmd.Name())
		}
	}
	for _, test := range []struct{ line, want string }{
		{"help services", "--secret, BEZALA_OKTA_ACCESS_TOKEN: access token of Okta"},
		{"help exit-codes", "130  interrupted"},
		{"help", "Use a token:"},
		{"help token bezala", "-u, --user string"},
		{"completion", "fish"},
		{"token --help", "-u, --user string"},
		{"__complete token be", "bezala\ttravel expenses"},
		{"__complete token bezala --method o", "okta"},
		{"__complete token bezala --output e", "env"},
		{"__complete token formlogin --format j", "json"},
		{"__complete login bezala --secret p", "prompt"},
	} {
		var out bytes.Buffer
		cmd := root()
		cmd.SetOut(&out)
		cmd.SetErr(&bytes.Buffer{})
		cmd.SetArgs(strings.Fields(test.line))
		if err := cmd.ExecuteContext(t.Context()); err != nil || !strings.Contains(out.String(), test.want) {
			t.Errorf("latchkey %s: %v\n%s\nwant %q", test.line, err, out.String(), test.want)
		}
	}
	var out bytes.Buffer
	cmd := root()
	cmd.SetOut(&out)
	cmd.SetArgs([]string{"__complete", "token", "bezala", "--method", ""})
	if err := cmd.ExecuteContext(t.Context()); err != nil || strings.Contains(out.String(), "api-key") {
		t.Errorf("bezala has no method api-key: %v\n%s", err, out.String())
	}
}
