package clienttest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

var storePromises = []promise{
	{"round trip", (*kit).roundTrip},
	{"copies", (*kit).copies},
	{"overwrite", (*kit).overwrite},
	{"missing record", (*kit).missing},
	{"delete", (*kit).remove},
	{"separate keys", (*kit).separateKeys},
	{"shared storage", (*kit).sharedStorage},
	{"ttl", (*kit).ttl},
	{"done ctx", (*kit).doneContext},
	{"concurrent overwrites", (*kit).concurrentOverwrites},
	{"concurrent keys", (*kit).concurrentKeys},
}

// long is a ttl that outlasts the checks.
const long = time.Hour

func (k *kit) roundTrip(ctx context.Context) error {
	for name, record := range strangeRecords() {
		key := k.key(name)
		if err := k.a.Put(ctx, key, record, long); err != nil {
			return fmt.Errorf("putting %s: %w", name, err)
		}
		if err := wantRecord(ctx, k.a, key, record); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// strangeRecords returns records that a store might misread, cut or convert.
func strangeRecords() map[string][]byte {
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	random := make([]byte, 64<<10)
	for i := range random {
		random[i] = byte(rand.Uint32()) //nolint:gosec // one byte of it
	}
	return map[string][]byte{
		"one-byte":        []byte("x"),
		"one-zero-byte":   {0},
		"one-newline":     []byte("\n"),
		"64-kib-random":   random,
		"64-kib-of-zeros": make([]byte, 64<<10),
		"every-byte":      every,
		"json":            []byte(`{"token": "a\u0026b", "ttl": 0}` + "\n"),
		"json-null":       []byte("null"),
		"number":          []byte("007"),
		"surrounded":      []byte(" \r\n\t\x00text\x00 \r\n\t"),
		"invalid-utf-8":   []byte("\xff\xfe\xc0\x80\xed\xa0\x80"),
		"base64":          []byte("bGF0Y2hrZXk="),
		"percent-escapes": []byte("%00%2F+%"),
		"gzip-head":       []byte("\x1f\x8b\x08\x00"),
	}
}

func (k *kit) copies(ctx context.Context) error {
	key := k.key("copies")
	const text = "what the caller put"
	record := []byte(text)
	if err := k.a.Put(ctx, key, record, long); err != nil {
		return fmt.Errorf("calling Put: %w", err)
	}
	if string(record) != text {
		return errors.New("the caller's slice was changed by Put")
	}
	clear(record)
	got, err := k.a.Get(ctx, key)
	if err != nil {
		return fmt.Errorf("calling Get: %w", err)
	}
	if string(got) != text {
		return errors.New("the caller changed its slice after Put, and the record changed with it")
	}
	clear(got)
	if err := wantRecord(ctx, k.a, key, []byte(text)); err != nil {
		return fmt.Errorf("the caller changed what Get had returned, and the record changed with it: %w", err)
	}
	return nil
}

func (k *kit) overwrite(ctx context.Context) error {
	key := k.key("overwritten")
	for _, text := range []string{"first", "second and longer", "3"} {
		if err := k.a.Put(ctx, key, []byte(text), long); err != nil {
			return fmt.Errorf("calling Put where there may be a record: %w", err)
		}
		if err := wantRecord(ctx, k.a, key, []byte(text)); err != nil {
			return fmt.Errorf("after a Put that replaces a record: %w", err)
		}
	}
	return nil
}

func (k *kit) missing(ctx context.Context) error {
	return wantMissing(ctx, k.a, k.key("never-put"))
}

func (k *kit) remove(ctx context.Context) error {
	key := k.key("deleted")
	for _, text := range []string{"first", "second"} {
		if err := k.a.Put(ctx, key, []byte(text), long); err != nil {
			return fmt.Errorf("calling Put: %w", err)
		}
		for range 2 {
			if err := k.a.Delete(ctx, key); err != nil {
				return fmt.Errorf("calling Delete where there may be no record: %w", err)
			}
			if err := wantMissing(ctx, k.a, key); err != nil {
				return fmt.Errorf("after Delete: %w", err)
			}
		}
	}
	if err := k.a.Delete(ctx, k.key("never-put-either")); err != nil {
		return fmt.Errorf("calling Delete for a record that never was: %w", err)
	}
	return nil
}

func (k *kit) separateKeys(ctx context.Context) error {
	keys := []string{k.fixedKey("a"), k.fixedKey("0"), k.fixedKey("-"), k.fixedKey("_")}
	for _, name := range []string{"", "a", "aa", "aaa", "a-", "a_", "-a", "_a", "a-a", "a_a", "a--a", "00", "0"} {
		keys = append(keys, k.key(name))
	}
	longest := k.prefix + strings.Repeat("x", 127-len(k.prefix))
	keys = append(keys, k.fixedKey(longest), k.fixedKey(longest+"y"), k.fixedKey(longest+"z"))

	for _, key := range keys {
		if err := k.a.Put(ctx, key, []byte("record of "+key), long); err != nil {
			return fmt.Errorf("calling Put for %q: %w", key, err)
		}
	}
	for i, key := range keys {
		for _, other := range keys[i:] {
			if err := wantRecord(ctx, k.a, other, []byte("record of "+other)); err != nil {
				return fmt.Errorf("many keys, some put, some deleted: %w", err)
			}
		}
		if err := k.a.Delete(ctx, key); err != nil {
			return fmt.Errorf("calling Delete for %q: %w", key, err)
		}
	}
	return nil
}

func (k *kit) sharedStorage(ctx context.Context) error {
	key := k.key("shared")
	if err := k.missedThenPut(ctx, key); err != nil {
		return err
	}
	for _, text := range []string{"from one handle", "from one handle, again"} {
		if err := k.a.Put(ctx, key, []byte(text), long); err != nil {
			return fmt.Errorf("calling Put: %w", err)
		}
		if err := wantRecord(ctx, k.b, key, []byte(text)); err != nil {
			return fmt.Errorf("through another handle, after Put: %w", err)
		}
	}
	if err := k.b.Put(ctx, key, []byte("from the other"), long); err != nil {
		return fmt.Errorf("calling Put: %w", err)
	}
	if err := wantRecord(ctx, k.a, key, []byte("from the other")); err != nil {
		return fmt.Errorf("through the first handle, after Put through another: %w", err)
	}
	if err := k.a.Delete(ctx, key); err != nil {
		return fmt.Errorf("calling Delete: %w", err)
	}
	if err := wantMissing(ctx, k.b, key); err != nil {
		return fmt.Errorf("through another handle, after Delete: %w", err)
	}
	return k.missedThenPut(ctx, key)
}

// missedThenPut finds handles that remember a miss. A Client that waits for a lock has missed the record that the
// lock's holder puts.
func (k *kit) missedThenPut(ctx context.Context, key string) error {
	if err := wantMissing(ctx, k.b, key); err != nil {
		return err
	}
	const text = "put after a miss"
	if err := k.a.Put(ctx, key, []byte(text), long); err != nil {
		return fmt.Errorf("calling Put: %w", err)
	}
	if err := wantRecord(ctx, k.b, key, []byte(text)); err != nil {
		return fmt.Errorf("through another handle, which had found no record, after Put: %w", err)
	}
	return nil
}

// wantRecord returns an error unless the store has that record.
func wantRecord(ctx context.Context, store client.TokenStore, key string, want []byte) error {
	got, err := store.Get(ctx, key)
	if err != nil {
		return fmt.Errorf("calling Get for %q: %w", key, err)
	}
	if !bytes.Equal(got, want) {
		return fmt.Errorf("for %q, Get returned %s; want %s", key, shown(got), shown(want))
	}
	return nil
}

// wantMissing returns an error unless the store says that it has no record.
func wantMissing(ctx context.Context, store client.TokenStore, key string) error {
	got, err := store.Get(ctx, key)
	if err == nil {
		return fmt.Errorf("for %q, Get returned %s; want client.ErrTokenNotFound", key, shown(got))
	}
	if !errors.Is(err, client.ErrTokenNotFound) {
		return fmt.Errorf("for %q, Get failed with an error that does not wrap client.ErrTokenNotFound: %w", key, err)
	}
	return nil
}

func shown(record []byte) string {
	if len(record) > 40 {
		return fmt.Sprintf("%d bytes (%q…)", len(record), record[:32])
	}
	return fmt.Sprintf("%q", record)
}
