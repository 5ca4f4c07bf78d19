package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/tokenstore/keyringstore"
)

// These are the exit codes.
const (
	exitOther         = 1
	exitUsage         = 2
	exitRefused       = 3
	exitLoginRequired = 4
	exitUnavailable   = 5
	exitRateLimited   = 6
	exitInterrupted   = 130
)

// exitCodes is the text about them in help and documentation.
const exitCodes = `
0    done
1    another error
2    wrong use: a command, flag or field
3    refused: the secret, or a request of "api" (401, 403)
4    login required: no token, no secret, and no terminal to ask at
5    unavailable: the service, or the keyring, which may be locked
6    rate limited; the error tells the wait
130  interrupted
`

// codedError is an error with an exit code of its own.
type codedError struct {
	code int
	err  error
}

func (e *codedError) Error() string { return e.err.Error() }

func (e *codedError) Unwrap() error { return e.err }

// coded returns an error with an exit code.
func coded(code int, format string, args ...any) error {
	return &codedError{code, fmt.Errorf(format, args...)}
}

func usagef(format string, args ...any) error { return coded(exitUsage, format, args...) }

// exitCode returns the code for an error.
func exitCode(err error) int {
	own, isOwn := errors.AsType[*codedError](err)
	_, limited := errors.AsType[*client.RateLimitError](err)
	refusal, failed := errors.AsType[*client.LoginError](err)
	switch {
	case err == nil:
		return 0
	case isOwn:
		return own.code
	case limited:
		return exitRateLimited
	case errors.Is(err, client.ErrLoginRequired):
		return exitLoginRequired
	case errors.Is(err, client.ErrInvalidCredentials):
		return exitRefused
	case errors.Is(err, client.ErrInvalidInput) && failed && refusal.Status == 0:
		return exitUsage
	case errors.Is(err, client.ErrInvalidInput):
		return exitRefused
	case errors.Is(err, client.ErrUnavailable), errors.Is(err, keyringstore.ErrUnavailable):
		return exitUnavailable
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	default:
		return exitOther
	}
}

// oneLine returns an error's text in one line, with what to do.
func oneLine(err error) string {
	text := printable(strings.Join(strings.Fields(strings.TrimPrefix(err.Error(), "latchkey: ")), " "))
	limit, limited := errors.AsType[*client.RateLimitError](err)
	if limited && !limit.Named && limit.RetryAfter > 0 {
		text += fmt.Sprintf(": try again in %d s", int64((limit.RetryAfter+time.Second-1)/time.Second))
	}
	return text
}

// printable returns a text without what could steer a terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, text)
}
