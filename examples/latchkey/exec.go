package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

func execCommand() *cobra.Command {
	w := wishFlags{secret: true}
	cmd := &cobra.Command{
		Use:   "exec SERVICE -- COMMAND [ARGUMENT…]",
		Short: "Run a command with a valid token in its environment",
		Long: `Run a command with a valid token in its environment: BEZALA_TOKEN and BEZALA_BASE_URL, with the name of the service.
Its standard streams, signals and exit code are its own; with --secret stdin its standard input is empty. The variables
of the service's secrets are not handed on.

The token in the environment is not renewed. For a command that may outlive it, use "latchkey proxy".`,
		Example: `  latchkey exec bezala -- ./sync.py
  latchkey exec bezala -- sh -c 'curl -H "Authorization: Bearer $BEZALA_TOKEN" "$BEZALA_BASE_URL/api/accounts"'
  latchkey exec becard -- latchkey exec bezala -- ./sync.py    # tokens of both`,
		Args: func(cmd *cobra.Command, args []string) error {
			if cmd.ArgsLenAtDash() != 1 || len(args) < 2 {
				return usagef("put -- between the service and the command, as in: latchkey exec bezala -- ./sync.py")
			}
			return oneService(cmd, args[:1])
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			wish, err := w.wish(cmd, args[0])
			if err != nil {
				return err
			}
			return execute(cmd.Context(), wish, args[1:])
		},
	}
	w.add(cmd)
	return cmd
}

func execute(ctx context.Context, w wish, command []string) error {
	program, err := exec.LookPath(command[0])
	if err != nil {
		return usagef("%w", err)
	}
	s, err := open(ctx, w, false)
	if err != nil {
		return err
	}
	token, err := s.token(ctx)
	if err != nil {
		return err
	}
	if err := s.emptyStdin(ctx); err != nil {
		return err
	}
	env := append(s.environment(os.Environ()), s.variables(token)...)
	if err := become(program, command, env); err != nil {
		return fmt.Errorf("%s: %w", command[0], err)
	}
	return nil
}

// emptyStdin reads what is left of standard input if the secret is there: with a token at hand nobody has read it, and
// the command would.
func (s *session) emptyStdin(ctx context.Context) error {
	if s.account.Source != "stdin" || term.IsTerminal(int(os.Stdin.Fd())) {
		return nil
	}
	_, err := io.Copy(io.Discard, until(ctx, os.Stdin))
	return err
}

// environment returns an environment without the secrets of the service, and without what will be set anew.
func (s *session) environment(env []string) []string {
	names := []string{s.service.tokenVariable(), s.service.baseURLVariable()}
	if name, ok := strings.CutPrefix(s.account.Source, "env:"); ok {
		names = append(names, name)
	}
	return slices.DeleteFunc(withoutSecrets(env, []service{*s.service}), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return slices.Contains(names, name)
	})
}
