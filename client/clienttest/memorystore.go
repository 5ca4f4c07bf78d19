package clienttest

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

// MemoryStore is a [client.TokenStore], [client.Locker] and [client.LockOrGetter] in memory, for tests. Clients with
// the same MemoryStore share a login, as processes with the same store do. [MemoryStore.SetTrouble] makes it slow or
// broken. The zero value is empty and ready to use.
//
// It is safe for concurrent use by multiple goroutines, and works on the fake clock of package [testing/synctest].
type MemoryStore struct {
	mu      sync.Mutex
	records map[string]memoryRecord
	locks   map[string]chan struct{}
	changed map[string]chan struct{} // closed when the record under the key is replaced
	latency time.Duration
	err     error
	puts    int
}

type memoryRecord struct {
	bytes []byte
	until time.Time
}

// SetTrouble makes each later call of a store's method take the time latency, and then fail with err. With 0 and nil
// the store works again.
func (m *MemoryStore) SetTrouble(latency time.Duration, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.latency, m.err = latency, err
}

// Records returns a copy of all records that have not expired, by key.
func (m *MemoryStore) Records() map[string][]byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	live := map[string][]byte{}
	for key, r := range m.records {
		if time.Now().Before(r.until) {
			live[key] = bytes.Clone(r.bytes)
		}
	}
	return live
}

// Puts returns the number of successful calls of Put.
func (m *MemoryStore) Puts() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.puts
}

// Get implements [client.TokenStore].
func (m *MemoryStore) Get(ctx context.Context, key string) ([]byte, error) {
	if err := m.suffer(ctx); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.records[key]
	if !ok || !time.Now().Before(r.until) {
		return nil, fmt.Errorf("clienttest: %w", client.ErrTokenNotFound)
	}
	return bytes.Clone(r.bytes), nil
}

// Put implements [client.TokenStore].
func (m *MemoryStore) Put(ctx context.Context, key string, record []byte, ttl time.Duration) error {
	if err := m.suffer(ctx); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.records == nil {
		m.records = map[string]memoryRecord{}
	}
	m.records[key] = memoryRecord{bytes.Clone(record), time.Now().Add(ttl)}
	m.puts++
	if changed, ok := m.changed[key]; ok {
		delete(m.changed, key)
		close(changed)
	}
	return nil
}

// Delete implements [client.TokenStore].
func (m *MemoryStore) Delete(ctx context.Context, key string) error {
	if err := m.suffer(ctx); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.records, key)
	return nil
}

// Lock implements [client.Locker].
func (m *MemoryStore) Lock(ctx context.Context, key string) (unlock func(), err error) {
	if err := m.suffer(ctx); err != nil {
		return nil, err
	}
	select {
	case m.lock(key) <- struct{}{}:
		return m.unlock(key), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// LockOrGet implements [client.LockOrGetter].
func (m *MemoryStore) LockOrGet(ctx context.Context, key string, seen []byte) (unlock func(), record []byte, err error) {
	if err := m.suffer(ctx); err != nil {
		return nil, nil, err
	}
	for {
		record, changed := m.watch(key)
		if record != nil && !bytes.Equal(record, seen) {
			return nil, record, nil
		}
		select {
		case m.lock(key) <- struct{}{}:
			if record, _ := m.watch(key); record != nil && !bytes.Equal(record, seen) {
				<-m.lock(key)
				return nil, record, nil
			}
			return m.unlock(key), nil, nil
		case <-changed:
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
}

// watch returns the record, nil if there is none, and a channel that is closed when it is replaced.
func (m *MemoryStore) watch(key string) (record []byte, changed <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.changed == nil {
		m.changed = map[string]chan struct{}{}
	}
	if m.changed[key] == nil {
		m.changed[key] = make(chan struct{})
	}
	if r, ok := m.records[key]; ok && time.Now().Before(r.until) {
		record = bytes.Clone(r.bytes)
	}
	return record, m.changed[key]
}

// lock returns the lock of a key. Its holder has sent into it.
func (m *MemoryStore) lock(key string) chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.locks == nil {
		m.locks = map[string]chan struct{}{}
	}
	if m.locks[key] == nil {
		m.locks[key] = make(chan struct{}, 1)
	}
	return m.locks[key]
}

func (m *MemoryStore) unlock(key string) func() {
	return sync.OnceFunc(func() {
		_ = m.suffer(context.Background()) // even a broken store frees its lock in the end
		<-m.lock(key)
	})
}

// suffer waits for the latency and returns the error, both as SetTrouble has set them.
func (m *MemoryStore) suffer(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	latency, err := m.latency, m.err
	m.mu.Unlock()
	if latency <= 0 {
		return err
	}
	timer := time.NewTimer(latency)
	defer timer.Stop()
	select {
	case <-timer.C:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
