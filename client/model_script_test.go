package client_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"
)

// modelScript is what happens in one run.
type modelScript struct {
	clients int
	store   string // that they share: "", "bound" or "unbound"
	steps   []modelStep
}

// modelStep is one thing that happens.
type modelStep struct {
	do   string
	who  int           // which Client
	n    int           // how many at once, or one after the other
	kind string        // of context, answer or trouble
	d    time.Duration // how long it lasts, or how long a server says to wait
}

func (s modelStep) String() string {
	return fmt.Sprintf("{do: %q, who: %d, n: %d, kind: %q, d: %d /* %s */},", s.do, s.who, s.n, s.kind, s.d, s.d)
}

func (s modelScript) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "modelScript{clients: %d, store: %q, steps: []modelStep{\n", s.clients, s.store)
	for _, step := range s.steps {
		fmt.Fprintf(&b, "\t%s\n", step)
	}
	b.WriteString("}}")
	return b.String()
}

// modelPaths are the service's routes: open ones, closed ones, and one that takes any token.
var modelPaths = []string{"/open", "/open/", "/closed", "/closed/", "/public"}

// modelPatience is how long a request's caller waits; 0: without end.
var modelPatience = []time.Duration{time.Minute, 0, time.Second, 5 * time.Millisecond}

// modelMove is a step with what it may be. An earlier value is a simpler one.
type modelMove struct {
	do    string
	theme string // of the scripts that have it; "": all
	much  int    // how often it is drawn
	n     []int
	kind  []string
	d     []time.Duration
}

// modelMoves are the steps that there are.
var modelMoves = []modelMove{
	{do: "token", much: 10, n: []int{1, 2, 5}, kind: []string{"long", "none", "short", "tiny", "cancel", "done"}},
	{do: "wait", much: 10, d: []time.Duration{
		time.Second, time.Millisecond, 5 * time.Second, 29 * time.Second, 31 * time.Second, time.Minute,
		5 * time.Minute, 16 * time.Minute, time.Hour,
	}},
	{do: "loop", much: 4, n: []int{10, 100}, kind: []string{"long", "short", "tiny"}, d: []time.Duration{
		100 * time.Millisecond, time.Millisecond, time.Second, 10 * time.Second,
	}},
	{do: "answer", much: 8, kind: []string{
		"token", "429", "503", "500", "423", "403", "404", "nothing", "hang", "deaf", "panic", "exit", "nil error", "zero token",
	}, d: []time.Duration{0, 3 * time.Second, 20 * time.Second, 100 * time.Second, time.Hour}},
	{do: "latency", much: 2, d: []time.Duration{10 * time.Millisecond, time.Millisecond, time.Second, 20 * time.Second}},
	{do: "life", much: 4, kind: []string{"in", "at", "passed"}, d: []time.Duration{
		0, time.Hour, 10 * time.Minute, time.Minute, 10 * time.Second, 1500 * time.Millisecond, 500 * time.Millisecond,
	}},
	{do: "sleep", theme: "clocks", much: 10, d: []time.Duration{
		time.Second, time.Minute, 10 * time.Minute, 2 * time.Hour, 24 * time.Hour, 30 * 24 * time.Hour,
	}},
	{do: "set", theme: "clocks", much: 10, d: []time.Duration{
		time.Hour, -time.Hour, 3 * time.Second, -3 * time.Second, 10 * time.Minute, -10 * time.Minute,
		24 * time.Hour, -24 * time.Hour, 400 * 24 * time.Hour, -400 * 24 * time.Hour,
	}},
	{do: "clock", much: 1, d: []time.Duration{0, time.Hour, -time.Hour}},
	{do: "secret", much: 4, kind: []string{"right", "wrong-secret", "other-secret", "fail", "hang", "deaf", "slow", "panic", "exit"}},
	{do: "invalidate", much: 3, kind: []string{"held", "old"}},
	{do: "logout", much: 2, kind: []string{"long", "short"}},
	{do: "get", theme: "routes", much: 12, n: []int{1, 2, 5}, kind: modelPaths, d: modelPatience},
	{do: "traffic", theme: "routes", much: 10, n: []int{20, 200}, kind: append([]string{"/both", "/ids"}, modelPaths...), d: []time.Duration{
		time.Second, 10 * time.Millisecond, 10 * time.Second,
	}},
	{do: "post", theme: "routes", much: 2, kind: modelPaths, d: modelPatience},
	{do: "api", theme: "routes", much: 2, kind: []string{"ok", "403", "429", "500"}, d: []time.Duration{0, 2 * time.Second, time.Hour}},
	{do: "revoke", theme: "routes", much: 6},
	{do: "session", theme: "routes", much: 2, d: []time.Duration{0, 2 * time.Minute, 61 * time.Second, 20 * time.Second}},
	{do: "lag", theme: "routes", much: 2, d: []time.Duration{0, 500 * time.Millisecond, 5 * time.Second}},
	{do: "store", theme: "store", much: 10, kind: []string{
		"ok", "down", "slow", "corrupt", "forgetful", "replay", "hoard", "deaf", "panic", "exit",
	}, d: []time.Duration{0, 100 * time.Millisecond}},
	{do: "die", theme: "store", much: 3},
	{do: "store", theme: "store", much: 3, kind: []string{"nil error"}},
	{do: "observer", theme: "store", much: 3, kind: []string{"", "panic", "exit", "block"}},
	{do: "log in", much: 2, kind: []string{"long", "short", "cancel"}},
}

// modelDraw draws a script.
func modelDraw(t *rapid.T) modelScript {
	s := modelScript{clients: 1}
	theme := rapid.SampledFrom([]string{"logins", "routes", "store", "routes", "store", "clocks", "clocks"}).Draw(t, "theme")
	if theme == "store" || theme == "clocks" && rapid.Bool().Draw(t, "shared") {
		s.store = "unbound"
		s.clients = rapid.IntRange(1, 3).Draw(t, "clients")
		if theme == "store" && rapid.IntRange(0, 19).Draw(t, "bound") == 19 { // it costs 20 ms for each Client
			s.store = "bound"
		}
	}
	var moves []int
	for i, move := range modelMoves {
		shared := s.store != "" && (move.theme == "store" || move.theme == "routes" && move.do != "traffic")
		if move.theme == "" || move.theme == theme || shared {
			moves = append(moves, slices.Repeat([]int{i}, move.much)...)
		}
	}
	// A script has few kinds of steps, but more of each: so they meet more often.
	few := rapid.SliceOfN(rapid.SampledFrom(moves), 4, 4).Draw(t, "few")
	few = append([]int{0, 1}, few...)
	if theme == "clocks" {
		few = append(few, modelMoveOf("life"), modelMoveOf("sleep"), modelMoveOf("set"))
	}
	s.steps = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) modelStep {
		move := modelMoves[few[rapid.IntRange(0, len(few)-1).Draw(t, "move")]]
		return modelStep{
			do:   move.do,
			who:  rapid.IntRange(0, s.clients-1).Draw(t, "who"),
			n:    modelOneOf(t, "n", move.n),
			kind: modelOneOf(t, "kind", move.kind),
			d:    modelOneOf(t, "d", move.d),
		}
	}), 1, 30).Draw(t, "steps")
	return s
}

// modelMoveOf returns the number of the first move that does something.
func modelMoveOf(do string) int {
	return slices.IndexFunc(modelMoves, func(move modelMove) bool { return move.do == do })
}

func modelOneOf[T any](t *rapid.T, label string, values []T) (one T) {
	if len(values) > 0 {
		one = rapid.SampledFrom(values).Draw(t, label)
	}
	return one
}
