package hostile_test

import (
	"testing"
)

func TestT6HostileAnswers(t *testing.T) {
	n := newNetwork(t)
	rows := allRows()
	names := map[string]bool{}
	for _, r := range rows {
		if names[r.name] {
			t.Errorf("two rows are named %s", r.name)
		}
		names[r.name] = true
	}
	logins, requests := 0, 0
	for _, s := range services {
		logins, requests = 0, 0
		t.Run(s.name, func(t *testing.T) {
			for _, r := range rows {
				if r.login != nil || r.at[s.name] != nil {
					logins++
					t.Run("login/"+r.name, func(t *testing.T) { play(t, n, s, r, true) })
				}
				if r.api != nil {
					requests++
					t.Run("request/"+r.name, func(t *testing.T) { play(t, n, s, r, false) })
				}
			}
		})
		t.Logf("%s: %d logins, %d API requests", s.name, logins, requests)
	}
}
