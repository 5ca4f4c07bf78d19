package client_test

import (
	"strings"
	"testing"
	"time"
)

// Short scripts, in each of which one thing goes wrong if a clock is believed that must not be.
func TestModelClocks(t *testing.T) {
	const day = 24 * time.Hour
	ask := func(who int) modelStep { return modelStep{do: "token", who: who, n: 1, kind: "short"} }
	wait := func(d time.Duration) modelStep { return modelStep{do: "wait", d: d} }
	limited := func(store string) modelScript {
		return modelScript{clients: 2, store: "unbound", steps: []modelStep{
			{do: "set", who: 1, d: 400 * day},
			{do: "answer", kind: "429", d: time.Minute},
			ask(1),
			wait(time.Second),
			{do: "answer", kind: "token"},
			{do: "store", kind: store},
			{do: "loop", n: 120, kind: "short", d: time.Minute},
			wait(3 * time.Hour),
		}}
	}
	for name, script := range map[string]modelScript{
		"6 a token ends while the machine sleeps": {clients: 1, steps: []modelStep{
			{do: "life", kind: "in", d: time.Hour}, ask(0), wait(time.Second), {do: "sleep", d: 2 * time.Hour}, ask(0), wait(time.Second),
		}},
		"6 a clock that is set back makes no token last longer": {clients: 1, steps: []modelStep{
			{do: "life", kind: "in", d: time.Hour}, ask(0), wait(time.Second), {do: "set", d: -day}, wait(time.Hour), ask(0), wait(time.Second),
		}},
		"3 a clock that is set forward costs one login": {clients: 1, steps: []modelStep{
			{do: "life", kind: "in", d: time.Hour}, ask(0), wait(time.Second), {do: "set", d: day},
			{do: "loop", n: 100, kind: "long", d: 10 * time.Second}, wait(time.Hour),
		}},
		"9 a token in the store serves after a sleep, and no longer than it lives": {clients: 2, store: "unbound", steps: []modelStep{
			{do: "life", kind: "in", d: 10 * time.Hour}, ask(0), wait(time.Minute), {do: "sleep", d: 2 * time.Hour}, ask(1),
			wait(9 * time.Hour), ask(1), wait(time.Second), // it ended an hour ago
		}},
		"10 a note of a clock that was ahead is over, though the store keeps it": limited("hoard"),
		"10 a note of a clock that was ahead is over, though it is put back":     limited("replay"),
	} {
		t.Run(name, func(t *testing.T) {
			for range 20 {
				if broken, log := modelRun(t, script); len(broken) > 0 {
					t.Fatalf("%s\n%s", broken[0], strings.Join(modelExcerpt(log), "\n"))
				}
			}
		})
	}
}
