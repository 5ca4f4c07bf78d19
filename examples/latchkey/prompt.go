package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

// asking is held while the terminal does not echo.
var asking sync.WaitGroup

// echoAgain waits until the terminal echoes again, when the command ends in the middle of a prompt.
func echoAgain() {
	done := make(chan struct{})
	go func() {
		asking.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(2 * time.Second):
	}
}

// prompt asks for a secret at the user's terminal, without echo, wherever standard input and output go.
func prompt(ctx context.Context, what string) (string, error) {
	in, out, err := terminal()
	if err != nil {
		return "", fmt.Errorf("%w: there is no terminal to ask at: say --secret with %s", client.ErrLoginRequired, sources)
	}
	defer func() { _, _ = in.Close(), out.Close() }() // on most systems they are one
	if inBackground(in) {
		return "", fmt.Errorf("%w: nobody can be asked from the background: run latchkey login in the foreground", client.ErrLoginRequired)
	}
	leave, err := ownTerminal(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	asking.Add(1)
	defer asking.Done()
	defer ignoreStop()()
	working.hide()
	defer working.show()
	fmt.Fprintf(out, "%s: ", printable(what))
	line, err := readSilently(ctx, in)
	fmt.Fprintln(out)
	if err == nil && line == "" {
		return "", fmt.Errorf("%w: nothing was typed", client.ErrLoginRequired)
	}
	return line, err
}

// terminal opens the terminal that the process belongs to.
func terminal() (in, out *os.File, err error) {
	if runtime.GOOS == "windows" {
		if in, err = os.OpenFile("CONIN$", os.O_RDWR, 0); err != nil {
			return nil, nil, err
		}
		out, err = os.OpenFile("CONOUT$", os.O_RDWR, 0)
		return in, out, err
	}
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	return tty, tty, err
}
