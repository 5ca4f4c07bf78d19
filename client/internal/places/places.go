// Package places keeps values by key and decides which of them leaves when there are too many. Each of its methods
// takes the same time however many values there are, apart from All, which holds no lock for long.
package places

import (
	"iter"
	"sync"
	"sync/atomic"
	"time"
)

// Places keeps values of two kinds. Those that are held, since a login has given a token, stay until there are more of
// them than the size, and the one that was not used for the longest time leaves first. The others share the room that
// is left, and have a small reserve beside. So none of them pushes out one that is held, and each has a place until it
// is held. A value whose login is under way never leaves.
//
// Places is safe for concurrent use by multiple goroutines. Find takes no lock that others wait for.
type Places struct {
	size, reserve int
	grain         uint32            // ms in which a second use of a value does not count
	over          func(*Place) bool // reports whether a value that was held is not so any more
	start         time.Time
	table         table
	hits          counter // its size keeps what is written below away from what each Find reads above

	mu                sync.Mutex
	newest            atomic.Pointer[Place] // it is in front of its list, if it is in one; written under mu
	held, others      list
	busy              int // values whose login is under way
	misses, evictions int64
}

// New returns Places for a number of held values, at least 1. over tells of a value that was held whether its token has
// expired since.
func New(size int, over func(*Place) bool) *Places {
	reserve := size/8 + 1
	return &Places{
		size: size, reserve: reserve, over: over, start: time.Now(), table: newTable(size),
		// The order of use is exact among a few, and to a minute among a million: to write it down costs more there.
		grain: uint32(min(size/1000*60, 60_000)), //nolint:gosec // size is positive
	}
}

// Find returns the place of a key, and counts that as a use; nil: there is none.
func (p *Places) Find(key Key) *Place {
	place := p.table.find(key)
	if place != nil {
		p.hits.add()
		p.use(place)
	}
	return place
}

// use puts a place in front of its list. It does not if another goroutine is at work here: nobody waits for that.
func (p *Places) use(place *Place) {
	now := p.now()
	if now-place.used.Load() < p.grain || p.newest.Load() == place || !p.mu.TryLock() {
		return
	}
	defer p.mu.Unlock()
	if list := p.list(place); list != nil {
		list.toFront(place)
		place.used.Store(now)
		p.newest.Store(place)
	}
}

// now is the time in ms. It starts anew after 49 days: then one use may not count.
func (p *Places) now() uint32 {
	if p.grain == 0 {
		return 0
	}
	return uint32(time.Since(p.start) / time.Millisecond) //nolint:gosec // as said
}

// Add gives a new value a place among those that are not held. It returns the place that has the key.
func (p *Places) Add(place *Place) *Place {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.misses++
	if there := p.table.add(place); there != place {
		return there
	}
	p.put(place, inOthers)
	return place
}

// Begin takes note that a login begins. A value that has left comes back, unless another one has its key.
func (p *Places) Begin(place *Place) {
	p.mu.Lock()
	defer p.mu.Unlock()
	place.logins++
	switch place.where {
	case busy, removed:
		return
	case inHeld, inOthers:
		p.list(place).remove(place)
	case nowhere:
		if p.table.add(place) != place {
			return
		}
	}
	place.where = busy
	p.busy++
}

// End takes note that a login has ended, and whether the value is held now.
func (p *Places) End(place *Place, held bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
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
func (p *Places) put(place *Place, where where) {
	place.where = where
	place.used.Store(p.now())
	p.list(place).pushFront(place)
	p.newest.Store(place)
	if p.held.len > p.size {
		p.evict(p.held.oldest())
	}
	// One comes and two leave, if the reserve was in use.
	for i := 0; i < 2 && p.held.len+p.others.len > p.size && p.others.len > p.reserve; i++ {
		leaves := p.others.oldest()
		if p.held.len > 0 && p.over(p.held.oldest()) {
			leaves = p.held.oldest()
		}
		p.evict(leaves)
	}
}

// evict takes a place out. mu is held.
func (p *Places) evict(place *Place) {
	p.list(place).remove(place)
	place.where = nowhere
	p.table.remove(place)
	p.evictions++
}

// Remove takes a value out. It does not come back with its next login.
func (p *Places) Remove(place *Place) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch place.where {
	case inHeld, inOthers:
		p.list(place).remove(place)
		p.table.remove(place)
	case busy:
		p.busy--
		p.table.remove(place)
	case nowhere, removed:
	}
	place.where = removed
}

// list returns the list that a place is in; nil: it is in none. mu is held.
func (p *Places) list(place *Place) *list {
	switch place.where {
	case inHeld:
		return &p.held
	case inOthers:
		return &p.others
	default:
		return nil
	}
}

// All yields the places, in no order. Those that come or leave meanwhile may be among them or not.
func (p *Places) All() iter.Seq[*Place] {
	return func(yield func(*Place) bool) {
		for i := range p.table {
			p.mu.Lock()
			there := p.table[i].all()
			p.mu.Unlock()
			for _, place := range there {
				if !yield(place) {
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
func (p *Places) Counts() Counts {
	p.mu.Lock()
	defer p.mu.Unlock()
	return Counts{
		Values: p.held.len + p.others.len + p.busy, Busy: p.busy,
		Hits: p.hits.sum(), Misses: p.misses, Evictions: p.evictions,
	}
}
