//go:build unix

package tokenstore

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/gofrs/flock"
)

// What takes a lock's place after the look at it is neither followed, nor waited for, nor taken for a lock.
func TestLockSwappedMeanwhile(t *testing.T) {
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	for name, swap := range map[string]func(path string) error{
		"a link":      func(path string) error { return os.Symlink(elsewhere, path) },
		"a pipe":      func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"a directory": func(path string) error { return os.Mkdir(path, 0o700) },
		"a file that others can write": func(path string) error {
			return errors.Join(os.WriteFile(path, nil, 0o600), os.Chmod(path, 0o666))
		},
	} {
		store, err := NewFiles(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		at := openPlace(t, store, "key")
		unlock, err := at.take(func(lock *flock.Flock) (bool, error) {
			if err := swap(lock.Path()); err != nil {
				t.Fatal(err)
			}
			return lock.TryLock()
		})
		if unlock != nil || err == nil {
			t.Errorf("%s: it is a lock: %t, %v", name, unlock != nil, err)
		}
	}
	if _, err := os.Lstat(elsewhere); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a link was followed: %v", err)
	}
}
