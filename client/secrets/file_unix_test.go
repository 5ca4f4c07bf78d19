//go:build unix

package secrets_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/secrets"
)

func newPipe(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A pipe to which nobody writes, or whose writer writes nothing, keeps a login no longer than its context.
func TestFromFileWaitsForAPipeUntilItsContextEnds(t *testing.T) {
	for name, opens := range map[string]bool{"no writer": false, "a silent writer": true} {
		path := newPipe(t)
		if opens {
			writer, err := os.OpenFile(path, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = writer.Close() }()
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		began := time.Now()
		got, err := secrets.FromFile(path)(ctx)
		if !errors.Is(err, context.DeadlineExceeded) || got != "" || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %q, %v; want a deadline and the pipe's name", name, got, err)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s: it took %s", name, took)
		}
	}
}

// What is written in pieces, by a writer who comes late, is read to its end.
func TestFromFileReadsAPipe(t *testing.T) {
	path := newPipe(t)
	written := make(chan error, 1)
	pace := time.NewTicker(50 * time.Millisecond)
	defer pace.Stop()
	go func() {
		<-pace.C
		writer, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			written <- err
			return
		}
		for _, piece := range []string{"your-", "pass", "word\n"} {
			<-pace.C
			_, err = writer.WriteString(piece)
		}
		written <- errors.Join(err, writer.Close())
	}()
	if got, err := secrets.FromFile(path)(t.Context()); err != nil || got != "your-password" {
		t.Errorf("%q, %v", got, err)
	}
	if err := <-written; err != nil {
		t.Error(err)
	}
}

// A pipe whose writer has left is read to its end, also one that a shell makes: file:<(command).
func TestFromFileReadsWhatAWriterHasLeft(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells that the writer of a pipe has left")
	}
	for _, content := range []string{"your-password\n", ""} {
		reader, writer, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := writer.WriteString(content); err != nil {
			t.Fatal(err)
		}
		if err := writer.Close(); err != nil {
			t.Fatal(err)
		}
		got, err := secrets.FromFile(fmt.Sprint("/dev/fd/", reader.Fd()))(t.Context())
		if content == "" && !errors.Is(err, secrets.ErrEmpty) || content != "" && (err != nil || got != "your-password") {
			t.Errorf("%q: %q, %v", content, got, err)
		}
		if err := reader.Close(); err != nil {
			t.Error(err)
		}
	}
}

// What never ends is not read to its end.
func TestFromFileIsBounded(t *testing.T) {
	if got, err := secrets.FromFile("/dev/zero")(t.Context()); !errors.Is(err, secrets.ErrTooLong) || got != "" {
		t.Errorf("%d bytes, %v; want ErrTooLong", len(got), err)
	}
}

func TestFromFileMayNotRead(t *testing.T) {
	path := write(t, "your-password")
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() == 0 {
		t.Skip("root may read every file")
	}
	if got, err := secrets.FromFile(path)(t.Context()); !errors.Is(err, os.ErrPermission) || got != "" {
		t.Errorf("%q, %v; want ErrPermission", got, err)
	}
}
