package clienttest_test

import (
	"context"
	"sync"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

// storage is what handles of a store in memory share.
type storage struct {
	mu      sync.Mutex
	records map[string]memoryRecord
	locks   map[string]chan struct{} // holds an element while somebody holds the lock
}

type memoryRecord struct {
	value  string
	expiry time.Time
}

func newStorage() *storage {
	return &storage{records: map[string]memoryRecord{}, locks: map[string]chan struct{}{}}
}

// memory is a TokenStore and a Locker that keeps all promises.
type memory struct{ *storage }

func (m memory) Get(ctx context.Context, key string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	record, ok := m.records[key]
	if !ok || !time.Now().Before(record.expiry) {
		return nil, client.ErrTokenNotFound
	}
	return []byte(record.value), nil
}

func (m memory) Put(ctx context.Context, key string, record []byte, ttl time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.records[key] = memoryRecord{string(record), time.Now().Add(ttl)}
	return nil
}

func (m memory) Delete(ctx context.Context, key string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.records, key)
	return nil
}

func (m memory) Lock(ctx context.Context, key string) (func(), error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	lock := m.lock(key)
	select {
	case lock <- struct{}{}:
		return sync.OnceFunc(func() { <-lock }), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (m memory) lock(key string) chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.locks[key] == nil {
		m.locks[key] = make(chan struct{}, 1)
	}
	return m.locks[key]
}

// altered is memory with a method of another kind, where one is set.
type altered struct {
	memory
	get  func(context.Context, memory, string) ([]byte, error)
	put  func(context.Context, memory, string, []byte, time.Duration) error
	del  func(context.Context, memory, string) error
	lock func(context.Context, memory, string) (func(), error)
}

func (a altered) Get(ctx context.Context, key string) ([]byte, error) {
	if a.get != nil {
		return a.get(ctx, a.memory, key)
	}
	return a.memory.Get(ctx, key)
}

func (a altered) Put(ctx context.Context, key string, record []byte, ttl time.Duration) error {
	if a.put != nil {
		return a.put(ctx, a.memory, key, record, ttl)
	}
	return a.memory.Put(ctx, key, record, ttl)
}

func (a altered) Delete(ctx context.Context, key string) error {
	if a.del != nil {
		return a.del(ctx, a.memory, key)
	}
	return a.memory.Delete(ctx, key)
}

func (a altered) Lock(ctx context.Context, key string) (func(), error) {
	if a.lock != nil {
		return a.lock(ctx, a.memory, key)
	}
	return a.memory.Lock(ctx, key)
}
