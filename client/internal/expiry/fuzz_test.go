package expiry_test

import (
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/expiry"
)

// The life is the shortest that a moment before the end gives, less a second at most, whatever the clock shows.
func FuzzP6Life(f *testing.F) {
	const hour = int64(time.Hour)
	f.Add(hour, int64(0), int64(0), true, true)
	f.Add(3*hour, 2*hour, int64(0), true, false)
	f.Add(hour, -hour/3, 2*hour, true, true)
	f.Add(-hour, int64(0), int64(0), false, true)
	f.Add(int64(5*time.Second), int64(0), int64(time.Millisecond), true, true)
	f.Add(int64(time.Second), int64(0), int64(0), false, false)
	f.Add(int64(1<<62), int64(-1<<62), int64(0), true, true)
	f.Fuzz(func(t *testing.T, toEnd, toIssued, toDate int64, hasIssued, hasDate bool) {
		received := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
		at := func(ns int64, has bool) (moment time.Time) {
			if has {
				moment = received.Add(time.Duration(ns))
			}
			return moment
		}
		end, issued, date := at(toEnd, true), at(toIssued, hasIssued), at(toDate, hasDate)
		life := expiry.Life(end, issued, date, received)

		moments := []time.Time{issued, date}
		if !hasIssued && !hasDate {
			moments = []time.Time{received}
		}
		var shortest time.Duration
		for _, moment := range moments {
			if left := end.Sub(moment); !moment.IsZero() && left > 0 && (shortest == 0 || left < shortest) {
				shortest = left
			}
		}
		if life > shortest || shortest > 0 && (life <= 0 || life < shortest-time.Second) {
			t.Errorf("%s; want at most %s and a second less at least", life, shortest)
		}
		const year = 365 * 24 * time.Hour
		later := func(moment time.Time) time.Time {
			if moment.IsZero() {
				return moment
			}
			return moment.Add(year)
		}
		if same := expiry.Life(later(end), later(issued), later(date), later(received)); same != life {
			t.Errorf("%s, and a year later %s", life, same)
		}
	})
}

// A token is renewed within its life: a tenth of it is used, and whoever is slow has the time of two logins.
func FuzzP3Early(f *testing.F) {
	for _, life := range []time.Duration{time.Second, time.Minute, time.Hour, 40 * 365 * 24 * time.Hour, 1<<63 - 1} {
		f.Add(int64(life), int64(0))
		f.Add(int64(life), int64(10*time.Minute))
	}
	f.Fuzz(func(t *testing.T, ns, took int64) {
		if ns <= 0 || took < 0 || took > int64(24*time.Hour) {
			return
		}
		life, slow := time.Duration(ns), 2*time.Duration(took)
		early := expiry.Early(life, time.Duration(took))
		if early < 0 || early > life-life/expiry.Share || early < min(slow, life-life/expiry.Share) {
			t.Errorf("of a life of %s with logins of %s: %s", life, time.Duration(took), early)
		}
	})
}
