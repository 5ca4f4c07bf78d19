package client_test

import (
	"context"
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
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

func TestStoreTroubleFailsNoCall(t *testing.T) {
	down := errors.New("connection refused")
	for name, trouble := range map[string]func(*memoryStore){
		"down": func(m *memoryStore) { m.err = down },
		"slow": func(m *memoryStore) { m.latency = 5 * time.Second },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := bezalaService.start(t, sandbox.Config{Latency: 200 * time.Millisecond})
				store := newMemoryStore()
				store.set(trouble)
				var reports []error
				c, err := client.New(
					pooledLogin(srv, "user@example.com", client.Static("your-password")),
					client.WithTransport(srv.Transport()),
					client.WithTokenStore(store), client.WithObserver(client.Observer{StoreTrouble: func(err error) { reports = append(reports, err) }}),
				)
				if err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				token := mustToken(t, c)
				if took := time.Since(began); took > 2*time.Second+200*time.Millisecond {
					t.Errorf("it took %s; want no more than the store's 2 s and the login", took)
				}
				if len(reports) != 1 || !strings.HasPrefix(reports[0].Error(), "bezala: token store: ") {
					t.Errorf("reports: %v; want one", reports)
				}
				// The store is used again by itself.
				store.set(func(m *memoryStore) { m.err, m.latency = nil, 0 })
				c.Invalidate(token)
				mustToken(t, c)
				if store.puts != 1 {
					t.Errorf("%d records were put after the trouble; want 1", store.puts)
				}
				synctest.Wait()
			})
		})
	}
}

// The store becomes slow while its lock is held: writing and letting go share the limit.
func TestStoreSlowAfterTheLogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := newMemoryStore()
		c := fleet(t, srv, 1, store, "your-password", client.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
			store.set(func(m *memoryStore) { m.latency = 5 * time.Second })
			return srv.Transport().RoundTrip(req)
		})))[0]
		began := time.Now()
		mustToken(t, c)
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("it took %s; want no more than the store's 2 s", took)
		}
		// The lock is let go of all the same.
		store.set(func(m *memoryStore) { m.latency = 0 })
		time.Sleep(5 * time.Second)
		unlock, err := store.Lock(t.Context(), slices.Collect(maps.Keys(store.locks))[0])
		if err != nil {
			t.Fatal(err)
		}
		unlock()
	})
}

// Somebody keeps the lock, and does not log in: the others wait for 60 s, and then log in without it.
func TestStoreLockHasALimitOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := newMemoryStore()
		var reports []error
		c := fleet(t, srv, 1, store, "your-password", client.WithTokenStore(store), client.WithObserver(client.Observer{StoreTrouble: func(err error) { reports = append(reports, err) }}))[0]
		c.Invalidate(mustToken(t, c)) // so that its place is known
		unlock, err := store.Lock(t.Context(), slices.Collect(maps.Keys(store.locks))[0])
		if err != nil {
			t.Fatal(err)
		}
		defer unlock()
		began := time.Now()
		mustToken(t, c)
		if took := time.Since(began); took != 60*time.Second {
			t.Errorf("it took %s; want 60 s", took)
		}
		synctest.Wait() // for the report
		if len(reports) != 1 || !strings.HasPrefix(reports[0].Error(), "bezala: token store: waiting for its lock: ") {
			t.Errorf("reports: %v; want one", reports)
		}
		wantLogins(t, srv, 2)
	})
}

func TestStoreDamagedRecordIsAMiss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := newMemoryStore()
		mustToken(t, fleet(t, srv, 1, store, "your-password")[0])
		for place, r := range store.records {
			r.bytes[len(r.bytes)/2] ^= 1
			store.records[place] = r
		}
		mustToken(t, fleet(t, srv, 1, store, "your-password")[0])
		wantLogins(t, srv, 2)
		mustToken(t, fleet(t, srv, 1, store, "your-password")[0])
		wantLogins(t, srv, 2)
	})
}

// wildStore does as told in place of what a store should do.
type wildStore struct {
	*memoryStore
	get, put, lock, unlock func()
}

func (w wildStore) Get(ctx context.Context, key string) ([]byte, error) {
	w.get()
	return w.memoryStore.Get(ctx, key)
}

func (w wildStore) Put(ctx context.Context, key string, record []byte, ttl time.Duration) error {
	w.put()
	return w.memoryStore.Put(ctx, key, record, ttl)
}

func (w wildStore) Delete(context.Context, string) error {
	w.put()
	return nil
}

func (w wildStore) Lock(context.Context, string) (func(), error) {
	w.lock()
	return w.unlock, nil
}

// A store of a user's own may have defects, which fail no call and end no process.
func TestStoreWithDefectsFailsNoCall(t *testing.T) {
	fine := func() {}
	for defect, wild := range map[string]func(){
		"panics":             func() { panic("with " + ownSecret) },
		"ends its goroutine": runtime.Goexit,
	} {
		for place, store := range map[string]wildStore{
			"reading a record":     {get: wild, put: fine, lock: fine, unlock: fine},
			"writing a record":     {get: fine, put: wild, lock: fine, unlock: fine},
			"waiting for its lock": {get: fine, put: fine, lock: wild, unlock: fine},
			"releasing its lock":   {get: fine, put: fine, lock: fine, unlock: wild},
			"":                     {get: fine, put: fine, lock: fine, unlock: nil},
		} {
			t.Run(place+" "+defect, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					srv := bezalaService.start(t, sandbox.Config{})
					store.memoryStore = newMemoryStore()
					var reports []error
					c := fleet(t, srv, 1, store, "your-password", client.WithTokenStore(store), client.WithObserver(client.Observer{StoreTrouble: func(err error) { reports = append(reports, err) }}))[0]
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

// A lock that is granted after the login has gone on without it is let go of.
func TestStoreLockGrantedTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		fine := func() {}
		var unlocked atomic.Int64
		store := wildStore{
			memoryStore: newMemoryStore(), get: fine, put: fine,
			lock: func() { time.Sleep(61 * time.Second) },
			unlock: func() {
				unlocked.Add(1)
				panic("with " + ownSecret)
			},
		}
		mustToken(t, fleet(t, srv, 1, store, "your-password")[0])
		if unlocked.Load() != 0 {
			t.Error("it was waited for")
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if n := unlocked.Load(); n != 1 {
			t.Errorf("it was let go of %d times; want once", n)
		}
	})
}
