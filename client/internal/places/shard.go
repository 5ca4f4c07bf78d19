package places

import (
	"encoding/binary"
	"maps"
	"math/bits"
	"slices"
	"sync"
)

// shard is a part of the values. There are so many shards that each has a few hundred values at most, and that look-ups
// seldom meet.
type shard[T Placed] struct {
	mu           sync.Mutex
	values       map[Key]T
	hits, misses int64
	_            [32]byte // shards do not share a line of the processor's cache
}

func newShards[T Placed](size int) []shard[T] {
	n := min(max(size/256, 64), 1<<14)
	return make([]shard[T], 1<<bits.Len(uint(n-1)))
}

func (p *Places[T]) shard(key Key) *shard[T] {
	return &p.shards[int(binary.LittleEndian.Uint32(key[:]))&(len(p.shards)-1)]
}

// find returns a key's value, and counts.
func (s *shard[T]) find(key Key) (value T, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	value, ok = s.values[key]
	if ok {
		s.hits++
	} else {
		s.misses++
	}
	return value, ok
}

func (s *shard[T]) get(key Key) (value T, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	value, ok = s.values[key]
	return value, ok
}

// add adds a value, unless there is another one under its key, which it returns.
func (s *shard[T]) add(key Key, value T) (there T, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if there, taken := s.values[key]; taken {
		return there, false
	}
	if s.values == nil {
		s.values = make(map[Key]T)
	}
	s.values[key] = value
	return value, true
}

func (s *shard[T]) remove(key Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.values, key)
}

func (s *shard[T]) all() []T {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(s.values))
}

func (s *shard[T]) counted() (hits, misses int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hits, s.misses
}
