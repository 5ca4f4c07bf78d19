package client_test

import (
	"strings"
	"testing"
	"time"
)

// Short scripts, each of them a fault that the model has found. Not each run of a script meets its fault.
func TestModelFinds(t *testing.T) {
	for name, script := range map[string]modelScript{
		"5 a login that a Logout left behind is refused while the next one waits for the store": {clients: 1, store: "unbound", steps: []modelStep{
			{do: "token", n: 1, kind: "long"},
			{do: "answer", kind: "423", d: 20 * time.Second},
			{do: "wait", d: time.Millisecond},
			{do: "logout", kind: "short"},
			{do: "token", n: 2, kind: "long"},
			{do: "wait", d: time.Minute},
		}},
		"9 a LogIn fails, and the store has a token for those who have joined it": {clients: 2, store: "unbound", steps: []modelStep{
			{do: "token", who: 1, n: 1, kind: "long"},
			{do: "wait", d: time.Hour},
			{do: "answer", kind: "423", d: 100 * time.Second},
			{do: "log in", kind: "long"},
			{do: "token", n: 1, kind: "none"},
			{do: "wait", d: time.Second},
		}},
		"9 a Secret hangs while another Client logs in": {clients: 2, store: "unbound", steps: []modelStep{
			{do: "secret", kind: "hang"},
			{do: "token", n: 1, kind: "none"},
			{do: "wait", d: time.Second},
			{do: "token", who: 1, n: 1, kind: "long"},
			{do: "wait", d: 5 * time.Second},
			{do: "token", n: 1, kind: "none"},
			{do: "wait", d: 16 * time.Minute},
		}},
		"4b another Client's failure is noted in the store while ours grow": {clients: 2, store: "unbound", steps: []modelStep{
			{do: "wait", d: 16 * time.Minute},
			{do: "answer", kind: "exit"},
			{do: "token", who: 1, n: 2, kind: "long"},
			{do: "wait", d: time.Minute},
			{do: "loop", who: 1, n: 100, kind: "short", d: 100 * time.Millisecond},
			{do: "token", who: 0, n: 5, kind: "tiny"},
			{do: "wait", d: time.Hour},
		}},
		"4b another secret is refused between failures": {clients: 1, steps: []modelStep{
			{do: "answer", kind: "503"},
			{do: "token", n: 1, kind: "long"},
			{do: "wait", d: 20 * time.Millisecond},
			{do: "secret", kind: "wrong-secret"},
			{do: "answer", kind: "token"},
			{do: "token", n: 1, kind: "long"},
			{do: "wait", d: 20 * time.Millisecond},
			{do: "secret", kind: "right"},
			{do: "answer", kind: "503"},
			{do: "loop", n: 1000, kind: "long", d: 100 * time.Millisecond},
			{do: "wait", d: 5 * time.Minute},
		}},
		"4b an account is locked": {clients: 1, steps: []modelStep{
			{do: "answer", kind: "423"},
			{do: "loop", n: 100, kind: "long", d: 100 * time.Millisecond},
			{do: "wait", d: time.Minute},
		}},
		"T a token that replaces a rejected one is rejected, too": {clients: 1, steps: []modelStep{
			{do: "token", n: 1, kind: "long"},
			{do: "get", n: 1, kind: "/open"},
			{do: "lag", d: 5 * time.Second},
			{do: "wait", d: time.Second},
			{do: "revoke"},
			{do: "get", n: 1, kind: "/open"},
			{do: "wait", d: time.Minute},
		}},
		"2 a Secret returns when its limit is over, and the next one begins": {clients: 1, steps: []modelStep{
			{do: "secret", kind: "hang"},
			{do: "token", n: 2, kind: "none"},
			{do: "logout", kind: "short"},
			{do: "token", n: 5, kind: "none"},
			{do: "wait", d: 16 * time.Minute},
		}},
		"6 a store brings back the token that has just expired": {clients: 2, store: "unbound", steps: []modelStep{
			{do: "life", kind: "in", d: time.Hour},
			{do: "token", who: 1, n: 1, kind: "long"},
			{do: "wait", d: time.Second},
			{do: "store", kind: "replay"},
			{do: "token", n: 1, kind: "long"},
			{do: "wait", d: time.Hour},
			{do: "wait", d: 5 * time.Second},
			{do: "token", n: 1, kind: "long"},
			{do: "wait", d: time.Second},
		}},
		"6 a store brings back an older token that has expired": {clients: 1, store: "unbound", steps: []modelStep{
			{do: "life", kind: "in", d: 500 * time.Millisecond},
			{do: "store", kind: "replay"},
			{do: "loop", n: 10, kind: "long", d: 3 * time.Second},
			{do: "wait", d: time.Minute},
		}},
		"9 a call that joined a background login passes a pause that others began": {clients: 2, store: "unbound", steps: []modelStep{
			{do: "token", who: 0, n: 1, kind: "long"},
			{do: "token", who: 1, n: 1, kind: "long"},
			{do: "wait", d: time.Second},
			{do: "answer", kind: "503"},
			{do: "post", who: 0, kind: "/closed"},
			{do: "wait", d: 20 * time.Millisecond},
			{do: "store", kind: "ok", d: 100 * time.Millisecond},
			{do: "post", who: 1, kind: "/closed/", d: time.Minute},
			{do: "get", who: 1, n: 5, kind: "/closed/", d: time.Minute},
			{do: "wait", d: time.Minute},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			for range 20 {
				if broken, log := modelRun(t, script); len(broken) > 0 {
					t.Fatalf("%s\n%s", broken[0], strings.Join(modelExcerpt(log), "\n"))
				}
			}
		})
	}
}
