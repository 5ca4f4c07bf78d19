package main

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"runtime"
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

// A later run may be in another directory, where another file may have the same name.
func TestLasting(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for source, want := range map[string]string{
		"": "", fromPrompt: fromPrompt, "stdin": "", "env:X": "env:X", "command:./x": "command:./x",
		"file:x": "file:" + filepath.Join(dir, "x"), "file:/x": "file:/x",
		"file:/dev/stdin": "", "file:/dev/fd/63": "", "file:/proc/self/fd/0": "",
	} {
		if got := lasting(source); got != want && runtime.GOOS != "windows" {
			t.Errorf("%q becomes %q, want %q", source, got, want)
		}
	}
}
