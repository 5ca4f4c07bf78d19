//go:build unix

package main

import (
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"
)

// prompts is the number of prompts at the terminal.
var prompts atomic.Int32

// ignoreStop keeps Ctrl-Z from stopping the process, until resume is called: the terminal would echo after that.
func ignoreStop() (resume func()) {
	prompts.Add(1)
	watchStop()
	return func() { prompts.Add(-1) }
}

// watchStop handles Ctrl-Z from now on, since package signal cannot undo that it is ignored: the process would go on
// ignoring it, and so would the command of exec.
var watchStop = sync.OnceFunc(func() {
	if signal.Ignored(syscall.SIGTSTP) { // as whoever has started us wants it
		return
	}
	stops := make(chan os.Signal, 1)
	signal.Notify(stops, syscall.SIGTSTP)
	go func() {
		for range stops {
			if prompts.Load() == 0 {
				_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
			}
		}
	}()
})

// inBackground reports whether the terminal belongs to another job. It stops a process that asks nevertheless, a proxy
// with all its clients.
func inBackground(terminal *os.File) bool {
	foreground, err := unix.IoctlGetInt(int(terminal.Fd()), unix.TIOCGPGRP)
	own, failed := unix.Getpgid(0)
	return err == nil && failed == nil && foreground != own
}
