package client

import (
	"hash/maphash"
	"net/http"
	"slices"
	"time"
)

// rejections bound the logins that 401s cause, whose meaning is uncertain: the token is dead, or the route is closed
// to the account, and answers 401 to a new token too. Routes found closed have a pause of their own. So one of them
// neither causes a login per request, nor keeps other routes from a new token when the old one is revoked.
type rejections struct {
	usual, ofClosed pause
	closed          []route // found last, at most maxClosed
}

const maxClosed = 64

func newRejections() rejections {
	p := pause{first: time.Second, longest: 5 * time.Minute}
	return rejections{usual: p, ofClosed: p}
}

// admit reports whether a 401 is reason for a new token, and begins a pause if it is. A pause that ended long ago is
// forgotten.
func (r *rejections) admit(from route, now time.Time) bool {
	p := &r.usual
	if slices.Contains(r.closed, from) {
		p = &r.ofClosed
	}
	if p.on(now) {
		return false
	}
	if now.Sub(p.until) > p.longest {
		p.reset()
	}
	p.begin(now)
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
			r.ofClosed.begin(now)
		}
	case !rejected && i >= 0:
		r.closed = slices.Delete(r.closed, i, i+1)
	}
}

// route is a digest of a request's method, origin and path, which mean nothing outside of this process.
type route uint64

var routeSeed = maphash.MakeSeed()

func routeOf(req *http.Request) route {
	return route(maphash.Comparable(routeSeed, [4]string{req.Method, req.URL.Scheme, req.URL.Host, req.URL.Path}))
}
