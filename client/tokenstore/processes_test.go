package tokenstore_test

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/tokenstore/internal/redistest"
)

// In all tests of this file processes share an account, on the real clock. The service counts.
var (
	processes = times(4, 16)
	lifetime  = 2 * time.Second
)

// mostLogins is how many logins there can be in a time if a token of this life is renewed in the last tenth of it, and up
// to 10 % of that tenth earlier.
func mostLogins(elapsed, lifetime time.Duration) int {
	earliest := lifetime - lifetime/10*11/10
	return int((elapsed+earliest-1)/earliest) + 1
}

func TestProcessesLogInOncePerLifetime(t *testing.T) {
	withEach(t, func(t *testing.T, store shared) {
		server := serve(t, sandbox.Config{TokenLifetime: lifetime, Latency: 20 * time.Millisecond})
		all := hire(t, processes, store.at(server))
		all.begin(t)
		atLeast(t, server, 1)
		began := time.Now()
		atLeast(t, server, 1+times(5, 30))
		n := server.Counts()
		elapsed := time.Since(began)
		if most := mostLogins(elapsed, lifetime); n.LoginRequests > most {
			t.Errorf("%d logins in %s; want at most %d", n.LoginRequests, elapsed, most)
		}
		wantAll(t, all.stop(t), "calls, none of them failed", func(r report) bool { return r == report{OK: r.OK} && r.OK > 0 })
		t.Logf("%d processes, %s: %d logins, %d requests, %d × 401",
			processes, elapsed.Round(time.Millisecond), n.LoginRequests, n.Protected, n.Unauthorized)
	})
}

func TestProcessesShareARefusal(t *testing.T) {
	withEach(t, func(t *testing.T, store shared) {
		server := serve(t, sandbox.Config{Latency: 20 * time.Millisecond})
		do := store.at(server)
		do.Password = "not the password"
		shareAPause(t, server, do, "refusals alone", func(r report) bool {
			return r.Refused > 0 && r == report{Refused: r.Refused, LastError: r.LastError}
		})
	})
}

func TestProcessesShareARateLimit(t *testing.T) {
	withEach(t, func(t *testing.T, store shared) {
		server := serve(t, sandbox.Config{Latency: 20 * time.Millisecond})
		// The service refuses once only: a second login within the pause would succeed.
		server.SetOutage(sandbox.Outage{Kind: sandbox.TooManyRequests, Scope: sandbox.Logins, Times: 1, Wait: 30 * time.Second})
		shareAPause(t, server, store.at(server), "rate limits, and in the end calls that succeed", func(r report) bool {
			if times(0, 1) == 0 {
				return r.Limited > 0 && r == report{Limited: r.Limited, LastError: r.LastError}
			}
			// One call may wait for the end of the pause and have no time left for the rest.
			return r.Limited > 0 && r.OK > 0 && r.Late <= 1 && r.Failed+r.Refused == 0
		})
	})
}

// shareAPause starts processes whose first login begins a pause of 30 s. The long version sees it end.
func shareAPause(t *testing.T, server *sandbox.Server, do task, what string, ok func(report) bool) {
	t.Helper()
	do.Calls = times(10, 0)
	all := hire(t, processes, do)
	all.begin(t)
	if do.Calls > 0 {
		wantAll(t, all.reports(t), what, ok)
		wantLoginRequests(t, server, 1)
		return
	}
	atLeast(t, server, 1)
	began := time.Now()
	atLeast(t, server, 2)
	if took := time.Since(began); took < 29*time.Second {
		t.Errorf("the second login came after %s", took)
	}
	<-time.After(5 * time.Second)
	wantAll(t, all.stop(t), what, ok)
	wantLoginRequests(t, server, 2)
}

// The process that logs in is killed while the others wait for it.
func TestProcessesTakeOverFromAKilledOne(t *testing.T) {
	withEach(t, func(t *testing.T, store shared) {
		store.Lease = 2 * time.Second
		within := 5 * time.Second // time for all else, on a busy machine
		if store.redis != nil {
			within += store.Lease
		}
		kills := times(2, 5) // at a time
		var longest time.Duration
		rounds := times(1, 10)
		for range rounds {
			took := killHolders(t, store, kills)
			if took > within {
				t.Errorf("it took the others %s; want at most %s", took, within)
			}
			longest = max(longest, took)
		}
		t.Logf("%d kills, taken over within %s", rounds*kills, longest.Round(time.Millisecond))
	})
}

// killHolders kills the holders of several accounts at a time, and returns how long the others waited for a token.
func killHolders(t *testing.T, store shared, accounts int) time.Duration {
	t.Helper()
	servers := make([]*sandbox.Server, accounts) // one for each account
	holders, others := make([]crew, accounts), make([]crew, accounts)
	for i := range accounts {
		servers[i] = serve(t, sandbox.Config{})
		servers[i].SetOutage(sandbox.Outage{Kind: sandbox.Hang, Scope: sandbox.Logins, Times: 1})
		do := store.at(servers[i])
		do.Calls = 1
		holders[i], others[i] = hire(t, 1, do), hire(t, 3, do)
	}
	for i, server := range servers {
		holders[i].begin(t)
		atLeast(t, server, 1)
		others[i].begin(t)
	}
	<-time.After(100 * time.Millisecond)
	killed := time.Now()
	for _, holder := range holders {
		if err := holder[0].cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
	}
	for i, server := range servers {
		wantAll(t, others[i].reports(t), "a call that succeeds", func(r report) bool { return r == report{OK: 1} })
		wantLoginRequests(t, server, 2)
	}
	return time.Since(killed)
}

// A wrong password finds nothing in a store that the right one has filled.
func TestWrongPasswordsFindNothing(t *testing.T) {
	withEach(t, func(t *testing.T, store shared) {
		server := serve(t, sandbox.Config{})
		do := store.at(server)
		right := newWorker(t, do)
		token, err := right.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		before := store.raw(t)
		if len(before) == 0 {
			t.Fatal("the store keeps nothing")
		}

		guesses := times(5, 1000)
		for i := range guesses {
			guess := do
			guess.Password = fmt.Sprintf("%s%d", do.Password[:len(do.Password)-1], i)
			if got, err := newWorker(t, guess).Token(t.Context()); !errors.Is(err, client.ErrInvalidCredentials) {
				t.Fatalf("a wrong password got %v, %v", got, err)
			}
		}
		after := store.raw(t)
		for name, content := range before {
			if after[name] != content {
				t.Errorf("%s was touched", name)
			}
		}
		if len(after) <= len(before) { // refusals are kept for 30 s, so in the long version not all of them
			t.Errorf("the store keeps %d records; want more than the %d before, since it keeps refusals", len(after), len(before))
		}
		again, err := newWorker(t, do).Token(t.Context())
		if err != nil || !again.Equal(token) {
			t.Errorf("the right password finds %v, %v; want the stored token", again, err)
		}
		if n := server.Counts(); n.Logins != 1 || n.Refused != guesses {
			t.Errorf("%d logins and %d refusals; want 1 and %d", n.Logins, n.Refused, guesses)
		}
		// The common part of all guesses must not be there either.
		for _, secret := range []string{token.Value(), do.Password, do.Password[:len(do.Password)-1], do.Username, do.BaseURL, "formlogin"} {
			wantNowhere(t, after, secret)
		}
	})
}

func newWorker(t *testing.T, do task) *client.Client {
	t.Helper()
	c, err := do.client()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// wantNowhere looks for a text in names and contents, as it is and in the usual encodings.
func wantNowhere(t *testing.T, kept map[string]string, text string) {
	t.Helper()
	for _, form := range []string{
		text, hex.EncodeToString([]byte(text)),
		base64.RawStdEncoding.EncodeToString([]byte(text)), base64.RawURLEncoding.EncodeToString([]byte(text)),
	} {
		for name, content := range kept {
			if strings.Contains(name, form) || strings.Contains(content, form) {
				t.Errorf("the store keeps %q in the clear, in %s", form, name)
			}
		}
	}
}

// Redis stops under load, and starts again empty. Tokens are renewed meanwhile.
func TestRedisStopsUnderLoad(t *testing.T) {
	t.Parallel()
	const workers = 4
	const lifetime = 3 * time.Second // more than the 2 s that a token waits for its record's writing
	redis := redistest.Start(t)
	server := serve(t, sandbox.Config{TokenLifetime: lifetime, Latency: 20 * time.Millisecond})
	// Who waits for a login when Redis stops waits for Redis, too, for up to 30 s.
	do := task{Redis: redis.Addr, Lease: 45 * time.Second, Patience: 45 * time.Second}
	all := hire(t, workers, shared{task: do}.at(server))
	all.begin(t)
	atLeast(t, server, 1)
	for range times(1, 10) {
		redis.Kill()
		// Each worker logs in for itself.
		atLeast(t, server, server.Counts().LoginRequests+workers)
		redis.Restart(t)
		redistest.Eventually(t, "the store is used again", func() bool { return len(values(t, redis)) > 0 })
		<-time.After(lifetime + time.Second) // for those whose login had begun without it
		before, began := server.Counts().LoginRequests, time.Now()
		<-time.After(2 * lifetime)
		n, elapsed := server.Counts().LoginRequests-before, time.Since(began)
		if most := mostLogins(elapsed, lifetime); n > most {
			t.Errorf("with Redis up again there were %d logins in %s; want at most %d", n, elapsed, most)
		}
	}
	wantAll(t, all.stop(t), "calls, none of them failed", func(r report) bool { return r == report{OK: r.OK} && r.OK > 0 })
}
