//go:build unix

package soak_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// disk is where the Files are. It can be full if reason is "".
type disk struct {
	dir    string
	reason string
}

// fill writes until nothing more fits.
func (d disk) fill(t *testing.T) {
	t.Helper()
	if d.reason != "" {
		return
	}
	ballast, err := os.Create(filepath.Join(d.dir, "ballast"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ballast.Close() }()
	if _, err := io.Copy(ballast, endless{}); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("a disk that is full: %v", err)
	}
}

// endless is zeros.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func (d disk) empty(t *testing.T) {
	t.Helper()
	if err := os.Remove(filepath.Join(d.dir, "ballast")); err != nil && d.reason == "" {
		t.Fatal(err)
	}
}
