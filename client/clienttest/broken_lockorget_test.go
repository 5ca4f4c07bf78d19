package clienttest_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
)

// orGet is a MemoryStore with another LockOrGet.
type orGet struct {
	*clienttest.MemoryStore
	lockOrGet func(ctx context.Context, m *clienttest.MemoryStore, key string, seen []byte) (func(), []byte, error)
}

func (o orGet) LockOrGet(ctx context.Context, key string, seen []byte) (func(), []byte, error) {
	return o.lockOrGet(ctx, o.MemoryStore, key, seen)
}

func TestBrokenLockOrGettersAreCaught(t *testing.T) {
	t.Parallel()
	for _, broken := range []struct {
		name, want string
		lockOrGet  func(ctx context.Context, m *clienttest.MemoryStore, key string, seen []byte) (func(), []byte, error)
	}{
		{"only locks", "LockOrGet returns another record at once", func(ctx context.Context, m *clienttest.MemoryStore, key string, _ []byte) (func(), []byte, error) {
			unlock, err := m.Lock(ctx, key)
			return unlock, nil, err
		}},
		{"only looks at first", "LockOrGet waits for another record", func(ctx context.Context, m *clienttest.MemoryStore, key string, seen []byte) (func(), []byte, error) {
			if record, err := m.Get(ctx, key); err == nil && string(record) != string(seen) {
				return nil, record, nil
			}
			unlock, err := m.Lock(ctx, key)
			return unlock, nil, err
		}},
		{"returns what was seen", "LockOrGet takes a free lock", func(ctx context.Context, m *clienttest.MemoryStore, key string, seen []byte) (func(), []byte, error) {
			if record, err := m.Get(ctx, key); err == nil {
				return nil, record, nil
			}
			return m.LockOrGet(ctx, key, seen)
		}},
		{"takes the lock with the record", "LockOrGet returns another record at once", func(ctx context.Context, m *clienttest.MemoryStore, key string, seen []byte) (func(), []byte, error) {
			unlock, record, err := m.LockOrGet(ctx, key, seen)
			if record != nil {
				unlock, err = m.Lock(ctx, key)
			}
			return unlock, record, err
		}},
		{"takes nothing for a change", "LockOrGet waits for the lock", func(ctx context.Context, m *clienttest.MemoryStore, key string, seen []byte) (func(), []byte, error) {
			for ctx.Err() == nil {
				within, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
				unlock, record, err := m.LockOrGet(within, key, seen)
				cancel()
				if err == nil {
					return unlock, record, nil
				}
				if len(m.Records()) == 0 && seen != nil {
					return nil, []byte{}, nil
				}
			}
			return nil, nil, ctx.Err()
		}},
		{"does not heed its ctx", "LockOrGet waits no longer than ctx", func(ctx context.Context, m *clienttest.MemoryStore, key string, seen []byte) (func(), []byte, error) {
			return m.LockOrGet(context.WithoutCancel(ctx), key, seen)
		}},
		{"does not lock", "LockOrGet takes a free lock", func(ctx context.Context, m *clienttest.MemoryStore, key string, seen []byte) (func(), []byte, error) {
			unlock, record, err := m.LockOrGet(ctx, key, seen)
			if unlock != nil {
				unlock()
			}
			return unlock, record, err
		}},
	} {
		t.Run(broken.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				memory := &clienttest.MemoryStore{}
				err := clienttest.TestTokenStore(t.Context(), func() (client.TokenStore, error) {
					return orGet{memory, broken.lockOrGet}, nil
				})
				if err == nil || !strings.Contains(err.Error(), "clienttest: "+broken.want) {
					t.Errorf("error does not name %q:\n%v", broken.want, err)
				}
			})
		})
	}
}
