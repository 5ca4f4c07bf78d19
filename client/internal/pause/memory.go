package pause

import (
	"container/list"
	"sync"
)

// Memory remembers something of each of the last 4,096 that something was kept of. Its zero value is empty. It is safe
// for concurrent use by multiple goroutines.
type Memory[K comparable, V any] struct {
	mu    sync.Mutex
	known map[K]*list.Element
	order list.List // of memories; the oldest is in front
}

const maxMemories = 4096

type memory[K comparable, V any] struct {
	key   K
	value V
}

// Keep remembers a value in place of what was known before.
func (m *Memory[K, V]) Keep(key K, value V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forget(key)
	if m.known == nil {
		m.known = make(map[K]*list.Element)
	}
	m.known[key] = m.order.PushBack(memory[K, V]{key, value})
	if len(m.known) > maxMemories {
		m.forget(m.order.Front().Value.(memory[K, V]).key) //nolint:forcetypeassert // the list holds nothing else
	}
}

// Recall returns what is remembered.
func (m *Memory[K, V]) Recall(key K) (value V, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	element, ok := m.known[key]
	if ok {
		value = element.Value.(memory[K, V]).value //nolint:forcetypeassert // likewise
	}
	return value, ok
}

// Forget forgets what is remembered.
func (m *Memory[K, V]) Forget(key K) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forget(key)
}

func (m *Memory[K, V]) forget(key K) {
	if element, ok := m.known[key]; ok {
		m.order.Remove(element)
		delete(m.known, key)
	}
}
