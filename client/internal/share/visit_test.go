package share_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/share"
)

var errUnreadable = errors.New("unreadable")

func TestP9RecordIsSharedByThoseWhoHaveTheSecret(t *testing.T) {
	s := newStore()
	var told troubles
	mine := shared(s, &told).Visit("secret")
	mine.Read()
	if mine.Last != nil {
		t.Errorf("an empty store gave %v", mine.Last)
	}
	mine.Write(token("one"), time.Hour, yes)
	if s.ttl != time.Hour {
		t.Errorf("the store is to keep it for %s", s.ttl)
	}
	others := shared(s, &told)
	for secret, want := range map[string]string{"secret": "one", "another": ""} {
		v := others.Visit(secret)
		v.Read()
		if got := valueOf(v); got != want {
			t.Errorf("by the secret %q another client has %q; want %q", secret, got, want)
		}
	}
	mine.Delete()
	mine.Read()
	if valueOf(mine) != "" || len(s.records) != 0 {
		t.Errorf("%q is left after Delete", valueOf(mine))
	}
	told.wantTold(t)
}

// Without a store nothing is done, and no one has to ask whether there is one.
func TestNoStoreIsNoShare(t *testing.T) {
	var none *share.Share
	v := none.Visit("secret")
	v.Read()
	v.Write(token("one"), time.Hour, yes)
	v.Delete()
	unlock, ended := v.Turn(t.Context(), yes)
	unlock()
	if v != nil || ended || none.NeedsNoSecret() {
		t.Errorf("visit %v, ended %t, needs no secret %t", v, ended, none.NeedsNoSecret())
	}
	if !share.New(newStore(), "me", true).NeedsNoSecret() || share.New(newStore(), "me", false).NeedsNoSecret() {
		t.Error("an unbound record needs no secret, and a bound one does")
	}
}

// The keys of the last secret are had again without it, and without another derivation.
func TestRevisitNeedsNoSecret(t *testing.T) {
	s := newStore()
	sh := shared(s, nil)
	if v := sh.Revisit(); v != nil {
		t.Errorf("a visit before there was a secret: %v", v)
	}
	first := sh.Visit("secret")
	first.Write(token("one"), time.Hour, yes)
	again := sh.Revisit()
	again.Read()
	if valueOf(again) != "one" || again.Digest != first.Digest || s.did() != "keys put get" {
		t.Errorf("it has %q, after %s", valueOf(again), s.did())
	}
}

func TestP9WhatIsNotWritten(t *testing.T) {
	const longest = 64 << 10
	empty := newStore()
	shared(empty, nil).Visit("secret").Write(token(""), time.Hour, yes)
	for name, tt := range map[string]struct {
		length int // of the sealed record; 0: any
		ttl    time.Duration
		keeps  bool
		want   bool
		told   []string
	}{
		"a record":                {0, 1, true, true, nil},
		"whose time is over":      {0, 0, true, false, nil},
		"and long over":           {0, -time.Hour, true, false, nil},
		"that is kept no more":    {0, time.Hour, false, false, nil},
		"of the greatest length":  {longest, time.Hour, true, true, nil},
		"that no store must take": {longest + 1, time.Hour, true, false, []string{"sealing a record: it has 65537 bytes, and a store takes 65536"}},
	} {
		s := newStore()
		var told troubles
		v := shared(s, &told).Visit("secret")
		v.Write(token(strings.Repeat("x", max(0, tt.length-len(empty.only())))), tt.ttl, func() bool { return tt.keeps })
		if wrote := len(s.records) == 1; wrote != tt.want {
			t.Errorf("%s: written: %t; want %t", name, wrote, tt.want)
		}
		told.wantTold(t, tt.told...)
	}
}

// A store that fails is told of once, and asked no more in this visit.
func TestP9TroubleEndsAVisit(t *testing.T) {
	for doing, tt := range map[string]struct{ fails, did string }{
		"finding the record": {"keys", "keys"}, "reading a record": {"get", "keys get"},
		"writing a record": {"put", "keys get put"}, "deleting a record": {"delete", "keys get put delete"},
	} {
		s := newStore()
		s.fails[tt.fails] = errors.New("disk full")
		var told troubles
		v := shared(s, &told).Visit("secret")
		v.Read()
		v.Write(token("one"), time.Hour, yes)
		v.Delete()
		v.Read()
		unlock, ended := v.Turn(t.Context(), yes)
		unlock()
		if !strings.HasPrefix(s.did(), tt.did) || tt.fails != "delete" && s.did() != tt.did || ended {
			t.Errorf("%s fails: the store did %s; want %s", tt.fails, s.did(), tt.did)
		}
		told.wantTold(t, doing+": disk full")
		if v.Fault == nil || v.Fault.Error() != "disk full" {
			t.Errorf("the visit knows of %v", v.Fault)
		}
		shared(s, nil).Visit("another").Read() // nobody is told
	}
}

// A record that nobody can read is told of, and counts as none. The visit goes on.
func TestP9RecordThatNobodyCanRead(t *testing.T) {
	wrapped := fmt.Errorf("%w: %w", errNotFound, errUnreadable)
	for name, tt := range map[string]struct {
		fails error
		holds []byte
		told  []string
	}{
		"there is none":               {fails: errNotFound},
		"the store says so":           {fails: errUnreadable, told: []string{"reading a record: unreadable"}},
		"the store says both":         {fails: wrapped, told: []string{"reading a record: not found: unreadable"}},
		"it is another program's":     {holds: []byte("{}"), told: []string{"reading a record: it is not of this version"}},
		"it is nothing at all, ended": {holds: []byte{}, told: []string{"reading a record: it is not of this version"}},
	} {
		s := newStore()
		var told troubles
		v := shared(s, &told).Visit("secret")
		v.Write(token("one"), time.Hour, yes)
		v.Read()
		if tt.holds != nil {
			s.replace(tt.holds)
		}
		s.fails["get"] = tt.fails
		for range 2 { // it is told once
			v.Read()
		}
		if v.Last != nil {
			t.Errorf("%s: it was read: %v", name, v.Last)
		}
		told.wantTold(t, tt.told...)
		delete(s.fails, "get")
		v.Write(token("two"), time.Hour, yes)
		if v.Read(); valueOf(v) != "two" {
			t.Errorf("%s: %q was written next; want two", name, valueOf(v))
		}
	}
}

// All that a visit does takes 2 s at most, whatever the store does with its context.
func TestP9VisitTakesTwoSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore()
		s.takes["keys"], s.takes["get"], s.takes["put"] = 500*time.Millisecond, time.Second, time.Minute
		var told troubles
		began := time.Now()
		v := shared(s, &told).Visit("secret")
		v.Read()
		if took := time.Since(began); took != 1500*time.Millisecond {
			t.Errorf("to find and to read took %s", took)
		}
		v.Write(token("one"), time.Hour, yes)
		v.Read()
		if took := time.Since(began); took != share.Limit || s.did() != "keys get put" {
			t.Errorf("all of it took %s, and the store did %s; want 2 s, and no more after the write", took, s.did())
		}
		told.wantTold(t, "writing a record: context deadline exceeded")
		time.Sleep(time.Minute) // until the store is done
	})
}
