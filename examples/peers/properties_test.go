package peers

import "testing"

// property is one line of the table: a question, and what package client answers. The others' answers are reported as
// they are.
type property struct {
	name string
	ours string
	ask  func(t *testing.T, p peer) cell
}

// cell is an answer, with what was measured.
type cell struct{ answer, detail string }

func (c cell) String() string {
	if c.detail == "" {
		return c.answer
	}
	return c.answer + " (" + c.detail + ")"
}

var none = cell{answer: "—"} // the library has no such thing

func yesNo(yes bool, detail string) cell {
	if yes {
		return cell{"yes", detail}
	}
	return cell{"no", detail}
}

var properties = []property{
	{"1,000 cold callers: logins", "1", coldLogins},
	{"a waiter's ctx ends: it returns", "yes", waiterReturns},
	{"the first caller gives up: its login goes on", "yes", loginGoesOn},
	{"renewal: nobody waits", "yes", nobodyWaits},
	{"401: renewed, sent again", "yes", revokedToken},
	{"401 with a claims challenge: the same", "yes", claimsChallenge},
	{"429: waits as Retry-After says", "yes", retryAfter},
	{"503: sent again", "no", unavailable}, // the service may have acted on the request
	{"processes share a token", "yes", func(_ *testing.T, p peer) cell { return shared(p) }},
	{"fmt prints the secret", "no", printed},
}
