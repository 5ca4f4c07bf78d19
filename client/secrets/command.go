package secrets

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

// grace is how long a program that has ended is waited for that left its output open.
const grace = time.Second

// FromCommand returns a Secret that a program prints to its standard output, without one line end after it (\n or \r\n)
// and a byte-order mark before it. argv is the program and its arguments, with no shell. It runs at each login, with
// the environment of this process and nothing to read. When ctx is done it is killed.
//
// What it leaves behind is not waited for: if that holds the output open, the secret is what was printed a second after
// the program's end. Nothing else is killed.
//
// The error is that of package exec, such as [*exec.ExitError] and [exec.ErrNotFound], or wraps ctx.Err(). It names the
// program, not its arguments. It tells the end of what the program has written to its standard error, in one short
// printable line without what looks like a token, unless there is any trace of what it has printed.
func FromCommand(argv ...string) client.Secret {
	argv = slices.Clone(argv)
	return FromCmd(func(ctx context.Context) *exec.Cmd {
		if len(argv) == 0 {
			return nil
		}
		return exec.CommandContext(ctx, argv[0], argv[1:]...) //nolint:gosec // the user names it
	})
}

// FromCmd is FromCommand for a program that needs more, such as an environment, a directory or something to read.
// command makes it for each login, by [exec.CommandContext] with its ctx. Its Stdout is FromCmd's, and so are its
// WaitDelay, if that is 0, and its Stderr, if that is nil.
func FromCmd(command func(ctx context.Context) *exec.Cmd) client.Secret {
	return func(ctx context.Context) (string, error) {
		cmd := command(ctx)
		if cmd == nil {
			return "", errors.New("no program is named that prints the secret")
		}
		return run(ctx, cmd)
	}
}

func run(ctx context.Context, cmd *exec.Cmd) (string, error) {
	name := "the program " + cmd.Path
	if len(cmd.Args) > 0 {
		name = "the program " + cmd.Args[0]
	}
	var out beginning
	var errs ending
	cmd.Stdout = &out
	if cmd.Stderr == nil {
		cmd.Stderr = &errs
	}
	if cmd.WaitDelay == 0 {
		cmd.WaitDelay = grace
	}
	err := cmd.Run()
	tooLong := len(out.read) > maxRead            // and so it was ended
	heldOpen := errors.Is(err, exec.ErrWaitDelay) // by what it left behind
	if err != nil && !tooLong && !heldOpen {
		if ctx.Err() != nil {
			return "", fmt.Errorf("%s has not printed the secret in time: %w", name, ctx.Err())
		}
		return "", fmt.Errorf("%s failed: %w%s", name, err, errs.line(out.read))
	}
	return secretOf(out.read, "the output of "+name, "it must print the secret")
}
