package client_test

import (
	"errors"
	"maps"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

func TestP9StoreMayTakeTwoSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := &clienttest.MemoryStore{}
		mustToken(t, fleet(t, srv, 1, store, "your-password")[0])
		store.SetTrouble(2*time.Second-time.Millisecond, nil)
		mustToken(t, fleet(t, srv, 1, store, "your-password")[0])
		wantLogins(t, srv, 1)
	})
}

func TestP9StoreTroubleFailsNoCall(t *testing.T) {
	for name, trouble := range map[string]struct {
		latency time.Duration
		err     error
	}{
		"down": {err: errors.New("connection refused")},
		"slow": {latency: 5 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := bezalaService.start(t, sandbox.Config{Latency: 200 * time.Millisecond})
				store := &clienttest.MemoryStore{}
				store.SetTrouble(trouble.latency, trouble.err)
				var reports []error
				c := fleet(t, srv, 1, store, "your-password", reportTo(&reports), client.WithUnboundRecords())[0]
				began := time.Now()
				token := mustToken(t, c)
				if took := time.Since(began); took > 2*time.Second+200*time.Millisecond {
					t.Errorf("it took %s; want no more than the store's 2 s and the login", took)
				}
				if len(reports) != 1 || !strings.HasPrefix(reports[0].Error(), "bezala: token store: ") {
					t.Errorf("reports: %v; want one", reports)
				}
				// The store is used again by itself.
				store.SetTrouble(0, nil)
				c.Invalidate(token)
				mustToken(t, c)
				if store.Puts() != 1 {
					t.Errorf("%d records were put after the trouble; want 1", store.Puts())
				}
				synctest.Wait()
			})
		})
	}
}

// The store becomes slow while its lock is held: writing the record and releasing the lock share the limit.
func TestP9StoreThatIsSlowAfterTheLoginFailsNoCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := &clienttest.MemoryStore{}
		c := fleet(t, srv, 1, store, "your-password", slowFromTheLoginOn(srv, store))[0]
		began := time.Now()
		mustToken(t, c)
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("it took %s; want no more than the store's 2 s", took)
		}
		// The lock is released all the same, and another Client need not wait for it.
		store.SetTrouble(0, nil)
		time.Sleep(5 * time.Second)
		if _, took, err := within(t, fleet(t, srv, 1, store, "your-password")[0], time.Minute); err != nil || took != 0 {
			t.Errorf("%v after %s; want a token at once", err, took)
		}
		wantLogins(t, srv, 2) // nothing was written
	})
}

// slowFromTheLoginOn makes a store slow when the service is asked.
func slowFromTheLoginOn(srv *sandbox.Server, store *clienttest.MemoryStore) client.Option {
	return client.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
		store.SetTrouble(5*time.Second, nil)
		return srv.Transport().RoundTrip(req)
	}))
}

// A token of a short life is handed out while it is good, whether the store has it by then or not.
func TestP6TokenDoesNotEndWhileTheStoreIsWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := &clienttest.MemoryStore{}
		c := fleet(t, srv, 1, store, "your-password", slowFromTheLoginOn(srv, store), client.WithUnboundRecords(), client.WithMaxAge(time.Second))[0]
		if _, took, err := within(t, c, time.Minute); err != nil || took >= time.Second {
			t.Errorf("%v after %s; want a token that is good for a second", err, took)
		}
		time.Sleep(10 * time.Second)
	})
}

// Somebody keeps the lock, and does not log in: the others wait for 75 to 100 s, and then log in without it.
func TestP9WaitForTheLockHasALimitOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := &clienttest.MemoryStore{}
		var reports []error
		c := fleet(t, srv, 1, store, "your-password", reportTo(&reports), client.WithUnboundRecords())[0]
		c.Invalidate(mustToken(t, c)) // so that its place is known
		unlock, err := store.Lock(t.Context(), slices.Collect(maps.Keys(store.Records()))[0])
		if err != nil {
			t.Fatal(err)
		}
		defer unlock()
		began := time.Now()
		mustToken(t, c)
		if took := time.Since(began); took < 75*time.Second || took >= 100*time.Second {
			t.Errorf("it took %s; want 75 to 100 s", took)
		}
		synctest.Wait() // for the report
		if len(reports) != 1 || !strings.HasPrefix(reports[0].Error(), "bezala: token store: waiting for its lock: ") {
			t.Errorf("reports: %v; want one", reports)
		}
		wantLogins(t, srv, 2)
	})
}

// A store of a user's own may have defects, which fail no call and end no process.
func TestP9StoreWithDefectsFailsNoCall(t *testing.T) {
	for defect, wild := range map[string]func(){
		"panics":             func() { panic("with " + ownSecret) },
		"ends its goroutine": runtime.Goexit,
	} {
		for place, store := range map[string]wildStore{
			"reading a record":     {get: func() error { wild(); return nil }},
			"writing a record":     {put: func() error { wild(); return nil }},
			"waiting for its lock": {lock: func() func() { wild(); return func() {} }},
			"releasing its lock":   {lock: func() func() { return wild }},
			"":                     {lock: func() func() { return nil }},
		} {
			t.Run(place+" "+defect, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					srv := bezalaService.start(t, sandbox.Config{})
					store.MemoryStore = &clienttest.MemoryStore{}
					var reports []error
					c := fleet(t, srv, 1, store, "your-password", reportTo(&reports), client.WithUnboundRecords())[0]
					began := time.Now()
					c.Invalidate(mustToken(t, c))
					mustToken(t, c)
					wantLogins(t, srv, 2)
					if took := time.Since(began); took > 0 {
						t.Errorf("it took %s", took)
					}
					if place == "" {
						if len(reports) > 0 {
							t.Errorf("reports: %v", reports)
						}
						return
					}
					if len(reports) != 2 {
						t.Fatalf("reports: %v; want one for each login", reports)
					}
					text := reports[0].Error()
					if !strings.HasPrefix(text, "bezala: token store: "+place+": it ") || strings.Contains(text, ownSecret) {
						t.Errorf("reported as %q", text)
					}
				})
			})
		}
	}
}

// A lock is granted after the login has gone on without it. It is released.
func TestP9LockThatIsGrantedTooLateIsReleased(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		var unlocked atomic.Int64
		store := wildStore{MemoryStore: &clienttest.MemoryStore{}, lock: func() func() {
			time.Sleep(101 * time.Second)
			return func() {
				unlocked.Add(1)
				panic("with " + ownSecret)
			}
		}}
		mustToken(t, fleet(t, srv, 1, store, "your-password")[0])
		if unlocked.Load() != 0 {
			t.Error("it was waited for")
		}
		time.Sleep(31 * time.Second)
		synctest.Wait()
		if n := unlocked.Load(); n != 1 {
			t.Errorf("it was released %d times; want once", n)
		}
	})
}

// With unbound records the store is read before the secret is asked, and impatient callers do not keep that from
// ending.
func TestP9ImpatientCallersOfASlowUnboundStoreGetATokenInTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := &clienttest.MemoryStore{}
		store.SetTrouble(60*time.Millisecond, nil)
		c := fleet(t, srv, 1, store, "your-password", client.WithUnboundRecords())[0]
		calls := 1
		for ; calls < 1000; calls++ {
			if _, _, err := within(t, c, 50*time.Millisecond); err == nil {
				break
			}
		}
		if calls > 10 {
			t.Errorf("a token after %d calls", calls)
		}
		wantLogins(t, srv, 1)
		time.Sleep(time.Minute)
	})
}

// What a store says when it is too late is not heard.
func TestP9StoreThatAnswersTooLateIsNotHeard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		account, err := bezalaService.login(srv, nil).Account()
		if err != nil {
			t.Fatal(err)
		}
		late := wildStore{MemoryStore: &clienttest.MemoryStore{}, get: func() error {
			time.Sleep(2 * time.Second)
			return errUnreadable
		}}
		for range 20 {
			c := newClient(t, client.Stored(account), client.WithUnboundRecords(), client.WithTokenStore(late))
			_, err := c.Token(t.Context())
			wantErr(t, err, client.ErrLoginRequired)
			time.Sleep(time.Minute)
		}
	})
}
