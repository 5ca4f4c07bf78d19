package scrub_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"

	"github.com/latchkey-go/latchkey/client/internal/scrub"
)

// timeout is one of several types of errors with that text.
type timeout struct{}

func (timeout) Error() string { return "i/o timeout" }

// The text of an error of the network is that of Go's packages, and no peer has written into it what it was sent.
func TestT6ErrorsOfTheNetwork(t *testing.T) {
	op := func(name string, err error) error { return &net.OpError{Op: name, Net: "tcp", Err: err} }
	for name, tt := range map[string]struct {
		err  error
		want bool
	}{
		"refused":               {op("dial", os.NewSyscallError("connect", syscall.ECONNREFUSED)), true},
		"reset":                 {syscall.ECONNRESET, true},
		"no such host":          {op("dial", &net.DNSError{Err: "no such host", Name: "own.example"}), true},
		"alert of the peer":     {op("remote error", errors.New("tls: bad certificate")), true},
		"alert of ours":         {op("local error", errors.New("tls: unexpected message")), true},
		"another operation":     {op("read", errors.New("hunter2")), false},
		"another system call":   {os.NewSyscallError("read", errors.New("hunter2")), false},
		"alert":                 {tls.AlertError(42), true},
		"no TLS":                {tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, true},
		"unknown authority":     {x509.UnknownAuthorityError{}, true},
		"end":                   {io.EOF, true},
		"end within":            {io.ErrUnexpectedEOF, true},
		"cancelled":             {context.Canceled, true},
		"deadline":              {context.DeadlineExceeded, true},
		"closed":                {net.ErrClosed, true},
		"time-out":              {timeout{}, true},
		"somebody's own":        {errors.New("hunter2"), false},
		"somebody's own around": {fmt.Errorf("hunter2: %w", io.EOF), false},
	} {
		if got := scrub.OfNetwork(tt.err); got != tt.want {
			t.Errorf("%s: %v is of the network: %t", name, tt.err, got)
		}
	}
}

func TestT6NetworkFindsTheFirstWithin(t *testing.T) {
	other := errors.New("hunter2")
	deep := func(depth int) error {
		err := io.EOF
		for range depth {
			err = fmt.Errorf("more: %w", err)
		}
		return err
	}
	for name, tt := range map[string]struct{ err, want error }{
		"none":            {nil, nil},
		"no network":      {fmt.Errorf("a: %w", other), nil},
		"itself":          {io.EOF, io.EOF},
		"within":          {fmt.Errorf("a: %w", fmt.Errorf("b: %w", io.EOF)), io.EOF},
		"one of several":  {errors.Join(other, fmt.Errorf("a: %w", net.ErrClosed)), net.ErrClosed},
		"the nearest":     {errors.Join(fmt.Errorf("a: %w", io.EOF), net.ErrClosed), net.ErrClosed},
		"the first":       {errors.Join(io.EOF, net.ErrClosed), io.EOF},
		"wraps nothing":   {errors.Join(fmt.Errorf("a: %w", error(nil)), io.EOF), io.EOF},
		"among a hundred": {deep(99), io.EOF},
		"too deep":        {deep(100), nil},
	} {
		if got := scrub.Network(tt.err); got != tt.want { //nolint:errorlint // it is to be the same
			t.Errorf("%s: %v; want %v", name, got, tt.want)
		}
	}
}

// An error that wraps itself ends the search, too.
func TestT6NetworkEndsInALoop(t *testing.T) {
	if got := scrub.Network(&loop{}); got != nil {
		t.Errorf("%v; want none", got)
	}
}

type loop struct{}

func (*loop) Error() string     { return "again" }
func (l *loop) Unwrap() []error { return []error{l, l} }

// What is ours stays, and the words of others go if they have any trace of the secret.
func TestT6OwnErrorKeepsOurWords(t *testing.T) {
	err := scrub.OwnError{Before: "it leads to ", Theirs: "https://hunter2.example", After: ", and that is not followed"}
	for secret, want := range map[string]string{
		"hunter2": "it leads to [redacted], and that is not followed",
		"leads":   "it leads to https://hunter2.example, and that is not followed",
		"other":   "it leads to https://hunter2.example, and that is not followed",
		"":        "it leads to https://hunter2.example, and that is not followed",
	} {
		if got := err.Without(secret).Error(); got != want {
			t.Errorf("without %q: %s; want %s", secret, got, want)
		}
	}
	if got := scrub.ErrOurs.Error(); got != "" {
		t.Errorf("an error whose message is ours says %q", got)
	}
}

// The text that a context keeps to look for is found where it is needed, and a print of the context does not show it.
func TestT6TracesOfAContext(t *testing.T) {
	if scrub.Traces(t.Context()) != nil {
		t.Error("there are traces of nothing")
	}
	ctx := scrub.WithTraces(t.Context(), scrub.Finder("hunter2"))
	if traces := scrub.Traces(ctx); !traces("you sent hunter2") || traces("you sent nothing") {
		t.Error("they tell something else")
	}
	if text := fmt.Sprintf("%v %+v", ctx, ctx); scrub.Holds(text, "hunter2") {
		t.Errorf("a print shows the secret: %s", text)
	}
}
