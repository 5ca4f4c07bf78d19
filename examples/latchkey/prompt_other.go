//go:build !unix

package main

import (
	"context"
	"errors"
	"io"
	"os"

	"golang.org/x/term"
)

// readSilently reads a line from a terminal that does not echo meanwhile. On these systems nothing ends a read: when
// ctx ends, the terminal echoes again, and takes one more line.
func readSilently(ctx context.Context, terminal *os.File) (string, error) {
	fd := int(terminal.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", err
	}
	type result struct {
		line []byte
		err  error
	}
	read := make(chan result, 1)
	go func() {
		line, err := term.ReadPassword(fd)
		if errors.Is(err, io.EOF) {
			err = nil
		}
		read <- result{line, err}
	}()
	select {
	case r := <-read:
		return string(r.line), r.err
	case <-ctx.Done():
		return "", errors.Join(ctx.Err(), term.Restore(fd, before))
	}
}

// ownTerminal waits for nobody on these systems.
func ownTerminal(context.Context) (leave func(), err error) { return func() {}, nil }
