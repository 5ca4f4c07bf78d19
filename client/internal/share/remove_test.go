package share_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/share"
)

// Remove takes away the record of the secret and that of the last login's, so that no token is left after a Logout.
func TestP7RemoveLeavesNoRecord(t *testing.T) {
	for name, tt := range map[string]struct {
		last, now string // secrets
		deletes   int
		left      int
	}{
		"the secret is the same":   {"old", "old", 1, 0},
		"the secret has changed":   {"old", "new", 2, 0},
		"there was no login yet":   {"", "old", 1, 0},
		"another's record is left": {"", "new", 1, 1},
	} {
		s := newStore()
		shared(s, nil).Visit("old").Write(token("one"), time.Hour, yes) // by another process, perhaps
		sh := shared(s, nil)
		if tt.last != "" {
			sh.Visit(tt.last)
		}
		if err := sh.Remove(t.Context(), tt.now); err != nil {
			t.Error(err)
		}
		if deletes := strings.Count(s.did(), "delete"); deletes != tt.deletes || len(s.records) != tt.left {
			t.Errorf("%s: %d deleted, %d left; want %d and %d", name, deletes, len(s.records), tt.deletes, tt.left)
		}
	}
}

// A record that may be left is an error, whatever else went well.
func TestP7RemoveSaysIfARecordMayBeLeft(t *testing.T) {
	full, down := errors.New("disk full"), errors.New("down")
	for _, last := range []string{"", "old"} {
		s := newStore()
		sh := shared(s, nil)
		if last != "" {
			sh.Visit(last)
		}
		s.fails["delete"] = full
		if err := sh.Remove(t.Context(), "new"); !errors.Is(err, full) || !strings.HasPrefix(err.Error(), "the token store did not delete the record: ") {
			t.Errorf("%v; want the store's", err)
		}
		s.fails["keys"] = down
		if err := sh.Remove(t.Context(), "newer"); !errors.Is(err, down) {
			t.Errorf("%v; want the derivation's", err)
		}
	}
}

func TestP9RemoveTakesTwoSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore()
		s.takes["delete"] = time.Minute
		began := time.Now()
		err := shared(s, nil).Remove(t.Context(), "secret")
		if took := time.Since(began); !errors.Is(err, context.DeadlineExceeded) || took != share.Limit {
			t.Errorf("%v after %s; want an error after 2 s", err, took)
		}
		time.Sleep(time.Minute) // until the store is done
	})
}

// A record is changed by one at a time: what a Logout has deleted does not come back by a write that is under way.
func TestP7ChangesOfARecordTakeTurns(t *testing.T) {
	for took, want := range map[time.Duration]struct {
		did  string
		told []string
	}{
		time.Second: {"keys put delete", nil},
		time.Minute: {"keys put", []string{"writing a record: context deadline exceeded", "deleting a record: context deadline exceeded"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newStore()
			s.takes["put"] = took
			var told troubles
			sh := shared(s, &told)
			v := sh.Visit("secret")
			written := make(chan struct{})
			go func() {
				v.Write(token("one"), time.Hour, yes)
				close(written)
			}()
			time.Sleep(100 * time.Millisecond) // it is under way
			sh.Revisit().Delete()
			<-written
			if s.did() != want.did || s.only() != nil {
				t.Errorf("the store did %s, and has a record: %t; want %s", s.did(), s.only() != nil, want.did)
			}
			told.wantTold(t, want.told...)
			time.Sleep(time.Minute) // until the store is done
		})
	}
}
