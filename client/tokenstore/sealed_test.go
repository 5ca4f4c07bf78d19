package tokenstore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/tokenstore"
)

const confidential = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl, of alice@corp.example"

func sealed(t testing.TB, store client.TokenStore, keys ...[]byte) client.TokenStore {
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
	put(t, store, "key", confidential)
	_, one := inner.only(t)
	put(t, store, "key", confidential)
	_, two := inner.only(t)
	if bytes.Equal(one, two) {
		t.Error("the same bytes")
	}
	if n := len(one) - len(confidential); n != 29 {
		t.Errorf("%d bytes longer; want 29", n)
	}
}

// The store beneath never hears a record's key, whatever is called, and another key of the application gives another
// name. So who has the names has nothing to guess passwords by.
func TestSealedHidesTheNames(t *testing.T) {
	for kind, sealing := range map[string]func(testing.TB, client.TokenStore, ...[]byte) client.TokenStore{
		"Sealed": sealed, "SealedFast": sealedFast,
		"a rotation": func(t testing.TB, inner client.TokenStore, keys ...[]byte) client.TokenStore {
			return sealed(t, inner, keys[0], keyOf(keys[0][0]+100))
		},
	} {
		seen := map[string]bool{}
		for _, application := range []byte("kl") {
			inner := &heard{memory: newMemory()}
			store := sealing(t, inner, keyOf(application))
			for _, key := range []string{"key", "another", strings.Repeat("0f", 20)} {
				put(t, store, key, confidential)
				wantRecord(t, store, key, confidential)
				waiter, waits := store.(client.LockOrGetter)
				if waits != (kind != "a rotation") {
					t.Errorf("%s: a LockOrGetter: %t", kind, waits)
				}
				if waits {
					if _, record, err := waiter.LockOrGet(t.Context(), key, nil); err != nil || string(record) != confidential {
						t.Fatal(record, err)
					}
				}
				unlock, err := store.(client.Locker).Lock(t.Context(), key)
				if err != nil {
					t.Fatal(err)
				}
				unlock()
				if err := store.Delete(t.Context(), key); err != nil {
					t.Fatal(err)
				}
			}
			names := map[string]bool{}
			for _, call := range inner.calls {
				method, name, _ := strings.Cut(call, " ")
				if !regexp.MustCompile(`^[0-9a-f]{40}$`).MatchString(name) || name == strings.Repeat("0f", 20) {
					t.Errorf("%s: %s of %q", kind, method, name)
				}
				names[name] = true
			}
			for name := range names {
				if seen[name] {
					t.Errorf("%s: %s with two keys of the application", kind, name)
				}
				seen[name] = true
			}
		}
		if want := 6; len(seen) != want && kind != "a rotation" || len(seen) < want {
			t.Errorf("%s: %d names; want one of each key by each key of the application", kind, len(seen))
		}
	}
}

// heard is a store that notes what it is called with.
type heard struct {
	*memory
	calls []string
	locks map[string]bool
}

func (h *heard) Get(ctx context.Context, key string) ([]byte, error) {
	h.calls = append(h.calls, "Get "+key)
	return h.memory.Get(ctx, key)
}

func (h *heard) Put(ctx context.Context, key string, record []byte, ttl time.Duration) error {
	h.calls = append(h.calls, "Put "+key)
	return h.memory.Put(ctx, key, record, ttl)
}

func (h *heard) Delete(ctx context.Context, key string) error {
	h.calls = append(h.calls, "Delete "+key)
	return h.memory.Delete(ctx, key)
}

func (h *heard) Lock(_ context.Context, key string) (func(), error) {
	h.calls = append(h.calls, "Lock "+key)
	if h.locks[key] {
		return nil, errors.New("held")
	}
	if h.locks == nil {
		h.locks = map[string]bool{}
	}
	h.locks[key] = true
	return func() { delete(h.locks, key) }, nil
}

func (h *heard) LockOrGet(ctx context.Context, key string, seen []byte) (func(), []byte, error) {
	h.calls = append(h.calls, "LockOrGet "+key)
	if record, err := h.memory.Get(ctx, key); err == nil && !bytes.Equal(record, seen) {
		return nil, record, nil
	}
	unlock, err := h.Lock(ctx, key)
	return unlock, nil, err
}

// In each step of a rotation the records of the step before are found, and a new one is the only one.
func TestSealedRotation(t *testing.T) {
	for name, sealing := range map[string]func(client.TokenStore, ...[]byte) (client.TokenStore, error){
		"Sealed": tokenstore.Sealed, "SealedFast": tokenstore.SealedFast,
	} {
		t.Run(name, func(t *testing.T) {
			inner := newMemory()
			older, newer := keyOf('o'), keyOf('n')
			last := "never rotated"
			put(t, sealed(t, inner, older), "key", last)
			for _, step := range [][][]byte{{older, newer}, {newer, older}, {newer}} {
				store, err := sealing(inner, step...)
				if err != nil {
					t.Fatal(err)
				}
				wantRecord(t, store, "key", last)
				last += ", once more"
				put(t, store, "key", last)
				wantRecord(t, store, "key", last)
				inner.only(t)
			}
			if err := sealed(t, inner, older, newer).Delete(t.Context(), "key"); err != nil || len(inner.records) > 0 {
				t.Errorf("%v, and %d records; want none", err, len(inner.records))
			}
			if record, err := sealed(t, inner, newer, older).Get(t.Context(), "key"); !errors.Is(err, client.ErrTokenNotFound) {
				t.Errorf("%q, %v; want ErrTokenNotFound", record, err)
			}
		})
	}
}

// A rotation costs no second call of the store beneath for a record that the first key sealed, and nothing once it is
// over.
func TestSealedRotationCostsLittle(t *testing.T) {
	inner := &heard{memory: newMemory()}
	for want, keys := range map[string][][]byte{
		"Put Get Lock Delete Get":                        {keyOf('k')},
		"Put Delete Get Lock Lock Delete Delete Get Get": {keyOf('k'), keyOf('l')},
	} {
		inner.calls = nil
		store := sealed(t, inner, keys...)
		put(t, store, "key", confidential)
		wantRecord(t, store, "key", confidential)
		unlock, err := store.(client.Locker).Lock(t.Context(), "key")
		if err != nil {
			t.Fatal(err)
		}
		unlock()
		_ = store.Delete(t.Context(), "key")
		_, _ = store.Get(t.Context(), "key")
		var got []string
		for _, call := range inner.calls {
			method, _, _ := strings.Cut(call, " ")
			got = append(got, method)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%d keys: %q; want %q", len(keys), got, want)
		}
	}
}

// Processes in neighbouring steps of a rotation exclude each other, and a lock that is not to be had in full is not
// held in part.
func TestSealedLocksInARotation(t *testing.T) {
	steps := [][][]byte{{keyOf('o')}, {keyOf('o'), keyOf('n')}, {keyOf('n'), keyOf('o')}, {keyOf('n')}}
	for i := range steps[1:] {
		for _, pair := range [][2][][]byte{{steps[i], steps[i+1]}, {steps[i+1], steps[i]}} {
			inner := &heard{memory: newMemory()}
			one, two := sealed(t, inner, pair[0]...).(client.Locker), sealed(t, inner, pair[1]...).(client.Locker)
			unlock, err := one.Lock(t.Context(), "key")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := two.Lock(t.Context(), "key"); err == nil {
				t.Errorf("steps %d and %d both have the lock", i, i+1)
			}
			unlock()
			if len(inner.locks) > 0 {
				t.Errorf("steps %d and %d: %d locks are left", i, i+1, len(inner.locks))
			}
		}
	}
}

func TestSealedRecordThatNoKeyOpens(t *testing.T) {
	inner := newMemory()
	store := sealed(t, inner, keyOf('k'), keyOf('l'))
	put(t, store, "key", confidential)
	place, box := inner.only(t)
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
		if err := inner.Put(t.Context(), place, changed, time.Hour); err != nil {
			t.Fatal(err)
		}
		if !wantWrongKey(t, store, "key") {
			t.Fatalf("it was %q", name)
		}
	}
	put(t, store, "another", "their own")
	for theirs := range inner.records {
		if err := inner.Put(t.Context(), theirs, box, time.Hour); err != nil {
			t.Fatal(err)
		}
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
	again := sealed(t, sealed(t, files, keyOf('k')), keyOf('l')).(client.Locker)
	if _, err := again.Lock(impatient, "key"); err == nil {
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
