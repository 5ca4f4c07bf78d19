package client

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestP8RejectionsHaveAPausePerKindOfRoute(t *testing.T) {
	start := time.Now()
	at := func(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }
	const open, closed route = 1, 2

	r := newRejections()
	want := func(from route, seconds int, want bool) {
		t.Helper()
		if r.admit(from, false, at(seconds)) != want {
			t.Errorf("after %d s the 401 of route %d is a reason for a new token: %t; want %t", seconds, from, !want, want)
		}
	}
	want(closed, 0, true)
	r.learn(closed, true, at(0))
	want(closed, 0, false)
	want(closed, 1, true)
	want(closed, 2, false) // until 3
	want(open, 2, true)    // whose pause is another

	// What is known already does not prolong the pause.
	r.learn(closed, true, at(2))
	want(closed, 3, true) // until 7
	want(closed, 6, false)

	// Another closed route shares the pause that is on.
	r.learn(open, true, at(6))
	want(open, 6, false)
	want(open, 7, true) // until 15

	// A route that answers a new token is like any other.
	r.learn(open, false, at(8))
	want(open, 8, true)
	want(closed, 8, false)
}

func TestP8ClosedRoutesAreBounded(t *testing.T) {
	r := newRejections()
	for i := range route(1000) {
		r.learn(i, true, time.Now())
	}
	r.learn(999, true, time.Now()) // is known
	if len(r.closed) != maxClosed || r.closed[0] != 1000-maxClosed {
		t.Errorf("remembers %v; want the last %d", r.closed, maxClosed)
	}
}

// A pause is forgotten when it has been over for longer than the longest one.
func TestP8RejectionsGrowUntilAQuietPeriod(t *testing.T) {
	start := time.Now()
	r := newRejections()
	r.admit(1, false, start)                                  // for 1 s
	r.admit(1, false, start.Add(time.Second))                 // until 3 s
	r.admit(1, false, start.Add(3*time.Second+5*time.Minute)) // just not forgotten
	if r.ofOthers.length != 4*time.Second {
		t.Errorf("a pause of %s; want 4 s", r.ofOthers.length)
	}
}

func TestP8RouteIsMethodOriginAndPath(t *testing.T) {
	seen := map[route]string{}
	for _, line := range []string{
		"GET https://a/x", "POST https://a/x", "GET https://b/x", "GET http://a/x", "GET https://a/y",
	} {
		method, url, _ := strings.Cut(line, " ")
		req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		if other, known := seen[routeOf(req)]; known {
			t.Errorf("%s is the same route as %s", line, other)
		}
		seen[routeOf(req)] = line
	}
}
