package client

import (
	"errors"
	"net/http"
	"time"
)

// note tells other clients why there is no new token for now. It has none of the service's words.
type note struct {
	Kind    string        `json:"kind"`               // a name in kinds
	Status  int           `json:"status,omitempty"`   // HTTP status; 0: there was no answer
	Written time.Time     `json:"written"`            // by the writer's clock
	Pause   time.Duration `json:"pause"`              // from Written on
	By      string        `json:"by"`                 // the client that wrote it
	Met     bool          `json:"met,omitempty"`      // a second client met the same
	Named   bool          `json:"named,omitempty"`    // the service has named the wait
	InARow  int           `json:"in_a_row,omitempty"` // 429s since the last token
}

// kinds are the errors behind the kinds of notes.
var kinds = map[string]error{
	"limited":     nil, // a *RateLimitError
	"refused":     ErrInvalidCredentials,
	"input":       ErrInvalidInput, // by the service's word
	"unavailable": ErrUnavailable,
	"unexpected":  ErrUnexpectedResponse,
	"failed":      nil, // of no kind
}

// metTTL is how long a failure without an answer is remembered, so that a second client can confirm it.
const metTTL = 2 * time.Minute

// maxInARow bounds what a note says of InARow. The wait grows no more long before.
const maxInARow = 1000

// noteOf returns the note of a failed login.
func noteOf(err error, pause time.Duration, by string, met bool, now time.Time) *note {
	n := &note{Kind: "failed", Written: now.Round(0), Pause: pause, By: by, Met: met}
	if e, ok := errors.AsType[*LoginError](err); ok {
		n.Status = e.Status
	}
	for kind, is := range kinds {
		if is != nil && errors.Is(err, is) {
			n.Kind = kind
		}
	}
	if limit, limited := rateLimit(err); limited {
		n.Kind, n.Status, n.Named = "limited", http.StatusTooManyRequests, limit.Named
	}
	return n
}

// err returns the error for those who read the note.
func (n *note) err(account Account) *LoginError {
	return &LoginError{
		Service: account.Service, Method: account.Method, Status: n.Status, Kind: kinds[n.Kind],
		Message: "another client's login has failed a moment ago",
	}
}

func (n *note) limits() bool { return n.Kind == "limited" }

func (n *note) refuses() bool { return n.Kind == "refused" }

// counts reports whether the note counts for other clients. A failure without an answer may be the writer's alone.
func (n *note) counts() bool { return n.Status != 0 || n.limits() || n.refuses() || n.Met }

// ttl returns how long a TokenStore is to keep the note.
func (n *note) ttl() time.Duration {
	if n.counts() {
		return n.Pause
	}
	return max(n.Pause, metTTL)
}

// left returns the rest of the pause.
func (n *note) left(longest time.Duration, now time.Time) time.Duration {
	return max(0, max(0, min(n.Pause, longest))-max(0, now.Sub(n.Written)))
}

// ahead reports whether the writer's clock was ahead of ours: the pause would last until our clock has caught up.
func (n *note) ahead(now time.Time) bool { return now.Sub(n.Written) < -skew }
