package tokenstore

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// fill writes records below a directory without syncing them.
func fill(tb testing.TB, dir string, names []string, expiry time.Time) {
	tb.Helper()
	for _, name := range names {
		folder := filepath.Join(dir, name[:2])
		if err := os.MkdirAll(folder, 0o700); err != nil {
			tb.Fatal(err)
		}
		content := encodeRecord(name, make([]byte, 1000), expiry)
		if err := os.WriteFile(filepath.Join(folder, name+recordSuffix), content, 0o600); err != nil {
			tb.Fatal(err)
		}
	}
}

func TestSweepIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		const records = 3 * sweepFiles
		var names []string
		for i := range records {
			names = append(names, fmt.Sprintf("%064x", i))
		}
		fill(t, dir, names, time.Now())
		s := &sweep{last: time.Now(), folder: folders - 1}
		left := func() int {
			entries, err := os.ReadDir(filepath.Join(dir, "00"))
			if err != nil {
				t.Fatal(err)
			}
			return len(entries)
		}

		s.some(t.Context(), dir)
		if left() != records {
			t.Error("a second turn within a second")
		}
		time.Sleep(sweepPause)
		done, cancel := context.WithCancel(t.Context())
		cancel()
		s.some(done, dir)
		if left() != records {
			t.Error("a turn after ctx was done")
		}
		s.folder = folders - 1
		time.Sleep(sweepPause)
		s.some(t.Context(), dir)
		if removed := records - left(); removed != sweepFiles {
			t.Errorf("one turn removed %d files; want %d", removed, sweepFiles)
		}
	})
}

// TestSweepAndLocks: while the sweep removes lock files, no two holders share a lock, and no record is lost.
func TestSweepAndLocks(t *testing.T) {
	t.Parallel()
	store, err := NewFiles(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	const key = "key"
	at := openPlace(t, store, key)
	sweeping, stop := context.WithCancel(t.Context())
	removed := 0
	var sweeper, group sync.WaitGroup
	sweeper.Go(func() {
		for sweeping.Err() == nil {
			removeDead(at)
			if _, err := at.folder.Lstat(at.lock()); err != nil {
				removed++
			}
		}
	})
	var holders atomic.Int32
	for range 4 {
		group.Go(func() {
			for range 50 {
				unlock, err := store.Lock(t.Context(), key)
				if err != nil {
					t.Error(err)
					return
				}
				if holders.Add(1) != 1 {
					t.Error("several hold the lock at once")
				}
				for _, ttl := range []time.Duration{1, time.Hour} {
					if err := store.Put(t.Context(), key, []byte("x"), ttl); err != nil {
						t.Error(err)
					}
				}
				if _, err := store.Get(t.Context(), key); err != nil {
					t.Errorf("put under the lock: %v", err)
				}
				if err := store.Delete(t.Context(), key); err != nil {
					t.Error(err)
				}
				holders.Add(-1)
				unlock()
			}
		})
	}
	group.Wait()
	stop()
	sweeper.Wait()
	if removed == 0 {
		t.Error("the sweep removed no lock file, so this test tells nothing")
	}
}

// TestSweepLeavesANewRecord: a record that was dead when the sweep looked may be alive when the sweep has the lock.
func TestSweepLeavesANewRecord(t *testing.T) {
	store, err := NewFiles(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Put(t.Context(), "key", []byte("new"), time.Hour); err != nil {
		t.Fatal(err)
	}
	removeIfDead(openPlace(t, store, "key"))
	if record, err := store.Get(t.Context(), "key"); string(record) != "new" {
		t.Errorf("the new record is %q, %v", record, err)
	}
}

// TestSweepBeginsAnywhere: otherwise processes that do only one Put would all sweep the same folder.
func TestSweepBeginsAnywhere(t *testing.T) {
	first := map[int]bool{}
	for range 64 {
		folder, due := new(sweep).next(time.Now())
		if !due {
			t.Fatal("a new sweep has no turn")
		}
		first[folder] = true
	}
	if len(first) < 2 {
		t.Errorf("64 sweeps all begin in %v", first)
	}
}

// TestSweepReachesEveryFile: dead records are found even if a folder has more live ones than one turn looks at.
func TestSweepReachesEveryFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		var live []string
		for i := range sweepFiles + 44 {
			live = append(live, fmt.Sprintf("%064x", i))
		}
		fill(t, dir, live, time.Now().Add(1000*time.Hour))
		dead := "00" + strings.Repeat("f", 62)
		fill(t, dir, []string{dead}, time.Now())

		const turns = 50
		s := new(sweep)
		for range turns {
			s.last, s.folder = time.Now(), folders-1
			time.Sleep(sweepPause)
			s.some(t.Context(), dir)
			if _, err := os.Lstat(filepath.Join(dir, "00", dead+recordSuffix)); errors.Is(err, fs.ErrNotExist) {
				return
			}
		}
		t.Errorf("the dead record is there after %d turns", turns)
	})
}

func BenchmarkFiles(b *testing.B) {
	for _, n := range []int{100, 10_000, 100_000} {
		store, err := NewFiles(b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		names, keys := make([]string, n), make([]string, n)
		for i := range names {
			keys[i] = fmt.Sprint("key-", i)
			names[i] = fmt.Sprintf("%x", sha256.Sum256([]byte(keys[i])))
		}
		fill(b, store.dir, names, time.Now().Add(time.Hour))
		record := make([]byte, 1000)
		b.Run(fmt.Sprintf("Get/records=%d", n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				if _, err := store.Get(b.Context(), keys[i*7919%n]); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("Put/records=%d", n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				if err := store.Put(b.Context(), keys[i*7919%n], record, time.Hour); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
