package tokenstore_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// TestSweep puts one thing of each kind into many folders, and does 256 Puts.
func TestSweep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir() + "/store"
		store := openFiles(t, dir)
		var stays []string
		write := func(path string, written time.Time) {
			if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(path, written, written); err != nil {
				t.Fatal(err)
			}
		}
		for i := range 50 {
			live, dead, damaged := fmt.Sprint("live-", i), fmt.Sprint("dead-", i), fmt.Sprint("damaged-", i)
			locked, unlocked := fmt.Sprint("locked-", i), fmt.Sprint("unlocked-", i) // neither has a record
			for key, ttl := range map[string]time.Duration{live: 100 * time.Hour, dead: time.Hour, damaged: 100 * time.Hour} {
				if err := store.Put(t.Context(), key, []byte("x"), ttl); err != nil {
					t.Fatal(err)
				}
				unlock, err := store.Lock(t.Context(), key)
				if err != nil {
					t.Fatal(err)
				}
				unlock()
			}
			unlock, err := store.Lock(t.Context(), locked)
			if err != nil {
				t.Fatal(err)
			}
			defer unlock()
			if unlock, err = store.Lock(t.Context(), unlocked); err != nil {
				t.Fatal(err)
			}
			unlock()
			write(base(dir, damaged)+".token", time.Now())
			write(filepath.Dir(base(dir, live))+"/.orphan.token123", time.Now().Add(time.Hour-time.Minute))
			write(filepath.Dir(base(dir, live))+"/.writing.token123", time.Now().Add(2*time.Hour))
			write(filepath.Dir(base(dir, live))+"/.nfs0123", time.Now().Add(-1000*time.Hour))
			write(filepath.Dir(base(dir, live))+"/foreign.txt", time.Now().Add(-1000*time.Hour))
			stays = append(stays, base(dir, live)+".token", base(dir, live)+".lock", base(dir, locked)+".lock")
			for _, name := range []string{"/.writing.token123", "/.nfs0123", "/foreign.txt"} {
				stays = append(stays, filepath.Dir(base(dir, live))+name)
			}
		}
		stays = append(stays, base(dir, "busy")+".token")

		time.Sleep(2 * time.Hour)
		for range 256 {
			put(t, store, "busy", "x")
			time.Sleep(time.Second)
		}
		left := files(t, dir)
		for _, path := range left {
			if !slices.Contains(stays, path) {
				t.Errorf("%s is left", path)
			}
		}
		for _, path := range stays {
			if !slices.Contains(left, path) {
				t.Errorf("%s is gone", path)
			}
		}
		for i := range 50 {
			impatient, cancel := context.WithTimeout(t.Context(), time.Second)
			if _, err := store.Lock(impatient, fmt.Sprint("locked-", i)); err == nil {
				t.Error("a lock was given to a second holder")
			}
			cancel()
		}
	})
}

// base returns the path of a key's files without a suffix.
func base(dir, key string) string {
	name := fmt.Sprintf("%x", sha256.Sum256([]byte(key)))
	return filepath.Join(dir, name[:2], name)
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(dir + "/*/*")
	if err != nil {
		t.Fatal(err)
	}
	return paths
}
