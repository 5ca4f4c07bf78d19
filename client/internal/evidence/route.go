package evidence

import (
	"hash/maphash"
	"math/bits"
	"net/http"
	"strings"
)

// Route is a class of requests: a digest of the method, the origin, and the path with the IDs taken out. GET /jobs/17
// and GET /jobs/18 are one route. The digest means nothing outside of this process.
type Route uint64

var routeSeed = maphash.MakeSeed()

const (
	anID   = "\x00id"     // stands for a part of a path that is an ID
	number = "\x00number" // stands for digits in a part that is a name otherwise
)

// RouteOf returns the route of a request.
func RouteOf(req *http.Request) Route {
	r := Route(0).and(req.Method).and(req.URL.Scheme).and(req.URL.Host)
	for part := range strings.SplitSeq(req.URL.Path, "/") {
		r = r.and("/").andPart(part)
	}
	return r
}

// and returns the route with one more piece.
func (r Route) and(piece string) Route {
	return Route(bits.RotateLeft64(uint64(r), 17) ^ maphash.String(routeSeed, piece))
}

// andPart returns the route with one more part of a path.
func (r Route) andPart(part string) Route {
	switch {
	case isVersion(part):
		return r.and(part)
	case isID(part):
		return r.and(anID)
	}
	for part != "" { // job-17 and job-18 are one, job-17 and task-17 are two
		if rest := strings.TrimLeft(part, digits); rest != part {
			r, part = r.and(number), rest
			continue
		}
		name := strings.IndexAny(part, digits)
		if name == -1 {
			name = len(part)
		}
		r, part = r.and(part[:name]), part[name:]
	}
	return r
}

const digits = "0123456789"

// isVersion reports whether a part of a path is a version such as v1 or v2.1: digits that are no ID.
func isVersion(part string) bool {
	return part != "" && len(part) <= len("v10.10") && part[0]|0x20 == 'v' && strings.Trim(part[1:], digits+".") == ""
}

const (
	shortHex  = 6  // from here on letters and digits that are all hexadecimal are an ID
	shortCode = 16 // from here on a mix that names do not have is one
	longName  = 32 // no name is longer
)

// isID reports whether a part of a path names one thing of many: a UUID, ULID, hash, e-mail address, random code. It
// errs towards yes: two routes that are taken for one cost less than one that is taken for very many. Words, such as
// the name of a user, cannot be told from the names of routes.
func isID(part string) bool {
	if strings.Contains(part, "@") {
		return true
	}
	var lower, upper, digit int
	hex, mixed, other := true, false, false
	last := byte('-')
	for i := range len(part) {
		b := part[i]
		switch {
		case isDigit(b):
			digit++
			mixed = mixed || isLetter(last) && len(part) >= shortCode
		case isLetter(b):
			if b < 'a' {
				upper++
			} else {
				lower++
			}
			mixed = mixed || isDigit(last)
			hex = hex && b|0x20 <= 'f'
		case b != '-' && b != '_':
			other, hex = true, false
		}
		last = b
	}
	if digit > 0 && lower+upper == 0 || len(part) > longName || mixed {
		return true
	}
	if hex && digit > 0 && len(part) >= shortHex {
		return true
	}
	// A quarter of capital letters: camelCase has fewer.
	return len(part) >= shortCode && !other && lower > 0 && 4*upper > len(part)
}

func isDigit(b byte) bool  { return b-'0' <= 9 }
func isLetter(b byte) bool { return (b|0x20)-'a' <= 'z'-'a' }
