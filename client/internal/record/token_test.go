package record_test

import (
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/record"
)

var written = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// Two clocks may be 5 s apart, and a store may forget that much later than it should. Beyond that nobody knows how old
// the token is.
func TestAgeOfAToken(t *testing.T) {
	const keep = time.Hour
	for _, tt := range []struct {
		since   time.Duration
		age     time.Duration
		trusted bool
	}{
		{since: 0, age: 0, trusted: true},
		{since: time.Second, age: time.Second, trusted: true},
		{since: keep, age: keep, trusted: true},
		{since: keep + 5*time.Second - 1, age: keep + 5*time.Second - 1, trusted: true},
		{since: keep + 5*time.Second},
		{since: 48 * time.Hour},
		{since: -time.Second, age: 0, trusted: true},
		{since: -5*time.Second + 1, age: 0, trusted: true},
		{since: -5 * time.Second},
		{since: -48 * time.Hour},
	} {
		token := &record.Token{Written: written, Keep: keep}
		age, trusted := token.Age(written.Add(tt.since))
		if age != tt.age || trusted != tt.trusted {
			t.Errorf("%v after: %v, %v; want %v, %v", tt.since, age, trusted, tt.age, tt.trusted)
		}
	}
}

// A writer whose clock is ahead does not make the store keep a token longer than its time.
func TestTimeThatAStoreIsStillToKeepAToken(t *testing.T) {
	for _, tt := range []struct{ keep, since, want time.Duration }{
		{time.Hour, 0, time.Hour},
		{time.Hour, 20 * time.Minute, 40 * time.Minute},
		{time.Hour, time.Hour, 0},
		{time.Hour, 2 * time.Hour, 0},
		{time.Hour, -2 * time.Hour, time.Hour},
		{-time.Hour, -2 * time.Hour, 0},
	} {
		token := &record.Token{Written: written, Keep: tt.keep}
		if got := token.Left(written.Add(tt.since)); got != tt.want {
			t.Errorf("keep %v, %v after: %v; want %v", tt.keep, tt.since, got, tt.want)
		}
	}
	if got := (*record.Token)(nil).Left(written); got != 0 {
		t.Errorf("no token: %v; want 0", got)
	}
}
