package share_test

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/share"
)

// locking is a store with one lock, whose holder releases it after a while.
type locking struct {
	*store
	held    time.Duration // by another, from the first Lock on
	deaf    bool          // Lock does not end with its context
	fails   error
	release func() // what unlock does first; nil: nothing

	state sync.Mutex
	locks []string // what happened: the place for a lock, "free" for its release
}

func (l *locking) Lock(ctx context.Context, key string) (func(), error) {
	if l.fails != nil {
		return nil, l.fails
	}
	done := ctx.Done()
	if l.deaf {
		done = nil
	}
	select {
	case <-time.After(l.held):
	case <-done:
		return nil, ctx.Err()
	}
	l.happens(key)
	return func() {
		if l.release != nil {
			l.release()
		}
		l.happens("free")
	}, nil
}

func (l *locking) happens(what string) {
	l.state.Lock()
	defer l.state.Unlock()
	l.locks = append(l.locks, what)
}

// events returns how often the lock was taken and released, and checks that it is that of the record.
func (l *locking) events(t *testing.T) (taken, freed int) {
	t.Helper()
	l.state.Lock()
	defer l.state.Unlock()
	for _, what := range l.locks {
		if what == "free" {
			freed++
			continue
		}
		taken++
		if _, ok := l.records[what]; len(l.records) > 0 && !ok {
			t.Errorf("the lock of %s was taken", what)
		}
	}
	return taken, freed
}

// waiting is what a visit sees that waits for its turn, until enough has been true.
type waiting struct {
	seen  []string // tokens
	ended bool
	took  time.Duration
}

// wait waits for a turn, and gives it back. It ends with one of the tokens.
func wait(ctx context.Context, v *share.Visit, enough ...string) (w waiting) {
	began := time.Now()
	unlock, ended := v.Turn(ctx, func() bool {
		w.seen = append(w.seen, valueOf(v))
		return slices.Contains(enough, valueOf(v))
	})
	w.ended, w.took = ended, time.Since(began)
	unlock()
	return w
}

// writeLater has another client write tokens, one after each pause.
func writeLater(s share.Store, pause time.Duration, values ...string) *sync.WaitGroup {
	var writing sync.WaitGroup
	writing.Go(func() {
		for _, value := range values {
			time.Sleep(pause)
			shared(s, nil).Visit("secret").Write(token(value), time.Hour, yes)
		}
	})
	return &writing
}

// A store without locks lets everybody log in, with what there is.
func TestP9StoreWithoutLocksIsRead(t *testing.T) {
	s := newStore()
	shared(s, nil).Visit("secret").Write(token("one"), time.Hour, yes)
	v := shared(s, nil).Visit("secret")
	if w := wait(t.Context(), v, "one"); w.ended || len(w.seen) != 0 || valueOf(v) != "one" {
		t.Errorf("%+v with %q; want a turn", w, valueOf(v))
	}
}

// Whoever waits for another's login goes on with its result, or as the next one, and the lock is free in the end.
func TestP9WaitEndsWithAnothersRecordOrTheLock(t *testing.T) {
	for name, tt := range map[string]struct {
		l        *locking
		reads    time.Duration // what a read takes
		first    string        // the token at the beginning, which the visit has seen
		writes   []string      // tokens of others, one each second; "good" is enough
		patience time.Duration // the caller's; 0: an hour
		seen     string        // tokens
		took     time.Duration // and up to a second more, until the next read
		locks    int           // that were taken, sooner or later
		told     []string
	}{
		"the lock is free":               {l: &locking{}, locks: 1},
		"it is free after a while":       {l: &locking{held: 5 * time.Second}, first: "old", took: 5 * time.Second, locks: 1},
		"a token comes":                  {l: &locking{held: time.Minute}, writes: []string{"good"}, seen: "good", took: time.Second},
		"a token comes after another":    {l: &locking{held: time.Minute}, first: "old", writes: []string{"bad", "good"}, seen: "bad good", took: 2 * time.Second},
		"a lock that comes too late":     {l: &locking{held: time.Minute, deaf: true}, writes: []string{"good"}, seen: "good", took: time.Second, locks: 1},
		"a lock just after the token":    {l: &locking{held: time.Second + 1}, writes: []string{"good"}, seen: "good", took: time.Second, locks: 1},
		"a lock during the last read":    {l: &locking{held: 1020 * time.Millisecond}, reads: 500 * time.Millisecond, writes: []string{"good"}, seen: "good", took: time.Second, locks: 1},
		"a lock that fails":              {l: &locking{fails: errors.New("no locks here")}, told: []string{"waiting for its lock: no locks here"}},
		"a caller that has no more time": {l: &locking{held: time.Minute}, patience: 10 * time.Second, took: 10 * time.Second, told: []string{"waiting for its lock: context deadline exceeded"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tt.l.store = newStore()
				if tt.first != "" {
					shared(tt.l, nil).Visit("secret").Write(token(tt.first), time.Hour, yes)
				}
				tt.l.takes["get"] = tt.reads
				var told troubles
				v := shared(tt.l, &told).Visit("secret")
				v.Read()
				ctx, cancel := context.WithTimeout(t.Context(), cmp.Or(tt.patience, time.Hour))
				defer cancel()
				writing := writeLater(tt.l, time.Second, tt.writes...)
				w := wait(ctx, v, "good")
				if strings.Join(w.seen, " ") != tt.seen || w.ended != slices.Contains(w.seen, "good") || w.took < tt.took || w.took > tt.took+time.Second {
					t.Errorf("%+v; want %q after %s", w, tt.seen, tt.took)
				}
				told.wantTold(t, tt.told...)
				writing.Wait()
				time.Sleep(2 * time.Minute) // what was left behind ends
				if taken, freed := tt.l.events(t); taken != tt.locks || freed != taken {
					t.Errorf("the lock was taken %d times and released %d times; want %d", taken, freed, tt.locks)
				}
			})
		})
	}
}
