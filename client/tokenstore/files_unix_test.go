//go:build unix

package tokenstore_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/tokenstore"
)

func TestModes(t *testing.T) {
	for _, umask := range []int{0, 0o022, 0o027, 0o077} {
		parent := t.TempDir()
		defer syscall.Umask(syscall.Umask(umask))
		dir := filepath.Join(parent, "new", "store")
		store := openFiles(t, dir)
		put(t, store, "key", "the record")
		put(t, store, "key", "another")
		unlock, err := store.Lock(t.Context(), "key")
		if err != nil {
			t.Fatal(err)
		}
		unlock()

		seen := map[fs.FileMode]int{}
		err = filepath.WalkDir(parent, func(path string, file fs.DirEntry, err error) error {
			if err != nil || path == parent {
				return err
			}
			info, err := file.Info()
			if err == nil {
				seen[info.Mode()]++
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		// Directories: new, store, one folder. Files: record, lock.
		if len(seen) != 2 || seen[fs.ModeDir|0o700] != 3 || seen[0o600] != 2 {
			t.Errorf("umask %03o: %v; want 3 directories of mode 0700 and 2 files of mode 0600", umask, seen)
		}
	}
}

func TestUnsafeDirIsRefused(t *testing.T) {
	parent := t.TempDir()
	mode := func(name string, mode fs.FileMode) string {
		dir := filepath.Join(parent, name)
		if err := errors.Join(os.Mkdir(dir, 0o700), os.Chmod(dir, mode)); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	link := filepath.Join(parent, "link")
	file := filepath.Join(parent, "file")
	if err := errors.Join(os.Symlink(mode("target", 0o700), link), os.WriteFile(file, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, dir, want string }{
		{"others", mode("others", 0o707), "can be written by others (mode 0707)"},
		{"blind writers", mode("blind", 0o702), "can be written by others (mode 0702)"},
		{"sticky", mode("sticky", 0o777|fs.ModeSticky), "can be written by others (mode 0777)"},
		{"link", link, "is a symbolic link"},
		{"link with a slash", link + "/", "is a symbolic link"},
		{"file", file, "is not a directory"},
		{"another user's", ofAnotherUser(t), "belongs to user"},
	} {
		t.Run(test.name, func(t *testing.T) {
			before, err := os.Lstat(test.dir)
			if err != nil {
				t.Fatal(err)
			}
			_, err = tokenstore.NewFiles(test.dir)
			if !errors.Is(err, tokenstore.ErrUnsafeDir) {
				t.Fatalf("%v; want an error that wraps ErrUnsafeDir", err)
			}
			for _, want := range []string{filepath.Clean(test.dir) + " " + test.want, "choose another"} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v; want it to say %q", err, want)
				}
			}
			if after, err := os.Lstat(test.dir); err != nil || after.Mode() != before.Mode() {
				t.Errorf("mode %v, %v; want it unchanged, %v", after.Mode(), err, before.Mode())
			}
		})
	}
}

// ofAnotherUser returns a directory that another user owns and nobody else can write.
func ofAnotherUser(t *testing.T) string {
	t.Helper()
	if os.Geteuid() != 0 {
		return "/" // it belongs to root
	}
	dir := t.TempDir()
	if err := errors.Join(os.Chmod(dir, 0o700), os.Chown(dir, 12345, 12345)); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestExistingDirIsLeftAsItIs(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	put(t, openFiles(t, dir), "key", "the record")
	info, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o755 {
		t.Errorf("mode %v; want it unchanged, 0755", info.Mode())
	}
}

func TestDirThatCannotBeMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := tokenstore.NewFiles(file + "/store"); !errors.Is(err, syscall.ENOTDIR) {
		t.Errorf("%v; want ENOTDIR", err)
	}
}

// TestHugeFileIsNotRead: a huge file in a record's place costs no more memory than a record.
func TestHugeFileIsNotRead(t *testing.T) {
	dir := t.TempDir() + "/store"
	store := openFiles(t, dir)
	put(t, store, "key", "the record")
	if err := os.Truncate(onlyRecord(t, dir), 2<<30); err != nil { // the file is sparse
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	record, err := store.Get(t.Context(), "key")
	runtime.ReadMemStats(&after)
	if !errors.Is(err, client.ErrTokenNotFound) {
		t.Errorf("%d bytes, %v; want an error that wraps ErrTokenNotFound", len(record), err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
		t.Errorf("Get of a file of 2 GiB took %d bytes of memory", used)
	}
}
