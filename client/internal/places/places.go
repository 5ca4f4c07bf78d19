// Package places keeps values by key and decides which of them leaves when there are too many. Each of its methods
// takes the same time however many values there are, apart from All and Counts, which hold no lock for long.
package places

import (
	"iter"
	"sync"
	"sync/atomic"
	"time"
)

// Key finds a value. It is a digest, so that its first bytes differ from key to key.
type Key [16]byte

// Placed is a value that has a Place.
type Placed interface{ Place() *Place }

// Places keeps values of two kinds. Those that are held, since a login has given a token, stay until there are more of
// them than the size, and the one that was not used for the longest time leaves first. The others share the room that
// is left, and have a small reserve beside. So none of them pushes out one that is held, and each has a place until it
// is held. A value whose login is under way never leaves.
//
// Places is safe for concurrent use by multiple goroutines.
type Places[T Placed] struct {
	size, reserve int
	grain         uint32       // ms in which a second use of a value does not count
	over          func(T) bool // reports whether a value that was held is not so any more
	start         time.Time
	newest        atomic.Pointer[Place] // it is in front of its list, if it is in one
	shards        []shard[T]

	mu           sync.Mutex // guards what follows and each Place, and is taken before a shard's
	held, others list
	busy         int // values whose login is under way
	evictions    int64
}

// New returns Places for a number of held values, at least 1. over tells of a value that was held whether its token has
// expired since.
func New[T Placed](size int, over func(T) bool) *Places[T] {
	return &Places[T]{
		size: size, reserve: size/8 + 1, over: over, start: time.Now(),
		// The order of use is exact among a few, and to a minute among a million: to write it down costs more there.
		grain:  uint32(min(size/1000*60, 60_000)), //nolint:gosec // size is positive
		shards: newShards[T](size),
	}
}

// Find returns a key's value, and counts that as a use.
func (p *Places[T]) Find(key Key) (value T, ok bool) {
	value, ok = p.shard(key).find(key)
	if ok {
		p.use(value.Place())
	}
	return value, ok
}

// use takes note that a place was used.
func (p *Places[T]) use(place *Place) {
	var now uint32
	if p.grain > 0 {
		if now = p.now(); now-place.used.Load() < p.grain {
			return
		}
		place.used.Store(now)
	}
	if p.newest.Load() == place {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if list := p.list(place); list != nil {
		list.toFront(place)
		p.newest.Store(place)
	}
}

// now is the time in ms. It starts anew after 49 days: then one use may not count.
func (p *Places[T]) now() uint32 { return uint32(time.Since(p.start) / time.Millisecond) } //nolint:gosec // as said

// Add gives a new value a place among those that are not held. It returns the value that has the key.
func (p *Places[T]) Add(value T) T {
	p.mu.Lock()
	defer p.mu.Unlock()
	place := value.Place()
	if there, ok := p.shard(place.key).add(place.key, value); !ok {
		return there
	}
	p.put(place, inOthers)
	return value
}

// Begin takes note that a login begins. A value that has left comes back, unless another one has its key.
func (p *Places[T]) Begin(value T) {
	p.mu.Lock()
	defer p.mu.Unlock()
	place := value.Place()
	place.logins++
	switch place.where {
	case busy, removed:
		return
	case inHeld, inOthers:
		p.list(place).remove(place)
	case nowhere:
		if _, ok := p.shard(place.key).add(place.key, value); !ok {
			return
		}
	}
	place.where = busy
	p.busy++
}

// End takes note that a login has ended, and whether the value is held now.
func (p *Places[T]) End(value T, held bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	place := value.Place()
	place.logins--
	if place.where != busy || place.logins > 0 {
		return
	}
	p.busy--
	if held {
		p.put(place, inHeld)
	} else {
		p.put(place, inOthers)
	}
}

// put puts a place in front of a list, and evicts others if there are too many. mu is held.
func (p *Places[T]) put(place *Place, where where) {
	if p.grain > 0 {
		place.used.Store(p.now())
	}
	place.where = where
	p.list(place).pushFront(place)
	p.newest.Store(place)
	if p.held.len > p.size {
		p.evict(p.held.oldest())
	}
	// One comes and two leave, if the reserve was in use.
	for i := 0; i < 2 && p.held.len+p.others.len > p.size && p.others.len > p.reserve; i++ {
		leaves := p.others.oldest()
		if p.held.len > 0 {
			if oldest := p.held.oldest(); p.expired(oldest) {
				leaves = oldest
			}
		}
		p.evict(leaves)
	}
}

// expired reports whether a place is not held any more. mu is held.
func (p *Places[T]) expired(place *Place) bool {
	value, ok := p.shard(place.key).get(place.key)
	return ok && p.over(value)
}

// evict takes a place out. mu is held.
func (p *Places[T]) evict(place *Place) {
	p.list(place).remove(place)
	place.where = nowhere
	p.shard(place.key).remove(place.key)
	p.evictions++
}

// Remove takes a value out. It does not come back with its next login.
func (p *Places[T]) Remove(value T) {
	p.mu.Lock()
	defer p.mu.Unlock()
	place := value.Place()
	switch place.where {
	case inHeld, inOthers:
		p.list(place).remove(place)
		p.shard(place.key).remove(place.key)
	case busy:
		p.busy--
		p.shard(place.key).remove(place.key)
	case nowhere, removed:
	}
	place.where = removed
}

// list returns the list that a place is in; nil: it is in none.
func (p *Places[T]) list(place *Place) *list {
	switch place.where {
	case inHeld:
		return &p.held
	case inOthers:
		return &p.others
	default:
		return nil
	}
}

// All yields the values, in no order. Those that come or leave meanwhile may be among them or not.
func (p *Places[T]) All() iter.Seq[T] {
	return func(yield func(T) bool) {
		for i := range p.shards {
			for _, value := range p.shards[i].all() {
				if !yield(value) {
					return
				}
			}
		}
	}
}

// Counts are what has happened so far, and how many values there are.
type Counts struct {
	Values, Busy            int
	Hits, Misses, Evictions int64
}

// Counts returns the counts.
func (p *Places[T]) Counts() Counts {
	p.mu.Lock()
	c := Counts{Values: p.held.len + p.others.len + p.busy, Busy: p.busy, Evictions: p.evictions}
	p.mu.Unlock()
	for i := range p.shards {
		hits, misses := p.shards[i].counted()
		c.Hits += hits
		c.Misses += misses
	}
	return c
}
