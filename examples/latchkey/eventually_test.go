package main

import "time"

// eventually waits until something holds that another process or a real clock brings about.
func eventually(t interface{ Fatalf(string, ...any) }, what string, holds func() bool) {
	const limit = 2 * time.Minute
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	late := time.After(limit)
	for !holds() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("not within %s: %s", limit, what)
		}
	}
}
