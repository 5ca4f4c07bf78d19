package share_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/share"
)

// Those who wait for a lock that is never released give up after 75 to 100 s, and not all at the same time.
func TestP9WaitForALockEnds(t *testing.T) {
	took := map[time.Duration]bool{}
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			v := shared(&locking{store: newStore(), held: time.Hour}, nil).Visit("secret")
			w := wait(t.Context(), v)
			if w.ended || w.took < 75*time.Second || w.took > 100*time.Second {
				t.Errorf("%+v; want an end after 75 to 100 s", w)
			}
			took[w.took] = true
		})
	}
	if len(took) < 10 {
		t.Errorf("20 of them gave up at %d moments", len(took))
	}
}

// A store that tells nobody of a new record is read after 25 ms, then after twice as long each time, up to 1 s. Each
// pause is up to half shorter, at random.
func TestP9StoreIsReadInGrowingPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &locking{store: newStore(), held: time.Hour}
		v := shared(l, nil).Visit("secret")
		before := time.Now()
		wait(t.Context(), v)
		varied := false
		for i, at := range l.at[1:10] { // the first was the derivation
			longest := min(25*time.Millisecond<<i, time.Second)
			pause := at.Sub(before)
			if pause < longest/2 || pause >= longest {
				t.Errorf("pause %d is %s; want %s to %s", i+1, pause, longest/2, longest)
			}
			varied = varied || pause != longest/2
			before = at
		}
		if !varied {
			t.Error("no pause has anything random")
		}
	})
}

// changing is a store whose record is another at each look.
type changing struct {
	*locking
	looks int
}

func (c *changing) LockOrGet(_ context.Context, _ string, seen []byte) (func(), []byte, error) {
	if c.looks > 0 && string(seen) != fmt.Sprint(c.looks-1) {
		return nil, nil, errors.New("it is told of another record than it gave")
	}
	c.looks++
	return nil, fmt.Append(nil, c.looks-1), nil
}

// A store out of order ends a wait: its record changes all the time.
func TestP9WaitEndsAtAStoreOutOfOrder(t *testing.T) {
	c := &changing{locking: &locking{store: newStore()}}
	var told troubles
	w := wait(t.Context(), shared(c, &told).Visit("secret"), "good")
	if w.ended || len(w.seen) != 100 || c.looks != 100 {
		t.Errorf("ended %t after %d records and %d looks; want no end by a record, after 100", w.ended, len(w.seen), c.looks)
	}
	told.wantTold(t, "reading a record: it is not of this version") // once
}

// A lock is released in the time that is left to the visit. Trouble with that is told unless there was other trouble.
func TestP9ReleaseOfALockTakesTheRestOfTheTime(t *testing.T) {
	for name, tt := range map[string]struct {
		release func()
		fails   bool // a write before it fails
		takes   time.Duration
		told    []string
	}{
		"at once":                  {func() {}, false, 0, nil},
		"never":                    {func() { time.Sleep(time.Minute) }, false, 500 * time.Millisecond, []string{"releasing its lock: context deadline exceeded"}},
		"never, after a failure":   {func() { time.Sleep(time.Minute) }, true, 500 * time.Millisecond, []string{"writing a record: disk full"}},
		"it panics":                {func() { panic("no lock") }, false, 0, []string{"releasing its lock: it panicked with a string"}},
		"at once, after a failure": {func() {}, true, 0, []string{"writing a record: disk full"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := &locking{store: newStore(), release: tt.release}
				l.takes["put"] = share.Limit - 500*time.Millisecond
				if tt.fails {
					l.store.fails["put"] = errors.New("disk full")
				}
				var told troubles
				v := shared(l, &told).Visit("secret")
				unlock, ended := v.Turn(t.Context(), yes)
				v.Write(token("one"), time.Hour, yes)
				began := time.Now()
				unlock()
				if took := time.Since(began); ended || took != tt.takes {
					t.Errorf("it took %s; want %s", took, tt.takes)
				}
				told.wantTold(t, tt.told...)
				time.Sleep(time.Minute) // until the store is done
			})
		})
	}
}
