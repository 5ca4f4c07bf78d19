package pause

import (
	"testing"
	"time"
)

func TestMemoryKeepsTheLast(t *testing.T) {
	var r recent[int, string]
	for i := range maxRecent {
		r.keep(i, "first")
	}
	r.forget(0)
	r.keep(0, "again")
	r.keep(maxRecent, "one more")
	for key, want := range map[int]string{0: "again", 1: "", 2: "first", maxRecent: "one more"} {
		if got, ok := r.of(key); got != want || ok != (want != "") {
			t.Errorf("%d: %q, %t; want %q", key, got, ok, want)
		}
	}
	r.forget(2)
	r.forget(-1)
	if _, ok := r.of(2); ok || len(r.known) != maxRecent-1 || r.order.Len() != maxRecent-1 {
		t.Error("it is not forgotten, or another is")
	}
}

// A refusal is of one secret, and a rate limit of the account. Each is forgotten when a login has ended it.
func TestMemoryOfPauses(t *testing.T) {
	var m Memory[string, string]
	now := time.Now()
	refused, limited := New(), New()
	refused.Refused.Hold([32]byte{1}, nil, 0, now)
	limited.Gate.Close(time.Minute, true, nil, now)
	want := func(when, secret, account string, refused, limited bool) {
		t.Helper()
		p := New()
		if known := m.Recall(secret, account, &p); known != (refused || limited) {
			t.Errorf("%s: %s of %s: remembered: %t", when, secret, account, known)
		}
		if p.Refused.On(now) != refused || (p.Gate.Closed(now) > 0) != limited {
			t.Errorf("%s: %s of %s: refused %t, limited %t", when, secret, account, p.Refused.On(now), p.Gate.Closed(now) > 0)
		}
	}
	m.Keep("wrong", "me", false, refused)
	want("after a refusal", "wrong", "me", true, false)
	want("after a refusal", "right", "me", false, false)
	m.Keep("right", "me", false, limited)
	want("after a rate limit", "wrong", "me", true, true)
	want("after a rate limit", "wrong", "you", true, false)
	m.Keep("right", "me", false, New())
	want("after a failure that says nothing", "right", "me", false, true)
	over := New()
	over.Gate.Close(time.Second, true, nil, now.Add(-time.Hour))
	m.Keep("another", "me", true, over)
	want("after an earlier rate limit of another secret", "right", "me", false, true)
	m.Keep("right", "me", true, New())
	want("after a login", "right", "me", false, false)
	want("after a login", "wrong", "me", true, false)
	m.Forget("wrong")
	want("forgotten", "wrong", "me", false, false)
}
