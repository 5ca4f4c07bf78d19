package tokenstore_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/tokenstore"
)

func TestDefaultDir(t *testing.T) {
	cache := t.TempDir()
	for _, name := range []string{"XDG_CACHE_HOME", "HOME", "LocalAppData"} {
		t.Setenv(name, cache)
	}
	dir, err := tokenstore.DefaultDir()
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Base(dir) != "latchkey" || !strings.HasPrefix(dir, cache) {
		t.Errorf("%s; want latchkey in the user's cache, below %s", dir, cache)
	}
	if entries, _ := os.ReadDir(cache); len(entries) > 0 {
		t.Error("something was created")
	}
	for _, name := range []string{"XDG_CACHE_HOME", "HOME", "LocalAppData"} {
		t.Setenv(name, "")
	}
	if dir, err := tokenstore.DefaultDir(); err == nil {
		t.Errorf("%s without a cache directory; want an error", dir)
	}
}

// An empty name does not mean the working directory.
func TestNewFilesWithoutADirectory(t *testing.T) {
	if _, err := tokenstore.NewFiles(""); err == nil || !strings.Contains(err.Error(), "DefaultDir") {
		t.Errorf("%v; want an error that says what to take", err)
	}
}

// damaged returns contents that a damaged file of a record can have.
func damaged(whole []byte) map[string][]byte {
	files := map[string][]byte{
		"empty":         {},
		"foreign":       []byte("{\"token\": \"of somebody else\"}\n"),
		"one byte more": append(slices.Clone(whole), 0),
		"zeros":         make([]byte, len(whole)),
		"far too long":  bytes.Repeat(whole, 1<<20/len(whole)),
		"twice":         bytes.Repeat(whole, 2),
	}
	for i := range whole {
		changed := slices.Clone(whole)
		changed[i] ^= 1
		files[fmt.Sprint("changed at ", i)] = changed
		files[fmt.Sprint("cut at ", i)] = whole[:i]
	}
	return files
}

func TestDamagedFileIsAMiss(t *testing.T) {
	dir := t.TempDir() + "/store"
	store := openFiles(t, dir)
	put(t, store, "key", "the record")
	path := onlyRecord(t, dir)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range damaged(whole) {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		record, err := store.Get(t.Context(), "key")
		if !errors.Is(err, client.ErrTokenNotFound) || !errors.Is(err, client.ErrRecordUnreadable) {
			t.Fatalf("%s: %q, %v; want an error that wraps ErrTokenNotFound and ErrRecordUnreadable", name, record, err)
		}
		if !strings.Contains(err.Error(), path+" is damaged") {
			t.Fatalf("%s: %v; want it to name the damaged file", name, err)
		}
	}
	put(t, store, "key", "another")
	wantRecord(t, store, "key", "another")
}

// readOnly keeps what is put from the files.
type readOnly struct{ client.TokenStore }

func (readOnly) Put(context.Context, string, []byte, time.Duration) error { return nil }

// A Client takes no file that was damaged, also if its checksum was made anew: it costs a login.
func TestP10DamagedFileCostsALogin(t *testing.T) {
	dir, logins := t.TempDir()+"/store", 0
	store := openFiles(t, dir)
	me, unbound := ownLogin{"me", "secret", &logins}, client.WithUnboundRecords()
	first := coldStart(t, me, store, unbound)
	path := onlyRecord(t, dir)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	contents := map[string][]byte{"empty": {}, "cut": whole[:len(whole)/2], "cut before its checksum": whole[:len(whole)-sha256.Size]}
	const header = 16 // with the record's end, which is in the record as well
	content := whole[:len(whole)-sha256.Size]
	for i := header; i < len(content); i++ {
		changed := slices.Clone(content)
		changed[i] ^= 1
		contents[fmt.Sprint("changed at ", i, ", with a checksum")] = withChecksum(path, changed)
		if i%8 == 0 {
			contents[fmt.Sprint("cut at ", i, ", with a checksum")] = withChecksum(path, content[:i])
		}
	}
	for name, content := range contents {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		before := logins
		if token := coldStart(t, me, readOnly{store}, unbound); token.Equal(first) || logins != before+1 {
			t.Errorf("%s: the file is taken", name)
		}
	}
	if err := os.WriteFile(path, withChecksum(path, content), 0o600); err != nil {
		t.Fatal(err)
	}
	if !coldStart(t, me, readOnly{store}, unbound).Equal(first) {
		t.Error("the whole file is not taken: this test tells nothing")
	}
}

// withChecksum returns the file of a record that has the right checksum.
func withChecksum(path string, content []byte) []byte {
	name := strings.TrimSuffix(filepath.Base(path), ".token")
	sum := sha256.Sum256(append([]byte(name), content...))
	return append(slices.Clone(content), sum[:]...)
}

func TestFileOfAnotherKeyIsAMiss(t *testing.T) {
	dir := t.TempDir() + "/store"
	store := openFiles(t, dir)
	put(t, store, "theirs", "their record")
	theirs := onlyRecord(t, dir)
	content, err := os.ReadFile(theirs)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Delete(t.Context(), "theirs"); err != nil {
		t.Fatal(err)
	}
	put(t, store, "ours", "our record")
	if err := os.WriteFile(onlyRecord(t, dir), content, 0o600); err != nil {
		t.Fatal(err)
	}
	if record, err := store.Get(t.Context(), "ours"); !errors.Is(err, client.ErrTokenNotFound) {
		t.Errorf("%q, %v; want an error that wraps ErrTokenNotFound", record, err)
	}
}

// TestFailingDiskIsNoMiss: a file that cannot be read is an error, and does not count as no record.
func TestFailingDiskIsNoMiss(t *testing.T) {
	dir := t.TempDir() + "/store"
	store := openFiles(t, dir)
	put(t, store, "key", "the record")
	path := onlyRecord(t, dir)
	if err := errors.Join(os.Remove(path), os.Mkdir(path, 0o700)); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Get(t.Context(), "key"); err == nil || errors.Is(err, client.ErrTokenNotFound) {
		t.Errorf("Get: %v; want an error that does not wrap ErrTokenNotFound", err)
	}
	if err := store.Put(t.Context(), "key", []byte("x"), time.Hour); err == nil {
		t.Error("Put: no error")
	}
	if temporaryFiles(t, dir) > 0 {
		t.Error("a failed Put left its temporary file")
	}
}

func TestOrdinaryMissHasNothingToReport(t *testing.T) {
	store := openFiles(t, t.TempDir()+"/store")
	if err := store.Put(t.Context(), "expired", []byte("x"), 1); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"never-put", "expired"} {
		if _, err := store.Get(t.Context(), key); err != client.ErrTokenNotFound { //nolint:errorlint // exactly this
			t.Errorf("%s: %v; want ErrTokenNotFound itself", key, err)
		}
	}
}

func TestLargestRecord(t *testing.T) {
	store := openFiles(t, t.TempDir()+"/store")
	largest := strings.Repeat("x", 128<<10)
	put(t, store, "key", largest)
	wantRecord(t, store, "key", largest)
	if err := store.Put(t.Context(), "key", []byte(largest+"x"), time.Hour); err == nil {
		t.Error("one byte more: no error")
	}
	wantRecord(t, store, "key", largest)
}

func TestNamesTellNothingOfKeys(t *testing.T) {
	dir := t.TempDir() + "/store"
	store := openFiles(t, dir)
	put(t, store, "con", "x")
	unlock, err := store.Lock(t.Context(), "con")
	if err != nil {
		t.Fatal(err)
	}
	unlock()
	_ = filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if strings.Contains(strings.TrimPrefix(path, dir), "con") {
			t.Errorf("%s has the key in it", path)
		}
		return err
	})
}

func TestRelativeDirStaysWhereItWas(t *testing.T) {
	t.Chdir(t.TempDir())
	store := openFiles(t, "store")
	put(t, store, "key", "the record")
	t.Chdir(t.TempDir())
	wantRecord(t, store, "key", "the record")
}

// A directory that was removed is not made anew behind its owner's back: perhaps somebody else has taken it away.
func TestRemovedDirIsNotMadeAnew(t *testing.T) {
	dir := t.TempDir() + "/store"
	store := openFiles(t, dir)
	put(t, store, "key", "the record")
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	wantUnsafe(t, store, "it is gone, and NewFiles would make it anew")
	if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the directory is there again (%v)", err)
	}
	openFiles(t, dir) // as the next run would
	put(t, store, "key", "another")
	wantRecord(t, store, "key", "another")
}

// wantUnsafe wants each call of a store to fail with ErrUnsafeDir, and to say why.
func wantUnsafe(t *testing.T, store *tokenstore.Files, why string) {
	t.Helper()
	_, get := store.Get(t.Context(), "key")
	put := store.Put(t.Context(), "key", []byte("new"), time.Hour)
	remove := store.Delete(t.Context(), "key")
	_, lock := store.Lock(t.Context(), "key")
	for name, err := range map[string]error{"Get": get, "Put": put, "Delete": remove, "Lock": lock} {
		if !errors.Is(err, tokenstore.ErrUnsafeDir) || !strings.Contains(err.Error(), why) || !strings.HasPrefix(err.Error(), "tokenstore: ") {
			t.Errorf("%s: %v; want an error that wraps ErrUnsafeDir and says %q", name, err, why)
		}
		if errors.Is(err, client.ErrTokenNotFound) {
			t.Errorf("%s: %v; it counts as no record", name, err)
		}
	}
}

func put(t *testing.T, store client.TokenStore, key, record string) {
	t.Helper()
	if err := store.Put(t.Context(), key, []byte(record), time.Hour); err != nil {
		t.Fatal(err)
	}
}

func wantRecord(t *testing.T, store client.TokenStore, key, want string) {
	t.Helper()
	if got, err := store.Get(t.Context(), key); err != nil || string(got) != want {
		t.Errorf("%.40q, %v; want %.40q", got, err, want)
	}
}

// onlyRecord returns the path of the only record's file.
func onlyRecord(t *testing.T, dir string) string {
	t.Helper()
	paths, err := filepath.Glob(dir + "/*/*.token")
	if err != nil || len(paths) != 1 {
		t.Fatalf("%q, %v; want one file", paths, err)
	}
	return paths[0]
}
