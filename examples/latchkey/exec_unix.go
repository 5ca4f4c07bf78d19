//go:build unix

package main

import "syscall"

// become replaces this process by another program, so that its signals and its exit code are its own. It returns only
// if that fails.
func become(program string, args, env []string) error {
	return syscall.Exec(program, args, env) //nolint:gosec // the user names it
}

// endSignal asks a program to end.
const endSignal = syscall.SIGTERM
