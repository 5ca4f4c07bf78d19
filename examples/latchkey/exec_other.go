//go:build !unix

package main

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
)

// become runs another program and ends with its exit code. The console sends its signals to both processes: this one
// leaves them to the program.
func become(program string, args, env []string) error {
	signal.Ignore(os.Interrupt)
	cmd := exec.Command(program, args[1:]...) //nolint:gosec // the user names it, and it ends by itself
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = env, os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		return &codedError{failed.ExitCode(), errSilent}
	}
	return err
}

// endSignal ends a program: it cannot be asked to.
var endSignal = os.Kill
