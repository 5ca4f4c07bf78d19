//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

const (
	readPace = 20 * time.Millisecond // between two looks at the terminal
	maxLine  = 4095                  // bytes that Linux takes in a line; it drops the others
)

// readSilently reads a line from a terminal that does not echo meanwhile. When ctx ends nobody goes on reading, and
// what was typed so far is thrown away: it would be the beginning of what is typed next. So it never waits in a read.
func readSilently(ctx context.Context, terminal *os.File) (string, error) {
	fd := int(terminal.Fd())
	before, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return "", err
	}
	silent := *before
	silent.Lflag &^= unix.ECHO
	silent.Lflag |= unix.ICANON | unix.ISIG
	silent.Iflag |= unix.ICRNL
	if err := unix.SetNonblock(fd, true); err != nil {
		return "", err
	}
	if err := unix.IoctlSetTermios(fd, setTermios, &silent); err != nil {
		return "", err
	}
	line, err := readLine(ctx, fd)
	if ctx.Err() != nil {
		return "", errors.Join(ctx.Err(), unix.IoctlSetTermios(fd, flushTermios, before))
	}
	return line, errors.Join(err, unix.IoctlSetTermios(fd, setTermios, before))
}

// readLine reads a line, or what is there at the end of the input.
func readLine(ctx context.Context, fd int) (string, error) {
	look := time.NewTicker(readPace)
	defer look.Stop()
	var line []byte
	buffer := make([]byte, maxLine+1)
	for {
		n, err := unix.Read(fd, buffer)
		switch {
		case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EINTR):
			select {
			case <-look.C:
			case <-ctx.Done():
				return "", ctx.Err()
			}
			continue
		case err != nil:
			return "", err
		}
		line = append(line, buffer[:n]...)
		typed, whole := bytes.CutSuffix(line, []byte("\n"))
		switch {
		case len(typed) >= maxLine:
			return "", fmt.Errorf("what was typed is cut: a terminal takes no line as long as that: say --secret with %s", sources)
		case whole, n == 0:
			return string(erased(typed)), nil
		}
	}
}

// erased returns a line without what backspaces take away, which some keyboards send and their terminals do not know.
func erased(line []byte) []byte {
	for i := bytes.IndexByte(line, '\b'); i >= 0; i = bytes.IndexByte(line, '\b') {
		line = slices.Delete(line, max(i-1, 0), i+1)
	}
	return line
}
