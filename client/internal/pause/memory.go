package pause

import (
	"container/list"
	"sync"
)

// Memory remembers the Pauses of logins whose own memory is gone: those of the last 4,096 secrets that have any, and
// the Gates of as many accounts. Its zero value is empty. It is safe for concurrent use by multiple goroutines.
type Memory[Secret, Account comparable] struct {
	mu      sync.Mutex
	secrets recent[Secret, Pauses]
	gates   recent[Account, Gate]
}

// Keep remembers the Pauses after a login. held reports whether there is a token.
func (m *Memory[Secret, Account]) Keep(secret Secret, account Account, held bool, p Pauses) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.secrets.forget(secret)
	if p.Refused.Length > 0 || p.Failing.Length > 0 {
		m.secrets.keep(secret, p)
	}
	known, _ := m.gates.of(account)
	switch closed := !p.Gate.Until.IsZero(); {
	case closed && !p.Gate.Until.Before(known.Until): // a shorter wait, of another secret, replaces no longer one
		m.gates.forget(account)
		m.gates.keep(account, p.Gate)
	case held && !closed:
		m.gates.forget(account)
	}
}

// Recall adds to new Pauses what is remembered: the refusal and the failure of the secret, and the rate limit of the
// account. It reports whether there was anything.
func (m *Memory[Secret, Account]) Recall(secret Secret, account Account, p *Pauses) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	before, refused := m.secrets.of(secret)
	if refused {
		p.Refused, p.Failing = before.Refused, before.Failing
	}
	gate, limited := m.gates.of(account)
	if limited {
		p.Gate = gate
	}
	return refused || limited
}

// Forget forgets the refusals of a secret.
func (m *Memory[Secret, Account]) Forget(secret Secret) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.secrets.forget(secret)
}

// recent has the values that were kept last.
type recent[K comparable, V any] struct {
	known map[K]*list.Element
	order list.List // of kept; the oldest is in front
}

const maxRecent = 4096

type kept[K comparable, V any] struct {
	key   K
	value V
}

// keep keeps the value of a key that has none.
func (r *recent[K, V]) keep(key K, value V) {
	if r.known == nil {
		r.known = make(map[K]*list.Element)
	}
	r.known[key] = r.order.PushBack(kept[K, V]{key, value})
	if len(r.known) > maxRecent {
		r.forget(r.order.Front().Value.(kept[K, V]).key) //nolint:forcetypeassert // the list holds nothing else
	}
}

func (r *recent[K, V]) of(key K) (value V, ok bool) {
	element, ok := r.known[key]
	if ok {
		value = element.Value.(kept[K, V]).value //nolint:forcetypeassert // likewise
	}
	return value, ok
}

func (r *recent[K, V]) forget(key K) {
	if element, ok := r.known[key]; ok {
		r.order.Remove(element)
		delete(r.known, key)
	}
}
