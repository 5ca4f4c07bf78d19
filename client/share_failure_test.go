package client_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// lockless hides a store's locks.
type lockless struct{ client.TokenStore }

// Where there are no locks, a login that fails does not replace the token that another one got meanwhile.
func TestFailedLoginLeavesAnothersToken(t *testing.T) {
	for name, failure := range map[string]error{
		"rate limited": &client.RateLimitError{Service: "own", RetryAfter: 5 * time.Minute},
		"refused":      &client.LoginError{Service: "own", Status: 401, Kind: client.ErrInvalidCredentials},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := lockless{newMemoryStore()}
				var logins atomic.Int32
				run := func() (client.Token, error) {
					login := ownLogin(nil)
					login.login = func(context.Context, *http.Client, string) (client.Token, error) {
						if logins.Add(1) == 1 {
							time.Sleep(100 * time.Millisecond)
							return client.NewToken(client.TokenResponse{Value: "shared", ExpiresIn: time.Hour})
						}
						time.Sleep(200 * time.Millisecond)
						return client.Token{}, failure
					}
					return newClient(t, login, client.WithTokenStore(store)).Token(t.Context())
				}
				var runs sync.WaitGroup
				for range 2 {
					runs.Go(func() { _, _ = run() })
				}
				runs.Wait()
				if _, err := run(); err != nil || logins.Load() != 2 {
					t.Errorf("%v after %d logins; want the token of the first of two", err, logins.Load())
				}
			})
		})
	}
}

// One host's clock is 2 h ahead: pauses hold there too.
func TestStoredPauseWithAWrongClock(t *testing.T) {
	for name, failure := range map[string]error{
		"rate limited": &client.RateLimitError{Service: "own", RetryAfter: 5 * time.Minute},
		"refused":      &client.LoginError{Service: "own", Status: 401, Kind: client.ErrInvalidCredentials},
	} {
		t.Run(name, func(t *testing.T) {
			logins := 0
			records := map[string]memoryRecord{}
			for _, offset := range []time.Duration{2 * time.Hour, 0} { // the writer is ahead
				synctest.Test(t, func(t *testing.T) {
					time.Sleep(offset)
					store := newMemoryStore()
					store.records = records
					login := ownLogin(nil)
					login.login = func(context.Context, *http.Client, string) (client.Token, error) {
						logins++
						return client.Token{}, failure
					}
					if _, err := newClient(t, login, client.WithTokenStore(foreverStore{store})).Token(t.Context()); err == nil {
						t.Error("a token")
					}
				})
			}
			if logins != 1 {
				t.Errorf("%d logins; want 1", logins)
			}
		})
	}
}

// A store that forgets nothing makes no pause last for ever.
func TestStoredPauseEndsThoughTheRecordStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := foreverStore{newMemoryStore()}
		srv.SetOutage(limited(time.Minute, 1))
		_, err := fleet(t, srv, 1, store, "your-password")[0].Token(t.Context())
		wantRateLimit(t, err, time.Minute)
		time.Sleep(25 * time.Hour)
		mustToken(t, fleet(t, srv, 1, store, "your-password")[0])
	})
}

// With unbound records the store is looked into before the secret is asked, and impatient callers do not keep that from
// coming to its end.
func TestImpatientCallersOfASlowUnboundStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := newMemoryStore()
		store.latency = 60 * time.Millisecond
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

// Where the service does not say when, waits grow, also those between the logins that a store makes of one call.
func TestBackoffGrowsWithAStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var longest time.Duration
		for range 20 {
			srv := bezalaService.start(t, sandbox.Config{})
			srv.SetOutage(sandbox.Outage{Kind: sandbox.TooManyRequests, Scope: sandbox.Logins, Dialect: sandbox.Nginx})
			logins := recordLogins(bezalaService, srv)
			c := bezalaService.client(t, srv, client.WithTransport(logins), client.WithTokenStore(newMemoryStore()))
			_, _ = c.Token(t.Context())
			at := logins.times()
			longest = max(longest, at[len(at)-1]-at[len(at)-2])
		}
		if longest <= time.Second || longest > 4*time.Second {
			t.Errorf("the longest of 20 last waits is %s; want it between 1 s and 4 s", longest)
		}
	})
}

// readOnly is a store whose writes fail from some time on.
type readOnly struct {
	*memoryStore
	now bool
}

func (r *readOnly) Put(ctx context.Context, key string, record []byte, ttl time.Duration) error {
	if r.now {
		return errors.New("read-only")
	}
	return r.memoryStore.Put(ctx, key, record, ttl)
}

func TestStoreBringsBackNoneOfTheRejectedTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := &readOnly{memoryStore: newMemoryStore()}
		c := fleet(t, srv, 1, store, "your-password")[0]
		first := mustToken(t, c)
		store.now = true
		for token := first; srv.Counts().Logins < 8; token = mustToken(t, c) {
			c.Invalidate(token)
			if mustToken(t, c).Equal(first) {
				t.Fatal("the store brought back a token that was rejected")
			}
		}
	})
}

// What is larger than a store must take is not put.
func TestLargeRecordIsNotPut(t *testing.T) {
	for size, puts := range map[int]int{40 << 10: 1, 100 << 10: 0} {
		synctest.Test(t, func(t *testing.T) {
			store := newMemoryStore()
			login := ownLogin(nil)
			login.login = func(context.Context, *http.Client, string) (client.Token, error) {
				return client.NewToken(client.TokenResponse{Value: strings.Repeat("x", size)})
			}
			var reports []error
			mustToken(t, newClient(t, login, client.WithTokenStore(store), client.WithObserver(client.Observer{StoreTrouble: func(err error) { reports = append(reports, err) }})))
			if store.puts != puts || len(reports) != 1-puts {
				t.Errorf("%d bytes: %d puts, reports %v; want %d", size, store.puts, reports, puts)
			}
		})
	}
}

// unreadable is a store whose records cannot be made out.
type unreadable struct {
	*memoryStore
	after time.Duration
}

func (u unreadable) Get(context.Context, string) ([]byte, error) {
	time.Sleep(u.after)
	return nil, fmt.Errorf("%w: %w", client.ErrRecordUnreadable, client.ErrTokenNotFound)
}

// A login looks twice, and says once what it saw.
func TestUnreadableRecordIsReportedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		var reports bytes.Buffer
		report := func(err error) { fmt.Fprintln(&reports, err) }
		mustToken(t, fleet(t, srv, 1, unreadable{memoryStore: newMemoryStore()}, "your-password",
			client.WithTokenStore(unreadable{memoryStore: newMemoryStore()}), client.WithObserver(client.Observer{StoreTrouble: report}))[0])
		if strings.Count(reports.String(), "\n") != 1 || !strings.Contains(reports.String(), "record unreadable") {
			t.Errorf("reports: %s", &reports)
		}
	})
}

// What a store says when it is too late is not heard.
func TestStoreThatAnswersTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		account, err := pooledLogin(srv, "user@example.com", nil).Account()
		if err != nil {
			t.Fatal(err)
		}
		for range 20 {
			c := newClient(t, client.Stored(account), client.WithUnboundRecords(),
				client.WithTokenStore(unreadable{newMemoryStore(), 2 * time.Second}))
			_, err := c.Token(t.Context())
			wantErr(t, err, client.ErrLoginRequired)
			time.Sleep(time.Minute)
		}
	})
}
