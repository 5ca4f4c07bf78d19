package tokenstore_test

import (
	"bytes"
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
	"github.com/latchkey-go/latchkey/client/tokenstore"
)

func TestFilesKeepsThePromises(t *testing.T) {
	t.Parallel()
	dir := t.TempDir() + "/store"
	err := clienttest.TestTokenStore(t.Context(), func() (client.TokenStore, error) { return tokenstore.NewFiles(dir) })
	if err != nil {
		t.Error(err)
	}
}

func TestSealedFilesKeepsThePromises(t *testing.T) {
	t.Parallel()
	dir := t.TempDir() + "/store"
	err := clienttest.TestTokenStore(t.Context(), func() (client.TokenStore, error) {
		files, err := tokenstore.NewFiles(dir)
		if err != nil {
			return nil, err
		}
		return tokenstore.Sealed(files, keyOf('k'))
	})
	if err != nil {
		t.Error(err)
	}
}

func TestSealedMemoryKeepsThePromises(t *testing.T) {
	for name, open := range map[string]func(client.TokenStore) (client.TokenStore, error){
		"one key": func(s client.TokenStore) (client.TokenStore, error) { return tokenstore.Sealed(s, keyOf('k')) },
		"two keys": func(s client.TokenStore) (client.TokenStore, error) {
			return tokenstore.Sealed(s, keyOf('k'), keyOf('l'))
		},
		"fast": func(s client.TokenStore) (client.TokenStore, error) { return tokenstore.SealedFast(s, keyOf('k')) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				for _, inner := range []client.TokenStore{newMemory(), &clienttest.MemoryStore{}} {
					err := clienttest.TestTokenStore(t.Context(), func() (client.TokenStore, error) { return open(inner) })
					if err != nil {
						t.Error(err)
					}
				}
			})
		})
	}
}

// keyOf returns a key for Sealed.
func keyOf(b byte) []byte { return bytes.Repeat([]byte{b}, tokenstore.KeySize) }

func openFiles(t testing.TB, dir string) *tokenstore.Files {
	t.Helper()
	store, err := tokenstore.NewFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// memory is a TokenStore that is no client.Locker.
type memory struct {
	mu      sync.Mutex
	records map[string]memoryRecord
}

type memoryRecord struct {
	value  []byte
	expiry time.Time
}

func newMemory() *memory { return &memory{records: map[string]memoryRecord{}} }

// only returns the only record, and its key.
func (m *memory) only(t *testing.T) (key string, record []byte) {
	t.Helper()
	if len(m.records) != 1 {
		t.Errorf("%d records; want one", len(m.records))
	}
	for k, r := range m.records {
		key, record = k, bytes.Clone(r.value)
	}
	return key, record
}

func (m *memory) Get(ctx context.Context, key string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	record, ok := m.records[key]
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case !ok || !time.Now().Before(record.expiry):
		return nil, client.ErrTokenNotFound
	}
	return bytes.Clone(record.value), nil
}

func (m *memory) Put(ctx context.Context, key string, record []byte, ttl time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if ctx.Err() == nil {
		m.records[key] = memoryRecord{bytes.Clone(record), time.Now().Add(ttl)}
	}
	return ctx.Err()
}

func (m *memory) Delete(ctx context.Context, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if ctx.Err() == nil {
		delete(m.records, key)
	}
	return ctx.Err()
}
