//go:build unix && !aix && !solaris

package tokenstore_test

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/tokenstore"
)

// imposters are what somebody else may put in the place of a directory, a folder, a record or a lock.
var imposters = map[string]struct {
	put func(t *testing.T, path string) error
	why string
}{
	"link to a good one": {func(t *testing.T, path string) error {
		elsewhere := filepath.Join(t.TempDir(), "elsewhere")
		return errors.Join(os.Rename(path, elsewhere), os.Symlink(elsewhere, path))
	}, "is a symbolic link"},
	"dangling link": {func(t *testing.T, path string) error {
		return errors.Join(os.RemoveAll(path), os.Symlink(t.TempDir()+"/nowhere", path))
	}, "is a symbolic link"},
	"pipe": {func(_ *testing.T, path string) error {
		return errors.Join(os.RemoveAll(path), syscall.Mkfifo(path, 0o600))
	}, "is a named pipe"},
	"socket": {func(t *testing.T, path string) error {
		if err := os.RemoveAll(path); err != nil {
			return err
		}
		short := filepath.Join(os.TempDir(), filepath.Base(path)[:2]+".sock") // a socket's path has at most 108 bytes
		listener, err := net.Listen("unix", short)
		if err != nil {
			return err
		}
		t.Cleanup(func() { _ = listener.Close() })
		return os.Rename(short, path)
	}, "is a socket"},
	"device": {func(t *testing.T, path string) error {
		if os.Geteuid() != 0 {
			t.Skip("only root can make a device")
		}
		return errors.Join(os.RemoveAll(path), syscall.Mknod(path, syscall.S_IFCHR|0o600, 1<<8|5)) // as /dev/zero
	}, "is a device"},
	"another user's": {func(t *testing.T, path string) error {
		if os.Geteuid() != 0 {
			t.Skip("only root can give a file away")
		}
		return os.Chown(path, 12345, -1)
	}, "belongs to user 12345"},
	"open to others": {func(_ *testing.T, path string) error {
		return os.Chmod(path, 0o707)
	}, "can be written by others (mode 0707)"},
}

// Each call looks at the directory, and at the folder in it, so that none is used which was swapped after NewFiles. No
// call hangs.
func TestSwappedDirectoryIsNotUsed(t *testing.T) {
	for name, imposter := range imposters {
		t.Run(name, func(t *testing.T) {
			for what, pathOf := range map[string]func(dir string) string{
				"directory": func(dir string) string { return dir },
				"folder":    func(dir string) string { return filepath.Dir(base(dir, "key")) },
			} {
				dir := t.TempDir() + "/store"
				store := openFiles(t, dir)
				put(t, store, "key", "the record")
				if err := imposter.put(t, pathOf(dir)); err != nil {
					t.Fatal(err)
				}
				inTime(t, what, func() { wantUnsafe(t, store, pathOf(dir)+" "+imposter.why) })
			}
		})
	}
}

// A link that takes the directory's place again and again, at any moment of a call, leads no record elsewhere.
func TestDirectorySwappedMeanwhile(t *testing.T) {
	parent := t.TempDir()
	dir, away, evil := parent+"/store", parent+"/away", parent+"/evil"
	store := openFiles(t, dir)
	put(t, store, "key", "the record")
	if err := os.MkdirAll(filepath.Dir(base(evil, "key")), 0o700); err != nil {
		t.Fatal(err)
	}
	var done atomic.Bool
	var swapper sync.WaitGroup
	swapper.Go(func() {
		for !done.Load() {
			_ = os.Rename(dir, away)
			_ = os.Symlink(evil, dir)
			_ = os.Remove(dir)
			_ = os.Rename(away, dir)
		}
	})
	stored, refused := 0, 0
	for stored < 100 || refused < 100 {
		if err := store.Put(t.Context(), "key", []byte("x"), time.Hour); err == nil {
			stored++
		} else if errors.Is(err, tokenstore.ErrUnsafeDir) {
			refused++
		}
	}
	done.Store(true)
	swapper.Wait()
	if led := files(t, evil); len(led) > 0 {
		t.Errorf("%q followed a link", led)
	}
}

// A file in the place of a directory.
func TestFileInPlaceOfTheDirectory(t *testing.T) {
	dir := t.TempDir() + "/store"
	store := openFiles(t, dir)
	if err := errors.Join(os.Remove(dir), os.WriteFile(dir, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	wantUnsafe(t, store, dir+" is not a directory")
}

// Only a regular file that nobody else could have written is a record. Anything else is reported, waits for nobody, and
// makes room for the next record.
func TestOnlyARegularFileIsARecord(t *testing.T) {
	for name, imposter := range imposters {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir() + "/store"
			store := openFiles(t, dir)
			put(t, store, "key", "the record")
			path := base(dir, "key") + ".token"
			if err := imposter.put(t, path); err != nil {
				t.Fatal(err)
			}
			inTime(t, "Get", func() {
				for range 20 {
					record, err := store.Get(t.Context(), "key")
					wantUnreadable(t, record, err, path+" "+imposter.why)
					if !errors.Is(err, client.ErrTokenNotFound) {
						t.Errorf("%v; want it to count as no record", err)
					}
				}
				put(t, store, "key", "another")
				wantRecord(t, store, "key", "another")
			})
		})
	}
}

func TestDirectoryInPlaceOfARecord(t *testing.T) {
	dir := t.TempDir() + "/store"
	store := openFiles(t, dir)
	put(t, store, "key", "the record")
	path := base(dir, "key") + ".token"
	if err := errors.Join(os.Remove(path), os.MkdirAll(path+"/below", 0o700)); err != nil {
		t.Fatal(err)
	}
	record, err := store.Get(t.Context(), "key")
	wantUnreadable(t, record, err, path+" is a directory")
	if err := store.Put(t.Context(), "key", []byte("x"), time.Hour); err == nil {
		t.Error("Put: no error")
	}
}

func wantUnreadable(t *testing.T, record []byte, err error, why string) {
	t.Helper()
	if len(record) > 0 || !strings.Contains(err.Error(), why) ||
		!errors.Is(err, client.ErrRecordUnreadable) {
		t.Errorf("%q, %v; want an error that wraps ErrRecordUnreadable and says %q", record, err, why)
	}
}

// What a record's file may be: a name of the same file elsewhere does no harm, since only the modes of the directory
// decide who can write, and kubelet gives it to a group.
func TestModesOfARecordThatAreFine(t *testing.T) {
	dir := t.TempDir() + "/store"
	store := openFiles(t, dir)
	put(t, store, "key", "the record")
	path := base(dir, "key") + ".token"
	if err := os.Link(path, t.TempDir()+"/backup"); err != nil {
		t.Fatal(err)
	}
	wantRecord(t, store, "key", "the record")
	for _, mode := range []fs.FileMode{0o400, 0o640, 0o644, 0o660} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		wantRecord(t, store, "key", "the record")
	}
	put(t, store, "key", "another")
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v after Put; want 0600", info.Mode(), err)
	}
}

// Whatever lies in the place of a lock, Lock returns and says so.
func TestOnlyARegularFileIsALock(t *testing.T) {
	for name, imposter := range imposters {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir() + "/store"
			store := openFiles(t, dir)
			unlock, err := store.Lock(t.Context(), "key")
			if err != nil {
				t.Fatal(err)
			}
			unlock()
			path := base(dir, "key") + ".lock"
			if err := imposter.put(t, path); err != nil {
				t.Fatal(err)
			}
			inTime(t, "Lock", func() {
				unlock, err := store.Lock(t.Context(), "key")
				if unlock != nil || !errors.Is(err, tokenstore.ErrUnsafeDir) ||
					!strings.Contains(err.Error(), path+" "+imposter.why) {
					t.Errorf("%v; want an error that wraps ErrUnsafeDir and says that it %s", err, imposter.why)
				}
			})
			if _, err := os.Stat(t.TempDir() + "/nowhere"); err == nil {
				t.Error("the link was followed")
			}
		})
	}
}

// The sweep removes what is no record, and waits for nothing.
func TestSweepOfImposters(t *testing.T) {
	dir := t.TempDir() + "/store"
	store := openFiles(t, dir)
	for name, imposter := range imposters {
		t.Run(name, func(t *testing.T) { // which may be skipped
			put(t, store, name, "the record")
			if err := imposter.put(t, base(dir, name)+".token"); err != nil {
				t.Fatal(err)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		store := openFiles(t, dir)
		for range 256 {
			put(t, store, "busy", "x")
			time.Sleep(time.Second)
		}
	})
	if left := files(t, dir); len(left) > 1 {
		t.Errorf("%q are left; want the live record alone", left)
	}
}

// inTime fails the test if f hangs.
func inTime(t *testing.T, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatalf("%s hangs", what)
	}
}
