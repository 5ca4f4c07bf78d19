package otelobserver

import (
	"iter"
	"reflect"
	"slices"
	"sync"

	"go.opentelemetry.io/otel/metric"

	"github.com/latchkey-go/latchkey/client"
)

// watch is what one call of Watch reads.
type watch struct {
	of      metric.MeterProvider // nil: the global one
	clients iter.Seq[*client.Client]
}

// watches are all of the program, the oldest first. Of several values with the same attributes a Meter takes the last
// one, so the oldest watch of a provider reads the Clients of the others, too.
var watches struct {
	sync.Mutex
	all []*watch
}

func (w *watch) add() {
	watches.Lock()
	defer watches.Unlock()
	watches.all = append(watches.all, w)
}

func (w *watch) remove() {
	watches.Lock()
	defer watches.Unlock()
	watches.all = slices.DeleteFunc(watches.all, func(other *watch) bool { return other == w })
}

// together yields the Clients of all watches of w's provider if w is the oldest of them, and else none.
func (w *watch) together() iter.Seq[*client.Client] {
	watches.Lock()
	defer watches.Unlock()
	var all []iter.Seq[*client.Client]
	for _, other := range watches.all {
		if !w.belongsTo(other) {
			continue
		}
		if len(all) == 0 && other != w {
			return func(func(*client.Client) bool) {}
		}
		all = append(all, other.clients)
	}
	return func(yield func(*client.Client) bool) {
		for _, clients := range all {
			for c := range clients {
				if !yield(c) {
					return
				}
			}
		}
	}
}

// belongsTo reports whether two watches have the same provider.
func (w *watch) belongsTo(other *watch) bool {
	return w == other || reflect.ValueOf(w.of).Comparable() && reflect.ValueOf(other.of).Comparable() && w.of == other.of
}
