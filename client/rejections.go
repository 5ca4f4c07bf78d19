package client

import (
	"crypto/sha256"
	"slices"
	"time"
)

// rejections bound the logins that 401s cause, whose meaning is uncertain: the token is dead, or the route is closed
// to the account, and answers 401 to a new token too. Routes that took the token before, routes found closed and all
// others have a pause each. So closed ones neither cause a login per request, nor keep the open ones from a new token
// when the old one is revoked.
type rejections struct {
	ofOpen, ofClosed, ofOthers pause
	closed                     []route // found last, at most maxClosed
}

const maxClosed = 64

func newRejections() rejections {
	p := pause{first: time.Second, longest: 5 * time.Minute}
	return rejections{ofOpen: p, ofClosed: p, ofOthers: p}
}

// admit reports whether a 401 of a route, which took the token before or did not, is reason for a new one, and begins
// a pause if it is. A pause that ended long ago is forgotten.
func (r *rejections) admit(from route, open bool, now time.Time) bool {
	p := &r.ofOthers
	switch {
	case slices.Contains(r.closed, from):
		p = &r.ofClosed
	case open:
		p = &r.ofOpen
	}
	if p.on(now) {
		return false
	}
	if now.Sub(p.until) > p.longest {
		p.reset()
	}
	p.begin(nil, 0, now)
	return true
}

// learn takes down what a route answered to a new token.
func (r *rejections) learn(from route, rejected bool, now time.Time) {
	i := slices.Index(r.closed, from)
	switch {
	case rejected && i < 0:
		if len(r.closed) == maxClosed {
			r.closed = slices.Delete(r.closed, 0, 1)
		}
		r.closed = append(r.closed, from)
		if !r.ofClosed.on(now) {
			r.ofClosed.begin(nil, 0, now)
		}
	case !rejected && i >= 0:
		r.closed = slices.Delete(r.closed, i, i+1)
	}
}

// unwanted are the tokens that were rejected last, as digests.
type unwanted [][sha256.Size]byte

const maxUnwanted = 8

func (u *unwanted) add(t Token) {
	u.remove(t)
	*u = append(*u, digest(t.Value()))
	if len(*u) > maxUnwanted {
		*u = slices.Delete(*u, 0, 1)
	}
}

func (u *unwanted) remove(t Token) {
	if i := slices.Index(*u, digest(t.Value())); i >= 0 {
		*u = slices.Delete(*u, i, i+1)
	}
}

func (u *unwanted) has(t Token) bool { return len(*u) > 0 && slices.Contains(*u, digest(t.Value())) }
