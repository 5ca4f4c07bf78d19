package clienttest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

// Each of brokenStores breaks a promise, and perhaps others with it.
var brokenStores = []struct {
	name  string
	want  string // the promise that the error must name
	store altered
	each  func() altered // instead of store, for each handle
	own   bool           // each handle has a storage of its own
}{
	{name: "trims space", want: "round trip", store: altered{get: func(ctx context.Context, m memory, key string) ([]byte, error) {
		record, err := m.Get(ctx, key)
		return bytes.TrimSpace(record), err
	}}},
	{name: "keeps text", want: "round trip", store: altered{put: func(ctx context.Context, m memory, key string, record []byte, ttl time.Duration) error {
		return m.Put(ctx, key, bytes.ToValidUTF8(record, []byte("\uFFFD")), ttl)
	}}},
	{name: "cuts at a zero byte", want: "round trip", store: altered{get: func(ctx context.Context, m memory, key string) ([]byte, error) {
		record, err := m.Get(ctx, key)
		text, _, _ := bytes.Cut(record, []byte{0})
		return text, err
	}}},
	{name: "has room for 64 KiB less one byte", want: "round trip", store: altered{put: func(ctx context.Context, m memory, key string, record []byte, ttl time.Duration) error {
		if len(record) >= 64<<10 {
			return errors.New("too large")
		}
		return m.Put(ctx, key, record, ttl)
	}}},
	{name: "clears the caller's slice", want: "copies", store: altered{put: func(ctx context.Context, m memory, key string, record []byte, ttl time.Duration) error {
		defer clear(record)
		return m.Put(ctx, key, record, ttl)
	}}},
	{name: "keeps the first record", want: "overwrite", store: altered{put: func(ctx context.Context, m memory, key string, record []byte, ttl time.Duration) error {
		if _, err := m.Get(ctx, key); err == nil {
			return nil
		}
		return m.Put(ctx, key, record, ttl)
	}}},
	{name: "appends", want: "overwrite", store: altered{put: func(ctx context.Context, m memory, key string, record []byte, ttl time.Duration) error {
		old, _ := m.Get(ctx, key)
		return m.Put(ctx, key, append(old, record...), ttl)
	}}},
	{name: "nil for no record", want: "missing record", store: altered{get: func(ctx context.Context, m memory, key string) ([]byte, error) {
		record, err := m.Get(ctx, key)
		if errors.Is(err, client.ErrTokenNotFound) {
			return nil, nil
		}
		return record, err
	}}},
	{name: "an error of its own for no record", want: "missing record", store: altered{get: func(ctx context.Context, m memory, key string) ([]byte, error) {
		record, err := m.Get(ctx, key)
		if errors.Is(err, client.ErrTokenNotFound) {
			return nil, errors.New("no such key")
		}
		return record, err
	}}},
	{name: "does not delete", want: "delete", store: altered{del: func(ctx context.Context, _ memory, _ string) error {
		return ctx.Err()
	}}},
	{name: "fails to delete what is not there", want: "delete", store: altered{del: func(ctx context.Context, m memory, key string) error {
		if _, err := m.Get(ctx, key); err != nil {
			return err
		}
		return m.Delete(ctx, key)
	}}},
	{name: "deletes by prefix", want: "separate keys", store: altered{del: func(ctx context.Context, m memory, prefix string) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		for key := range m.records {
			if strings.HasPrefix(key, prefix) {
				delete(m.records, key)
			}
		}
		return nil
	}}},
	{name: "cuts keys", want: "separate keys", store: withKeys(func(key string) string { return key[:min(len(key), 127)] })},
	{name: "dashes are underscores", want: "separate keys", store: withKeys(func(key string) string { return strings.ReplaceAll(key, "-", "_") })},
	{name: "each handle for itself", want: "shared storage", own: true},
	{name: "each handle remembers misses", want: "shared storage", each: remembersMisses},
	{name: "never forgets", want: "ttl", store: withTTL(func(time.Duration) time.Duration { return 1000 * time.Hour })},
	{name: "forgets too early", want: "ttl", store: withTTL(func(ttl time.Duration) time.Duration {
		if ttl <= time.Second {
			return 0
		}
		return ttl
	})},
	{name: "less than a second has no end", want: "ttl", store: withTTL(func(ttl time.Duration) time.Duration {
		if ttl < time.Second {
			return 1000 * time.Hour
		}
		return ttl
	})},
	{name: "the longest ttl overflows", want: "ttl", store: withTTL(func(ttl time.Duration) time.Duration { return ttl + 500*time.Millisecond })},
	{name: "keeps the first ttl", want: "ttl", store: altered{put: func(ctx context.Context, m memory, key string, record []byte, ttl time.Duration) error {
		m.mu.Lock()
		old := m.records[key]
		m.mu.Unlock()
		if time.Now().Before(old.expiry) {
			ttl = time.Until(old.expiry)
		}
		return m.Put(ctx, key, record, ttl)
	}}},
	{name: "Put ignores ctx", want: "done ctx", store: altered{put: func(ctx context.Context, m memory, key string, record []byte, ttl time.Duration) error {
		return m.Put(context.WithoutCancel(ctx), key, record, ttl)
	}}},
	{name: "Get ignores ctx", want: "done ctx", store: altered{get: func(ctx context.Context, m memory, key string) ([]byte, error) {
		return m.Get(context.WithoutCancel(ctx), key)
	}}},
	{name: "Put fails when ctx is done, but not before it has written", want: "done ctx", store: altered{put: func(ctx context.Context, m memory, key string, record []byte, ttl time.Duration) error {
		return errors.Join(m.Put(context.WithoutCancel(ctx), key, record, ttl), ctx.Err())
	}}},
	{name: "Delete hides ctx's error", want: "done ctx", store: altered{del: func(ctx context.Context, m memory, key string) error {
		if err := m.Delete(ctx, key); err != nil {
			return fmt.Errorf("store: %v", err) //nolint:errorlint // what is broken here
		}
		return nil
	}}},
	{name: "a deadline is an i/o timeout", want: "done ctx", store: altered{get: func(ctx context.Context, m memory, key string) ([]byte, error) {
		record, err := m.Get(ctx, key)
		if errors.Is(err, context.DeadlineExceeded) {
			return nil, errors.New("i/o timeout")
		}
		return record, err
	}}},
	{name: "torn writes", want: "concurrent overwrites", store: altered{put: func(ctx context.Context, m memory, key string, record []byte, ttl time.Duration) error {
		if err := m.Put(ctx, key, record[:len(record)/2], ttl); err != nil {
			return err
		}
		time.Sleep(time.Millisecond)
		return m.Put(ctx, key, record, ttl)
	}}},
	{name: "deletes, then writes", want: "concurrent overwrites", store: altered{put: func(ctx context.Context, m memory, key string, record []byte, ttl time.Duration) error {
		if err := m.Delete(ctx, key); err != nil {
			return err
		}
		time.Sleep(time.Millisecond)
		return m.Put(ctx, key, record, ttl)
	}}},
	{name: "all records in one, read, changed and written", want: "concurrent keys", store: altered{put: func(ctx context.Context, m memory, key string, record []byte, ttl time.Duration) error {
		m.mu.Lock()
		read := make(map[string]memoryRecord, len(m.records))
		for key, record := range m.records {
			read[key] = record
		}
		m.mu.Unlock()
		if err := ctx.Err(); err != nil {
			return err
		}
		time.Sleep(time.Millisecond)
		read[key] = memoryRecord{string(record), time.Now().Add(ttl)}
		m.mu.Lock()
		m.records = read
		m.mu.Unlock()
		return nil
	}}},

	{name: "locks nothing", want: "lock excludes", store: altered{lock: func(ctx context.Context, _ memory, _ string) (func(), error) {
		return func() {}, ctx.Err()
	}}},
	{name: "never unlocks", want: "lock excludes", store: altered{lock: func(ctx context.Context, m memory, key string) (func(), error) {
		_, err := m.Lock(ctx, key)
		return func() {}, err
	}}},
	{name: "returns nothing to unlock with", want: "lock excludes", store: altered{lock: func(context.Context, memory, string) (func(), error) {
		return nil, nil
	}}},
	{name: "gives up instead of waiting", want: "lock excludes", store: altered{lock: func(ctx context.Context, m memory, key string) (func(), error) {
		ctx, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
		defer cancel()
		return m.Lock(ctx, key)
	}}},
	{name: "looks, then locks", want: "lock under contention", store: altered{lock: looksThenLocks}},
	{name: "waits without heed to ctx", want: "lock waits no longer than ctx", store: altered{lock: func(ctx context.Context, m memory, key string) (func(), error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		return m.Lock(context.WithoutCancel(ctx), key)
	}}},
	{name: "gives a free lock to whom is gone", want: "lock waits no longer than ctx", store: altered{lock: func(ctx context.Context, m memory, key string) (func(), error) {
		select {
		case m.lock(key) <- struct{}{}:
			return sync.OnceFunc(func() { <-m.lock(key) }), nil
		default:
			return m.Lock(ctx, key)
		}
	}}},
	{name: "goes on waiting for whom is gone", want: "lock waits no longer than ctx", store: altered{lock: func(ctx context.Context, m memory, key string) (func(), error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		locked := make(chan struct{})
		go func() {
			m.lock(key) <- struct{}{}
			select {
			case locked <- struct{}{}:
			case <-time.After(time.Hour): // nobody comes for it
				<-m.lock(key)
			}
		}()
		select {
		case <-locked:
			return sync.OnceFunc(func() { <-m.lock(key) }), nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}}},
	{name: "unlocks with its ctx", want: "lock outlives the ctx", store: altered{lock: func(ctx context.Context, m memory, key string) (func(), error) {
		unlock, err := m.Lock(ctx, key)
		if err == nil {
			context.AfterFunc(ctx, unlock)
		}
		return unlock, err
	}}},
	{name: "needs its ctx to unlock", want: "lock outlives the ctx", store: altered{lock: func(ctx context.Context, m memory, key string) (func(), error) {
		unlock, err := m.Lock(ctx, key)
		return func() {
			if ctx.Err() == nil {
				unlock()
			}
		}, err
	}}},
	{name: "unlocks another holder", want: "unlock once and for all", store: altered{lock: func(ctx context.Context, m memory, key string) (func(), error) {
		_, err := m.Lock(ctx, key)
		return func() {
			select {
			case <-m.lock(key):
			default:
			}
		}, err
	}}},
	{name: "one lock for all keys", want: "locks of different keys", store: altered{lock: func(ctx context.Context, m memory, _ string) (func(), error) {
		return m.Lock(ctx, "")
	}}},
	{name: "the lock is under the record's key", want: "locks and records", store: altered{lock: lockAsRecord}},
	{name: "Put waits for the lock", want: "locks and records", store: altered{put: func(ctx context.Context, m memory, key string, record []byte, ttl time.Duration) error {
		unlock, err := m.Lock(ctx, key)
		if err != nil {
			return err
		}
		defer unlock()
		return m.Put(ctx, key, record, ttl)
	}}},
	{name: "Delete unlocks", want: "locks and records", store: altered{del: func(ctx context.Context, m memory, key string) error {
		m.mu.Lock()
		delete(m.locks, key)
		m.mu.Unlock()
		return m.Delete(ctx, key)
	}}},
}

func withKeys(change func(string) string) altered {
	return altered{
		get: func(ctx context.Context, m memory, key string) ([]byte, error) { return m.Get(ctx, change(key)) },
		put: func(ctx context.Context, m memory, key string, record []byte, ttl time.Duration) error {
			return m.Put(ctx, change(key), record, ttl)
		},
		del: func(ctx context.Context, m memory, key string) error { return m.Delete(ctx, change(key)) },
	}
}

func withTTL(change func(time.Duration) time.Duration) altered {
	return altered{put: func(ctx context.Context, m memory, key string, record []byte, ttl time.Duration) error {
		return m.Put(ctx, key, record, change(ttl))
	}}
}

// remembersMisses is a handle that believes for a second that there still is no record, unless it puts one itself.
func remembersMisses() altered {
	var mu sync.Mutex
	missed := map[string]time.Time{}
	return altered{
		get: func(ctx context.Context, m memory, key string) ([]byte, error) {
			mu.Lock()
			defer mu.Unlock()
			if last, ok := missed[key]; ctx.Err() == nil && ok && time.Since(last) < time.Second {
				return nil, client.ErrTokenNotFound
			}
			record, err := m.Get(ctx, key)
			if errors.Is(err, client.ErrTokenNotFound) {
				missed[key] = time.Now()
			}
			return record, err
		},
		put: func(ctx context.Context, m memory, key string, record []byte, ttl time.Duration) error {
			mu.Lock()
			defer mu.Unlock()
			delete(missed, key)
			return m.Put(ctx, key, record, ttl)
		},
	}
}

// looksThenLocks has a gap between seeing that the lock is free and taking it.
func looksThenLocks(ctx context.Context, m memory, key string) (func(), error) {
	lock := m.lock(key)
	for len(lock) > 0 {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	time.Sleep(time.Millisecond / 2)
	select {
	case lock <- struct{}{}:
	default:
	}
	return sync.OnceFunc(func() {
		select {
		case <-lock:
		default:
		}
	}), nil
}

// lockAsRecord keeps the lock where the record should be.
func lockAsRecord(ctx context.Context, m memory, key string) (func(), error) {
	unlock, err := m.Lock(ctx, key)
	if err != nil {
		return nil, err
	}
	if err := m.Put(ctx, key, []byte("locked"), time.Hour); err != nil {
		unlock()
		return nil, err
	}
	return unlock, nil
}
