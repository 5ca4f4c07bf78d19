package places

import "sync/atomic"

// Key finds a value. It is a digest, so that its first bytes differ from key to key.
type Key [16]byte

// Place is a value's part in Places. Places.mu guards it, but for what is atomic or does not change.
type Place struct {
	key          Key
	value        any
	next         atomic.Pointer[Place] // in its chain of the table; written under mu
	newer, older *Place
	used         atomic.Uint32 // time of the last use that counted; written under mu
	logins       uint16        // logins under way
	where        where
}

// At returns the Place of a new value, which is to be found by a key.
func At(key Key, value any) Place { return Place{key: key, value: value} }

// Key returns the key that the value is found by.
func (p *Place) Key() Key { return p.key }

// Value returns the value.
func (p *Place) Value() any { return p.value }

type where uint8

const (
	nowhere where = iota // it has left, or not come yet
	inOthers
	inHeld
	busy    // a login is under way
	removed // it does not come back
)

// list has the place that was used last in front. Its zero value is empty.
type list struct {
	ends Place // the first one is older, the last one newer than the ends
	len  int
}

func (l *list) pushFront(p *Place) {
	if l.ends.older == nil {
		l.ends.older, l.ends.newer = &l.ends, &l.ends
	}
	p.newer, p.older = &l.ends, l.ends.older
	p.newer.older, p.older.newer = p, p
	l.len++
}

func (l *list) remove(p *Place) {
	p.newer.older, p.older.newer = p.older, p.newer
	p.newer, p.older = nil, nil
	l.len--
}

func (l *list) toFront(p *Place) {
	if l.ends.older != p {
		l.remove(p)
		l.pushFront(p)
	}
}

// oldest returns the place that was not used for the longest time. The list has one.
func (l *list) oldest() *Place { return l.ends.newer }
