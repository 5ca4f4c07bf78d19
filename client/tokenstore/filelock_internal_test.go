package tokenstore

import (
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gofrs/flock"
)

func TestLockIsTakenSoonAfterItIsFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		for held := time.Millisecond; held < time.Second; held += 71 * time.Millisecond {
			holder, waiter := lockIn(t, dir), make(chan func())
			go func() { waiter <- lockIn(t, dir) }()
			time.Sleep(held)
			free := time.Now()
			holder()
			unlock := <-waiter
			if took := time.Since(free); took > 200*time.Millisecond {
				t.Errorf("held for %v, the lock was taken %v after it was free", held, took)
			}
			unlock()
		}
	})
}

// lockIn takes the lock in a directory through a Files of its own.
func lockIn(t *testing.T, dir string) (unlock func()) {
	t.Helper()
	store, err := NewFiles(dir)
	if err != nil {
		t.Error(err)
		return func() {}
	}
	unlock, err = store.Lock(t.Context(), "key")
	if err != nil {
		t.Error(err)
		return func() {}
	}
	return unlock
}

// TestStaleLockFileIsClosed: a lock file that was removed before it was locked does not stay open.
func TestStaleLockFileIsClosed(t *testing.T) {
	if _, err := os.Stat("/proc/self/fd"); err != nil {
		t.Skipf("nothing here tells which files are open: %v", err)
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // the collector would close forgotten files
	const enough = 100
	store, err := NewFiles(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	at := openPlace(t, store, "key")
	for name, take := range map[string]func() (unlock func(), ok bool){
		"Lock": func() (func(), bool) {
			unlock, err := store.Lock(t.Context(), "key")
			return unlock, err == nil
		},
		"the sweep": func() (func(), bool) {
			unlock, err := at.take((*flock.Flock).TryLock)
			return unlock, unlock != nil && err == nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			var removed, taken atomic.Int64
			remove := func() {
				if at.folder.Remove(at.lock()) == nil {
					removed.Add(1)
				}
			}
			// Each lock that was taken has made one file, and so has each stale one.
			stale := func() int64 { return removed.Load() - taken.Load() }
			var done atomic.Bool
			var remover sync.WaitGroup
			before := filesOpen(t)
			remover.Go(func() {
				for !done.Load() {
					remove()
				}
			})
			for limit := time.Now().Add(20 * time.Second); stale() < enough && time.Now().Before(limit); {
				if unlock, ok := take(); ok {
					taken.Add(1)
					remove()
					unlock()
				}
			}
			done.Store(true)
			remover.Wait()
			if stale() < enough {
				t.Errorf("%d locks were stale, so this test tells nothing", stale())
			}
			if after := filesOpen(t); after > before+enough/10 {
				t.Errorf("after %d stale locks %d files are open; before, there were %d", stale(), after, before)
			}
		})
	}
}

// openPlace opens the place of a key until the test ends.
func openPlace(t testing.TB, store *Files, key string) place {
	t.Helper()
	at, err := store.open(key, true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(at.close)
	return at
}

// filesOpen returns how many files this process has open.
func filesOpen(t *testing.T) int {
	t.Helper()
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(files)
}
