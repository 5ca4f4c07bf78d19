package keyringstore_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
	"github.com/latchkey-go/latchkey/client/tokenstore/keyringstore"
)

func TestConformance(t *testing.T) {
	if !session(t, withKeyring) {
		return
	}
	err := clienttest.TestTokenStore(t.Context(), func() (client.TokenStore, error) {
		return keyringstore.New(), nil
	})
	if err != nil {
		t.Error(err)
	}
}

func put(t *testing.T, s *keyringstore.Store, record string, ttl time.Duration) {
	t.Helper()
	if err := s.Put(t.Context(), "key", []byte(record), ttl); err != nil {
		t.Fatal(err)
	}
}

func wantRecord(t *testing.T, s *keyringstore.Store, want string) {
	t.Helper()
	if got, err := s.Get(t.Context(), "key"); string(got) != want || err != nil {
		t.Errorf("the record is %q, %v, want %q", got, err, want)
	}
}

func wantMissing(t *testing.T, s *keyringstore.Store) {
	t.Helper()
	if got, err := s.Get(t.Context(), "key"); !errors.Is(err, client.ErrTokenNotFound) || errors.Is(err, keyringstore.ErrUnavailable) {
		t.Errorf("Get: %q, %v, want ErrTokenNotFound", got, err)
	}
}

// An item is text with the record's end. No file on disk shows it in the clear.
func TestItem(t *testing.T) {
	if !session(t, withKeyring) {
		return
	}
	const record = "\x00\xff the-record"
	s := keyringstore.New(keyringstore.WithService("fleet"))
	put(t, s, record, time.Hour)
	wantMissing(t, keyringstore.New())
	item, err := keyring.Get("fleet", "key")
	if err != nil {
		t.Fatal(err)
	}
	text := base64.RawStdEncoding.EncodeToString([]byte(record))
	if !strings.HasPrefix(item, "latchkey1:") || !strings.HasSuffix(item, ":"+text) {
		t.Errorf("the item is %q", item)
	}
	files := 0
	err = filepath.WalkDir(os.Getenv("HOME"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		files++
		raw, err := os.ReadFile(path)
		for _, readable := range []string{"the-record", text, item} {
			if bytes.Contains(raw, []byte(readable)) {
				t.Errorf("%s holds %q", path, readable)
			}
		}
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("%d files looked at (%v)", files, err)
	}
	if err := s.Delete(t.Context(), "key"); err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.Get("fleet", "key"); !errors.Is(err, keyring.ErrNotFound) {
		t.Errorf("after Delete: %v", err)
	}
}

func TestExpiredIsDeleted(t *testing.T) {
	if !session(t, withKeyring) {
		return
	}
	s := keyringstore.New()
	put(t, s, "record", time.Nanosecond)
	if _, err := keyring.Get("latchkey", "key"); err != nil {
		t.Fatal(err)
	}
	wantMissing(t, s)
	if _, err := keyring.Get("latchkey", "key"); !errors.Is(err, keyring.ErrNotFound) {
		t.Errorf("the expired item: %v, want it to be deleted", err)
	}
}

// Foreign or damaged items count as no record. Get does not delete them, and Put replaces them.
func TestForeignItem(t *testing.T) {
	if !session(t, withKeyring) {
		return
	}
	s := keyringstore.New()
	put(t, s, "record", time.Hour)
	good, err := keyring.Get("latchkey", "key")
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range []string{
		"", "hunter2", "latchkey1", "latchkey1::", "latchkey1:x:AAAA", "latchkey2" + good[9:], good + ":", good + "=", good[:len(good)-1] + "!",
	} {
		if err := keyring.Set("latchkey", "key", item); err != nil {
			t.Fatal(err)
		}
		_, err := s.Get(t.Context(), "key")
		if !errors.Is(err, client.ErrTokenNotFound) || !errors.Is(err, client.ErrRecordUnreadable) {
			t.Errorf("%q: %v, want ErrTokenNotFound and ErrRecordUnreadable", item, err)
		} else if item != "" && strings.Contains(err.Error(), item) {
			t.Errorf("the error holds the item: %v", err)
		}
		if kept, err := keyring.Get("latchkey", "key"); kept != item || err != nil {
			t.Errorf("%q has become %q (%v)", item, kept, err)
		}
	}
	put(t, s, "record", time.Hour)
	wantRecord(t, s, "record")
}

func TestValueLimit(t *testing.T) {
	for goos, want := range map[string]int{"windows": 2560, "darwin": 2560, "linux": 102_400, "openbsd": 102_400} {
		if got := keyringstore.ValueLimit(goos); got != want {
			t.Errorf("%s: %d, want %d", goos, got, want)
		}
	}
}

func TestTooLarge(t *testing.T) {
	if !session(t, withKeyring) {
		return
	}
	s := keyringstore.New()
	put(t, s, "record", time.Hour)
	err := s.Put(t.Context(), "key", make([]byte, 80_000), time.Hour)
	if !errors.Is(err, keyringstore.ErrUnavailable) || !errors.Is(err, keyring.ErrSetDataTooBig) {
		t.Errorf("Put of 80,000 bytes: %v", err)
	}
	wantRecord(t, s, "record")
}

// Calls leave nothing behind, whether they find a record or not.
func TestGoroutines(t *testing.T) {
	if !session(t, withKeyring) {
		return
	}
	s := keyringstore.New()
	put(t, s, "record", time.Hour)
	before := runtime.NumGoroutine()
	for range 50 {
		wantRecord(t, s, "record")
		if _, err := s.Get(t.Context(), "other"); !errors.Is(err, client.ErrTokenNotFound) {
			t.Error(err)
		}
	}
	eventually(t, "no goroutine is left", func() bool { return runtime.NumGoroutine() <= before })
}

// unavailable checks that all calls return ErrUnavailable for that cause, and that they return when ctx is done.
func unavailable(t *testing.T, s *keyringstore.Store, cause string) {
	t.Helper()
	limit := time.Minute // the bus may have to start a daemon first
	if cause == context.DeadlineExceeded.Error() {
		limit = 300 * time.Millisecond
	}
	for name, call := range map[string]func(context.Context) error{
		"Get": func(ctx context.Context) error {
			_, err := s.Get(ctx, "key")
			return err
		},
		"Put":    func(ctx context.Context) error { return s.Put(ctx, "key", []byte("other"), time.Hour) },
		"Delete": func(ctx context.Context) error { return s.Delete(ctx, "key") },
	} {
		ctx, cancel := context.WithTimeout(t.Context(), limit)
		begin := time.Now()
		err := call(ctx)
		took := time.Since(begin)
		cancel()
		if took > limit+time.Second {
			t.Errorf("%s returned after %v", name, took)
		}
		if !errors.Is(err, keyringstore.ErrUnavailable) || errors.Is(err, client.ErrTokenNotFound) {
			t.Errorf("%s: %v, want ErrUnavailable", name, err)
		} else if !strings.Contains(err.Error(), cause) {
			t.Errorf("%s: %v, want %q in it", name, err, cause)
		}
	}
}

func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(10 * time.Second)
	for !cond() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not within 10 s: %s", what)
		}
	}
}
