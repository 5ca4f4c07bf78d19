package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

func sandboxCommand() *cobra.Command {
	var listen string
	var accounts int
	cmd := &cobra.Command{
		Use:   "sandbox [-- COMMAND [ARGUMENT…]]",
		Short: "Run the four services on this machine, for tests",
		Long: `Run the four services on this machine, for tests in any language. They check requests against the services' documents,
and nothing leaves this machine.

With a command, they run as long as it does, and it has their variables in its environment, such as BEZALA_BASE_URL,
BEZALA_EMAIL and BEZALA_PASSWORD. Its latchkey commands keep their tokens in a directory that is deleted at the end.

Without a command, it prints the variables for a POSIX shell and runs until it is interrupted. As comments it prints
those of the other methods, and the accounts that --accounts adds.`,
		Example: `  latchkey sandbox -- latchkey token bezala
  latchkey sandbox -- pytest
  latchkey sandbox --listen 127.0.0.1:8400 > sandbox.env &    # ports 8400 to 8403
  . ./sandbox.env`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 && cmd.ArgsLenAtDash() != 0 {
				return usagef("put -- before the command, as in: latchkey sandbox -- pytest")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if accounts < 1 || accounts > 100_000 {
				return usagef("--accounts is from 1 to 100000")
			}
			if len(args) > 0 {
				if _, err := exec.LookPath(args[0]); err != nil {
					return usagef("%w", err)
				}
			}
			box, stop, err := startSandboxes(listen, accounts)
			if err != nil {
				return err
			}
			defer stop()
			if len(args) > 0 {
				return box.run(cmd.Context(), args)
			}
			if err := put(box.text()); err != nil {
				return err
			}
			<-cmd.Context().Done()
			return endedBy(cmd.Context())
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:0", "address of this machine; the services take its port and the next ones, 0 is any")
	cmd.Flags().IntVar(&accounts, "accounts", 1, "accounts of each service that log in with a password")
	return cmd
}

// sandboxes are the services that run.
type sandboxes []struct {
	Name     string
	URL      string
	Accounts []sandboxAccount
}

type sandboxAccount struct{ Method, Name, Secret, CompanyName, OktaURL string }

// startSandboxes starts the program that runs the services. It ends when stop is called, or with this process.
func startSandboxes(listen string, accounts int) (box sandboxes, stop func(), err error) {
	address, ok := loopback(listen)
	if !ok || int(address.Port())+len(services) > 1<<16 {
		return nil, nil, usagef("--listen takes an address of this machine, such as 127.0.0.1:8400, for four services")
	}
	program, err := beside("latchkey-sandbox")
	if err != nil {
		return nil, nil, err
	}
	cmd := exec.Command(program, "-listen", address.String(), "-accounts", strconv.Itoa(accounts)) //nolint:gosec // it is ours, and ends with its standard input
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	stop = func() {
		_ = in.Close()
		_ = cmd.Wait()
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &box)
	}
	if err != nil {
		stop()
		if errors.Is(err, io.EOF) {
			err = errSilent // it has said why
		}
		return nil, nil, err
	}
	return box, stop, nil
}

// beside returns a program that is installed where this one is, or else in the path.
func beside(name string) (string, error) {
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if self, err := os.Executable(); err == nil {
		if path := filepath.Join(filepath.Dir(self), name); exists(path) {
			return path, nil
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("%s is not installed: go install ./examples/latchkey/... installs it beside latchkey", name)
	}
	return path, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// variables returns the variables of an account.
func (a sandboxAccount) variables(s *service, url string) []string {
	m, err := s.method(a.Method)
	if err != nil {
		return nil
	}
	known := values{baseURL: url, user: a.Name, company: a.CompanyName, oktaURL: a.OktaURL}
	var list []string
	for _, f := range m.all(s) {
		if value := known[f.name]; value != "" && f.variable != "" {
			list = append(list, f.variable+"="+value)
		}
	}
	return append(list, m.secret.variable+"="+a.Secret)
}

// each calls f with the variables of every account, and whether it is the first one of its service.
func (box sandboxes) each(f func(a sandboxAccount, first bool, variables []string)) {
	for _, running := range box {
		s, err := find(running.Name)
		if err != nil {
			continue
		}
		for i, a := range running.Accounts {
			f(a, i == 0, a.variables(s, running.URL))
		}
	}
}

// text returns all variables for a POSIX shell, those of the first accounts set and the others as comments.
func (box sandboxes) text() string {
	var text strings.Builder
	box.each(func(a sandboxAccount, first bool, variables []string) {
		for _, variable := range variables {
			name, value, _ := strings.Cut(variable, "=")
			comment := ""
			if !first {
				comment = "# " + a.Method + ": "
			}
			fmt.Fprintf(&text, "%sexport %s='%s'\n", comment, name, value)
		}
	})
	return text.String()
}

// run runs a command beside the services.
func (box sandboxes) run(ctx context.Context, command []string) error {
	home, err := os.MkdirTemp("", "latchkey-sandbox")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(home) }()
	env := append(withoutVariables(os.Environ()), homeVariable+"="+home, storeVariable+"="+inFiles)
	box.each(func(_ sandboxAccount, first bool, variables []string) {
		if first {
			env = append(env, variables...)
		}
	})
	cmd := exec.CommandContext(ctx, command[0], command[1:]...) //nolint:gosec // the user names it
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = env, os.Stdin, os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(endSignal) }
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Start(); err != nil {
		return err
	}
	signal.Ignore(syscall.SIGINT, syscall.SIGQUIT) // a terminal sends them to the command too, which may go on, as a shell does
	err = cmd.Wait()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		return &codedError{endCode(failed.ProcessState), errSilent}
	}
	return err
}

// endCode returns the exit code of a command that failed: after a signal 128 and its number, as in shells.
func endCode(ended *os.ProcessState) int {
	if status, ok := ended.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return ended.ExitCode()
}

// withoutVariables returns an environment without the variables of the services.
func withoutVariables(env []string) []string {
	return slices.DeleteFunc(env, func(variable string) bool {
		return slices.ContainsFunc(services, func(s service) bool { return strings.HasPrefix(variable, s.prefix) })
	})
}
