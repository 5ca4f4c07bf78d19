package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
)

// A read of what never ends, such as standard input at a terminal, ends with its context.
func TestUntil(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	never, writer := io.Pipe()
	t.Cleanup(func() { _ = writer.Close() })
	cancel()
	if _, err := io.ReadAll(until(ctx, never)); !errors.Is(err, context.Canceled) {
		t.Errorf("the read ends with %v", err)
	}
	if data, err := io.ReadAll(until(t.Context(), strings.NewReader("secret\n"))); string(data) != "secret\n" || err != nil {
		t.Errorf("%q, %v", data, err)
	}
}
