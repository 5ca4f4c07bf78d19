package record

import "time"

// Note tells other clients why there is no new token for now. It has none of the service's words.
type Note struct {
	Kind    string        `json:"kind"`               // Limited, Refused or another
	Status  int           `json:"status,omitempty"`   // HTTP status; 0: there was no answer
	Written time.Time     `json:"written"`            // by the writer's clock
	Pause   time.Duration `json:"pause"`              // from Written on
	By      string        `json:"by"`                 // the client that wrote it
	Met     bool          `json:"met,omitempty"`      // a second client met the same
	Named   bool          `json:"named,omitempty"`    // the service has named the wait
	InARow  int           `json:"in_a_row,omitempty"` // 429s since the last token
}

// MaxInARow bounds what a note says of InARow. The wait grows no more long before.
const MaxInARow = 1000

// These kinds of notes count whether there was an answer or not.
const (
	Limited = "limited"
	Refused = "refused"
)

// MetTTL is how long a failure without an answer is remembered, so that a second client can confirm it.
const MetTTL = 2 * time.Minute

// Limits reports whether the note tells of a rate limit.
func (n *Note) Limits() bool { return n.Kind == Limited }

// Refuses reports whether the note tells of refused credentials.
func (n *Note) Refuses() bool { return n.Kind == Refused }

// Counts reports whether the note counts for other clients. A failure without an answer may be the writer's alone.
func (n *Note) Counts() bool { return n.Status != 0 || n.Limits() || n.Refuses() || n.Met }

// TTL returns how long a store is to keep the note.
func (n *Note) TTL() time.Duration {
	if n.Counts() {
		return n.Pause
	}
	return max(n.Pause, MetTTL)
}

// Left returns the rest of the pause.
func (n *Note) Left(longest time.Duration, now time.Time) time.Duration {
	return max(0, max(0, min(n.Pause, longest))-max(0, now.Sub(n.Written)))
}

// Ahead reports whether the writer's clock was ahead of ours: the pause would last until our clock has caught up.
func (n *Note) Ahead(now time.Time) bool { return now.Sub(n.Written) < -skew }

// ConfirmedBy reports whether the note tells a client that another one met its failure too.
func (n *Note) ConfirmedBy(other bool, now time.Time) bool {
	return n.Met || other && !n.Counts() && now.Sub(n.Written) < MetTTL
}
