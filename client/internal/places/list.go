package places

import "sync/atomic"

// Place is a value's part in Places. The zero value has no place yet. Places.mu guards it.
type Place struct {
	key          Key
	newer, older *Place
	used         atomic.Uint32 // time of the last use that counted
	logins       uint16        // logins under way
	where        where
}

// At returns the Place of a new value, which is to be found by a key.
func At(key Key) Place { return Place{key: key} }

// Key returns the key that a value is found by.
func (p *Place) Key() Key { return p.key }

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
