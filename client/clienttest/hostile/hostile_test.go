// Package hostile_test is one table of what a service may answer, or someone on the way: at the logins of all
// services, and to API requests. Each row says what becomes of it: the kind of the error or the token, the number of
// requests, and the time, if it is the point. Whatever it is, no goroutine, connection or timer is left, and a login
// needs no more than 4 MiB.
package hostile_test

import (
	"cmp"
	"os"
	"slices"
	"testing"
)

func TestT6HostileAnswers(t *testing.T) {
	long := os.Getenv("LATCHKEY_LONG") != ""
	n := newNetwork(t)
	rows := rows(t, long)
	for i, s := range adapters {
		logins, requests := 0, 0
		t.Run(s.Name, func(t *testing.T) {
			for j, r := range rows {
				turn := long || j%len(adapters) == i
				if (turn || r.each) && (r.login != nil || r.at[s.Name] != nil) {
					logins++
					t.Run("login/"+r.name, func(t *testing.T) { play(t, n, s, r, true) })
				}
				if turn && r.api != nil {
					requests++
					t.Run("request/"+r.name, func(t *testing.T) { play(t, n, s, r, false) })
				}
			}
		})
		t.Logf("%s: %d logins, %d API requests", s.Name, logins, requests)
	}
	n.used = nil
	n.wantNone(t)
}

// rows returns all rows, in the order of their names.
func rows(t *testing.T, long bool) (all []row) {
	for _, of := range []func() []row{
		statusRows, bodyRows, jsonRows, framingRows, headRows, resetRows, redirectRows, echoRows, slowRows, waitRows, expiryRows, tlsRows, http2Rows,
	} {
		all = append(all, of()...)
	}
	slices.SortFunc(all, func(a, b row) int { return cmp.Compare(a.name, b.name) })
	for i := range all[1:] {
		if all[i].name == all[i+1].name {
			t.Errorf("two rows are named %s", all[i].name)
		}
	}
	return slices.DeleteFunc(all, func(r row) bool { return r.long && !long })
}
