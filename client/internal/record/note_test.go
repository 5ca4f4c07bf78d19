package record_test

import (
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/record"
)

// A failure without an answer may be the writer's alone, until a second client has met it too. A rate limit and a
// refusal are everybody's.
func TestNoteThatCountsForOthers(t *testing.T) {
	for _, tt := range []struct {
		name string
		note record.Note
		want bool
	}{
		{"no answer", record.Note{Kind: "network"}, false},
		{"no answer, met by two", record.Note{Kind: "network", Met: true}, true},
		{"an answer", record.Note{Kind: "unavailable", Status: 503}, true},
		{"a rate limit", record.Note{Kind: record.Limited}, true},
		{"a refusal", record.Note{Kind: record.Refused}, true},
	} {
		if got := tt.note.Counts(); got != tt.want {
			t.Errorf("%s: %v; want %v", tt.name, got, tt.want)
		}
		limits, refuses := tt.note.Limits(), tt.note.Refuses()
		if limits != (tt.name == "a rate limit") || refuses != (tt.name == "a refusal") {
			t.Errorf("%s: limits %v, refuses %v", tt.name, limits, refuses)
		}
	}
}

// A store keeps a failure without an answer for 2 min at least, so that a second client can confirm it.
func TestTimeThatAStoreKeepsANote(t *testing.T) {
	for _, tt := range []struct {
		note record.Note
		want time.Duration
	}{
		{record.Note{Status: 503, Pause: time.Second}, time.Second},
		{record.Note{Pause: time.Second}, 2 * time.Minute},
		{record.Note{Pause: time.Hour}, time.Hour},
	} {
		if got := tt.note.TTL(); got != tt.want {
			t.Errorf("%+v: %v; want %v", tt.note, got, tt.want)
		}
	}
}

// A note ends within its own length and within the longest pause, whatever the writer's clock said.
func TestRestOfAPause(t *testing.T) {
	for _, tt := range []struct{ pause, longest, since, want time.Duration }{
		{time.Minute, time.Hour, 0, time.Minute},
		{time.Minute, time.Hour, 20 * time.Second, 40 * time.Second},
		{time.Minute, time.Hour, 2 * time.Minute, 0},
		{time.Minute, time.Hour, -48 * time.Hour, time.Minute},
		{48 * time.Hour, time.Hour, 0, time.Hour},
		{48 * time.Hour, time.Hour, 20 * time.Minute, 40 * time.Minute},
		{-time.Minute, time.Hour, -time.Minute, 0},
	} {
		note := record.Note{Pause: tt.pause, Written: written}
		if got := note.Left(tt.longest, written.Add(tt.since)); got != tt.want {
			t.Errorf("pause %v of at most %v, %v after: %v; want %v", tt.pause, tt.longest, tt.since, got, tt.want)
		}
	}
}

// Right clocks are at most 5 s apart.
func TestNoteOfAClockThatIsAhead(t *testing.T) {
	note := record.Note{Written: written}
	for since, want := range map[time.Duration]bool{
		0: false, time.Hour: false, -time.Second: false, -5 * time.Second: false, -5*time.Second - 1: true, -time.Hour: true,
	} {
		if got := note.Ahead(written.Add(since)); got != want {
			t.Errorf("%v after: %v; want %v", since, got, want)
		}
	}
}

func TestFailureThatASecondClientConfirms(t *testing.T) {
	for _, tt := range []struct {
		name  string
		note  record.Note
		other bool
		since time.Duration
		want  bool
	}{
		{"by another", record.Note{}, true, time.Second, true},
		{"by its writer", record.Note{}, false, time.Second, false},
		{"too late", record.Note{}, true, 2 * time.Minute, false},
		{"in time", record.Note{}, true, 2*time.Minute - 1, true},
		{"one with an answer", record.Note{Status: 503}, true, time.Second, false},
		{"confirmed before", record.Note{Met: true}, false, time.Hour, true},
	} {
		tt.note.Written = written
		if got := tt.note.ConfirmedBy(tt.other, written.Add(tt.since)); got != tt.want {
			t.Errorf("%s: %v; want %v", tt.name, got, tt.want)
		}
	}
}
