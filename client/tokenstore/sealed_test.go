package tokenstore_test

import (
	"bytes"
	"context"
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

const confidential = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl, of alice@corp.example"

func sealed(t *testing.T, store client.TokenStore, keys ...[]byte) client.TokenStore {
	t.Helper()
	s, err := tokenstore.Sealed(store, keys...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSealedBytesTellNothing(t *testing.T) {
	dir := t.TempDir() + "/store"
	store := sealed(t, openFiles(t, dir), keyOf('k'))
	put(t, store, "key", confidential)
	searched := 0
	err := filepath.WalkDir(dir, func(path string, file fs.DirEntry, err error) error {
		if err != nil || file.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		for i := range len(confidential) - 5 {
			if bytes.Contains(content, []byte(confidential[i:i+6])) {
				t.Errorf("%s has %q in it", path, confidential[i:i+6])
			}
		}
		searched += len(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if searched < len(confidential) {
		t.Errorf("%d bytes searched: the record is not there", searched)
	}
	wantRecord(t, store, "key", confidential)
}

func TestSealedTwiceIsNotTheSame(t *testing.T) {
	inner := newMemory()
	store := sealed(t, inner, keyOf('k'))
	put(t, store, "one", confidential)
	put(t, store, "two", confidential)
	if bytes.Equal(inner.records["one"].value, inner.records["two"].value) {
		t.Error("the same bytes")
	}
	if n := len(inner.records["one"].value) - len(confidential); n != 29 {
		t.Errorf("%d bytes longer; want 29", n)
	}
}

func TestSealedRotation(t *testing.T) {
	inner := newMemory()
	older, newer := keyOf('o'), keyOf('n')
	put(t, sealed(t, inner, older), "key", "sealed with the older")

	both := sealed(t, inner, newer, older)
	wantRecord(t, both, "key", "sealed with the older")
	put(t, both, "key", "sealed with the newer")

	wantRecord(t, sealed(t, inner, newer), "key", "sealed with the newer")
	wantRecord(t, sealed(t, inner, older, newer), "key", "sealed with the newer")
	wantWrongKey(t, sealed(t, inner, older), "key")
}

func TestSealedRecordThatNoKeyOpens(t *testing.T) {
	inner := newMemory()
	store := sealed(t, inner, keyOf('k'), keyOf('l'))
	put(t, store, "key", confidential)
	box := slices.Clone(inner.records["key"].value)
	boxes := map[string][]byte{
		"empty":         {},
		"never sealed":  []byte(confidential),
		"one byte more": append(slices.Clone(box), 0),
	}
	for i := range box {
		for _, flip := range []byte{1, 0x80} {
			changed := slices.Clone(box)
			changed[i] ^= flip
			boxes[fmt.Sprintf("changed at %d by %#x", i, flip)] = changed
		}
		boxes[fmt.Sprint("cut at ", i)] = box[:i]
	}
	for name, changed := range boxes {
		if err := inner.Put(t.Context(), "key", changed, time.Hour); err != nil {
			t.Fatal(err)
		}
		if !wantWrongKey(t, store, "key") {
			t.Fatalf("it was %q", name)
		}
	}
	if err := inner.Put(t.Context(), "another", box, time.Hour); err != nil {
		t.Fatal(err)
	}
	wantWrongKey(t, store, "another")
	put(t, store, "another", "their own")
	wantRecord(t, store, "another", "their own")
}

func wantWrongKey(t *testing.T, store client.TokenStore, key string) bool {
	t.Helper()
	record, err := store.Get(t.Context(), key)
	for _, want := range []error{tokenstore.ErrWrongKey, client.ErrRecordUnreadable, client.ErrTokenNotFound} {
		if record != nil || !errors.Is(err, want) {
			t.Errorf("%q, %v; want an error that wraps %q", record, err, want)
			return false
		}
	}
	return true
}

func TestSealedMissIsTheStores(t *testing.T) {
	store := sealed(t, newMemory(), keyOf('k'))
	if _, err := store.Get(t.Context(), "never-put"); err != client.ErrTokenNotFound { //nolint:errorlint // exactly this
		t.Errorf("%v; want the store's own error", err)
	}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := store.Get(done, "never-put"); !errors.Is(err, context.Canceled) || errors.Is(err, client.ErrTokenNotFound) {
		t.Errorf("%v; want the store's own error", err)
	}
}

func TestSealedIsALockerIfTheStoreIs(t *testing.T) {
	files := openFiles(t, t.TempDir()+"/store")
	if _, ok := sealed(t, newMemory(), keyOf('k')).(client.Locker); ok {
		t.Error("a Locker over a store that is none")
	}
	outer, ok := sealed(t, sealed(t, files, keyOf('k')), keyOf('l')).(client.Locker)
	if !ok {
		t.Fatal("no Locker over a store that is one")
	}
	unlock, err := outer.Lock(t.Context(), "key")
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	impatient, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := files.Lock(impatient, "key"); err == nil {
		t.Error("the lock is not the store's")
	}
}

func TestSealedKeysAreChecked(t *testing.T) {
	good := keyOf('k')
	for name, test := range map[string]struct {
		store client.TokenStore
		keys  [][]byte
		want  string
	}{
		"no store":       {nil, [][]byte{good}, "no store"},
		"no key":         {newMemory(), nil, "no key"},
		"nil key":        {newMemory(), [][]byte{nil}, "key 1: 0 bytes; want 32"},
		"AES-128":        {newMemory(), [][]byte{good[:16]}, "key 1: 16 bytes; want 32"},
		"one byte less":  {newMemory(), [][]byte{good, good[:31]}, "key 2: 31 bytes; want 32"},
		"hexadecimal":    {newMemory(), [][]byte{[]byte(strings.Repeat("6b", 32))}, "key 1: 64 bytes; want 32"},
		"last is faulty": {newMemory(), [][]byte{good, good, append(good, 'k')}, "key 3: 33 bytes; want 32"},
	} {
		store, err := tokenstore.Sealed(test.store, test.keys...)
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "kkk") {
			t.Errorf("%s: %v; want an error that says %q, and no key", name, err, test.want)
		}
		if store != nil {
			t.Errorf("%s: a store besides the error", name)
		}
	}
}

func TestSealedKeepsNoCallersSlice(t *testing.T) {
	inner, key := newMemory(), keyOf('k')
	store := sealed(t, inner, key)
	clear(key)
	put(t, store, "key", confidential)
	wantRecord(t, sealed(t, inner, keyOf('k')), "key", confidential)
}
