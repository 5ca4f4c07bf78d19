package client

import (
	"hash/maphash"
	"math/bits"
	"net/http"
	"sync/atomic"
)

// route is a digest of a request's method, origin and path, which mean nothing outside of this process.
type route uint64

var routeSeed = maphash.MakeSeed()

func routeOf(req *http.Request) route {
	var sum uint64
	for _, part := range [...]string{req.Method, req.URL.Scheme, req.URL.Host, req.URL.Path} {
		sum = bits.RotateLeft64(sum, 17) ^ maphash.String(routeSeed, part)
	}
	return route(sum)
}

// routes are a set of routes in fixed room. Now and then it has one that was never added. It is safe for concurrent use
// by multiple goroutines; the zero value is empty.
type routes [64]atomic.Uint64

func (r *routes) add(from route) {
	if !r.have(from) {
		r[from>>6%64].Or(1 << (from % 64))
	}
}

func (r *routes) have(from route) bool { return r[from>>6%64].Load()&(1<<(from%64)) != 0 }
