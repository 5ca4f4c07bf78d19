package places

import (
	"encoding/binary"
	"math/bits"
	"sync/atomic"
)

// table finds places by key. Each of its chains has the places of some keys, about one in two chains if there are as
// many places as was said. find takes no lock; a lock of the caller's guards the other methods.
type table []chain

type chain struct{ first atomic.Pointer[Place] }

// maxTable bounds the memory of a table, 16 MB, whatever is said. Beyond a million places the chains are longer.
const maxTable = 21

func newTable(places int) table {
	return make(table, 1<<min(bits.Len(uint(places)), maxTable))
}

func (t table) chain(key Key) *chain {
	return &t[int(binary.LittleEndian.Uint32(key[:]))&(len(t)-1)]
}

// find returns the place of a key. It may miss one while another leaves the chain; add does not.
func (t table) find(key Key) *Place {
	for place := t.chain(key).first.Load(); place != nil; place = place.next.Load() {
		if place.key == key {
			return place
		}
	}
	return nil
}

// add adds a place, unless there is another one with its key. It returns the one that has the key.
func (t table) add(place *Place) *Place {
	if there := t.find(place.key); there != nil {
		return there
	}
	c := t.chain(place.key)
	place.next.Store(c.first.Load())
	c.first.Store(place)
	return place
}

// remove takes a place out that is there.
func (t table) remove(place *Place) {
	at := &t.chain(place.key).first
	for at.Load() != place {
		at = &at.Load().next
	}
	at.Store(place.next.Load())
	place.next.Store(nil) // one who has left keeps no others
}

// all returns the places of a chain.
func (c *chain) all() []*Place {
	var all []*Place
	for place := c.first.Load(); place != nil; place = place.next.Load() {
		all = append(all, place)
	}
	return all
}
