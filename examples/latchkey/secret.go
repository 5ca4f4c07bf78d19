package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/term"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/secrets"
)

// maxSecret is the length of a secret, and of the line end after it, in bytes.
const maxSecret = 64 << 10

// sources is the text about a secret's sources in help and errors.
const sources = `stdin, env:NAME, file:PATH or "command:PROGRAM ARGUMENT…"`

// checkSource returns an error if a source is none of those. It does not repeat the source, which may be a secret.
func checkSource(source string) error {
	for _, prefix := range []string{"env:", "file:", "command:"} {
		if rest, ok := strings.CutPrefix(source, prefix); ok && strings.TrimSpace(rest) != "" {
			return nil
		}
	}
	if source == "" || source == fromPrompt || source == "stdin" {
		return nil
	}
	return usagef("--secret takes no secret, but where to find it: %s", sources)
}

// fromPrompt is the source of a secret that the user types. "" is the same, unless another one is known.
const fromPrompt = "prompt"

// unattended reports whether a source needs nobody at a terminal.
func unattended(source string) bool { return source != "" && source != fromPrompt }

// lasting returns the source that later runs use, in whatever directory.
func lasting(source string) string {
	if source == "stdin" {
		return ""
	}
	name, isFile := strings.CutPrefix(source, "file:")
	if !isFile {
		return source
	}
	path, err := filepath.Abs(name)
	if err != nil || strings.HasPrefix(path, "/dev/") || strings.HasPrefix(path, "/proc/") { // as file:<(program)
		return ""
	}
	return "file:" + path
}

// secretFrom returns the function for a source.
func secretFrom(source, what string) client.Secret {
	kind, rest, _ := strings.Cut(source, ":")
	switch kind {
	case "stdin":
		return fromStdin()
	case "env":
		return fromEnv(rest)
	case "file":
		return oneLined(secrets.FromFile(rest), rest)
	case "command":
		return oneLined(secrets.FromCmd(func(ctx context.Context) *exec.Cmd { return shell(ctx, rest) }), "the output of the command of --secret")
	default:
		return func(ctx context.Context) (string, error) { return prompt(ctx, what) }
	}
}

// endsWith returns a Secret that ends with the command, too: whoever waits for it at a proxy would wait on.
func endsWith(command context.Context, secret client.Secret) client.Secret {
	return func(ctx context.Context) (string, error) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(command, cancel)()
		return secret(ctx)
	}
}

// fromStdin returns a Secret that reads standard input, once.
func fromStdin() client.Secret {
	used := false
	return func(ctx context.Context) (string, error) {
		if used {
			return "", fmt.Errorf("standard input was read before: %w", client.ErrLoginRequired)
		}
		used = true
		return piped(ctx)
	}
}

// piped reads a secret from standard input. A terminal would show what is typed there.
func piped(ctx context.Context) (string, error) {
	if term.IsTerminal(int(os.Stdin.Fd())) {
		return "", usagef("standard input is a terminal, which would show the secret: give it by a pipe, or by < FILE")
	}
	return readSecret(until(ctx, os.Stdin), "standard input")
}

// until returns a Reader whose Read ends with ctx, however long its source may wait.
func until(ctx context.Context, source io.Reader) io.Reader {
	reader, writer := io.Pipe()
	go func() {
		_, err := io.Copy(writer, source)
		_ = writer.CloseWithError(err) // it never fails
	}()
	context.AfterFunc(ctx, func() { _ = writer.CloseWithError(ctx.Err()) })
	return reader
}

// fromEnv returns the Secret in a variable. Without one, whoever runs the command must log in.
func fromEnv(name string) client.Secret {
	secret := secrets.FromEnv(name)
	return func(ctx context.Context) (string, error) {
		value, err := secret(ctx)
		if err != nil {
			err = fmt.Errorf("%w: %w", err, client.ErrLoginRequired)
		}
		return value, err
	}
}

// shell returns a shell command that prints a secret. Its errors go to our own standard error. It does not get the
// secrets that our own environment may have.
func shell(ctx context.Context, line string) *exec.Cmd {
	program, flag := "sh", "-c"
	if runtime.GOOS == "windows" {
		program, flag = "cmd", "/c"
	}
	cmd := exec.CommandContext(ctx, program, flag, line) //nolint:gosec // the user wrote it
	cmd.Stderr = os.Stderr
	cmd.Env = withoutSecrets(os.Environ(), services)
	return cmd
}

// oneLined returns a Secret that must be one line.
func oneLined(secret client.Secret, name string) client.Secret {
	return func(ctx context.Context) (string, error) {
		value, err := secret(ctx)
		if err != nil {
			return "", err
		}
		return alone(value, name)
	}
}

// alone returns a secret, or an error if it has several lines: most likely there is something beside it.
func alone(secret, name string) (string, error) {
	if strings.ContainsAny(secret, "\r\n") {
		return "", fmt.Errorf("%s has several lines: it must hold the secret alone", name)
	}
	return secret, nil
}

// byteOrderMark is what editors on Windows put before a text.
const byteOrderMark = "\ufeff"

// readSecret reads a secret, without the line end after it and the mark that may be before it.
func readSecret(from io.Reader, name string) (string, error) {
	data, err := io.ReadAll(io.LimitReader(from, maxSecret+1))
	secret := strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(string(data), byteOrderMark), "\n"), "\r")
	switch {
	case err != nil:
		return "", fmt.Errorf("reading the secret: %w", err)
	case len(data) > maxSecret:
		return "", fmt.Errorf("%s is too long for a secret", name)
	case secret == "":
		return "", fmt.Errorf("%s is empty: it must hold the secret", name)
	}
	return alone(secret, name)
}

// withoutSecrets returns an environment without the secrets of some services.
func withoutSecrets(env []string, of []service) []string {
	return slices.DeleteFunc(env, func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return slices.ContainsFunc(of, func(s service) bool {
			return slices.ContainsFunc(s.methods, func(m method) bool { return m.secret.variable == name })
		})
	})
}
