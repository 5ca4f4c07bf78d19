package digest

import (
	"fmt"
	"testing"
)

// With a known key, anybody who sees a digest could try secrets.
func TestP10KeyIsRandom(t *testing.T) {
	for _, b := range key() {
		if b != 0 {
			return
		}
	}
	t.Error("the key is zero")
}

func TestP10DigestsDifferBySecret(t *testing.T) {
	one, again := Of("one"), Of("one")
	if one != again || one == Of("other") {
		t.Error("a digest does not tell its secret")
	}
}

func TestP8RecentKeepsTheLast(t *testing.T) {
	var r Recent
	for i := range 20 {
		r.Add(Of(fmt.Sprint(i)))
		r.Add(Of("often"))
	}
	if len(r) != maxRecent {
		t.Errorf("%d digests; want %d", len(r), maxRecent)
	}
	for secret, want := range map[string]bool{"19": true, "13": true, "12": false, "often": true, "never": false} {
		if r.Has(secret) != want {
			t.Errorf("has %s: %t; want %t", secret, !want, want)
		}
	}
	if r.Remove(Of("13")); r.Has("13") { // the oldest
		t.Error("the oldest digest is not removed")
	}
	r.Add(Of("13"))
	r.Remove(Of("often"))
	r.Remove(Of("never"))
	if r.Has("often") || len(r) != maxRecent-1 {
		t.Error("a digest is not removed, or another is")
	}
}
