package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
)

// desk is a service that allows so many logins in a window, by address, and notes when it answered whom.
type desk struct {
	most          int
	window, takes time.Duration
	life          time.Duration // of tokens

	mu      sync.Mutex
	came    []time.Time
	served  []string
	tooMany int
	atOnce  int
	crowd   int // most at once
}

func (o *desk) login(name string) fakeLogin {
	l := ownLogin(func(context.Context, *http.Client, string) (client.Token, error) {
		now := time.Now()
		o.mu.Lock()
		o.atOnce++
		o.crowd = max(o.crowd, o.atOnce)
		o.came = slices.DeleteFunc(o.came, func(then time.Time) bool { return now.Sub(then) >= o.window })
		full := len(o.came) >= o.most
		if !full {
			o.came = append(o.came, now)
		}
		o.mu.Unlock()
		time.Sleep(o.takes)
		o.mu.Lock()
		defer o.mu.Unlock()
		o.atOnce--
		if full {
			o.tooMany++
			return client.Token{}, &client.RateLimitError{
				Service: "own", RetryAfter: o.window, Named: true, Err: fmt.Errorf("too many logins, %s", name),
			}
		}
		o.served = append(o.served, name)
		return client.NewToken(client.TokenResponse{Value: "token-of-" + name, ExpiresIn: o.life})
	})
	l.account.Name = name
	return l
}

// 10,000 accounts come within 10 s to a service that allows 50 logins a minute, in a window of its own.
func TestLoginLimitServesAColdStartInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const users = 10_000
		o := &desk{most: 50, window: time.Minute, takes: 300 * time.Millisecond}
		pool := newPool(t, users, client.WithLoginLimit(&client.LoginLimit{Logins: 50, Window: time.Minute}))
		came := func(i int) time.Duration { return time.Duration(i) * time.Millisecond }
		atOnce(users, func(i int) {
			time.Sleep(came(i))
			mustToken(t, mustFind(t, pool, o.login(fmt.Sprint(i))))
		})
		if o.tooMany > 0 {
			t.Errorf("%d × 429", o.tooMany)
		}
		if len(o.served) != users {
			t.Fatalf("%d are served; want %d", len(o.served), users)
		}
		latest := time.Duration(0)
		for _, name := range o.served {
			var i int
			_, _ = fmt.Sscan(name, &i)
			if latest-came(i) > time.Second {
				t.Fatalf("one who came after %s is served before one who came after %s", latest, came(i))
			}
			latest = max(latest, came(i))
		}
	})
}

func TestLoginLimitOfPoolsAndClientsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &desk{most: 1000, takes: time.Second}
		limit := client.WithLoginLimit(&client.LoginLimit{AtOnce: 3})
		pools := []*client.Pool{newPool(t, 10, limit), newPool(t, 10, limit)}
		began := time.Now()
		atOnce(30, func(i int) {
			login := o.login(fmt.Sprint(i))
			if i%3 < 2 {
				mustToken(t, mustFind(t, pools[i%3], login))
			} else {
				mustToken(t, newClient(t, login, limit))
			}
		})
		if o.crowd != 3 || time.Since(began) != 10*time.Second {
			t.Errorf("%d logins at once, and all in %s; want 3, and 10 s", o.crowd, time.Since(began))
		}
	})
}

// Whoever gives up gives up the place, too: nothing is sent for nobody.
func TestLoginLimitWaitsAsLongAsACaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &desk{most: 1000, takes: time.Minute / 4}
		limit := client.WithLoginLimit(&client.LoginLimit{AtOnce: 1})
		pool := newPool(t, 10, limit)
		patience := map[string]time.Duration{"a": time.Hour, "impatient": 5 * time.Second, "b": time.Hour}
		var callers sync.WaitGroup
		for _, name := range []string{"a", "impatient", "b"} {
			callers.Go(func() {
				_, took, err := within(t, mustFind(t, pool, o.login(name)), patience[name])
				if errors.Is(err, context.DeadlineExceeded) != (name == "impatient") || took > patience[name] {
					t.Errorf("%s: %v after %s", name, err, took)
				}
			})
			synctest.Wait()
		}
		if n := pool.Status(); n.Waiting != 2 || n.LoggingIn != 3 {
			t.Errorf("%+v; want two who wait for one", n)
		}
		callers.Wait()
		if !slices.Equal(o.served, []string{"a", "b"}) {
			t.Errorf("%v are served; want those who waited", o.served)
		}
		if n := pool.Status(); n.Waiting != 0 || n.LoggingIn != 0 {
			t.Errorf("%+v; want nobody who waits", n)
		}
	})
}

// An early refresh stands behind those who have no token, and moves up when its own token has expired.
func TestLoginLimitPutsRefreshesBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &desk{most: 1000, takes: 5 * time.Second, life: 5 * time.Minute}
		limit := client.WithLoginLimit(&client.LoginLimit{AtOnce: 1})
		first := newClient(t, o.login("first"), limit)
		mustToken(t, first)
		time.Sleep(4*time.Minute + 50*time.Second) // 10 s before its end
		o.served = nil

		var callers sync.WaitGroup
		call := func(c *client.Client) {
			callers.Go(func() { mustToken(t, c) })
			synctest.Wait()
		}
		call(newClient(t, o.login("a"), limit))
		call(first) // which begins a refresh
		call(newClient(t, o.login("b"), limit))
		call(newClient(t, o.login("c"), limit))
		time.Sleep(11 * time.Second) // its token has expired
		call(first)
		call(newClient(t, o.login("d"), limit))
		callers.Wait()
		if want := []string{"a", "b", "c", "first", "d"}; !slices.Equal(o.served, want) {
			t.Errorf("%v; want %v", o.served, want)
		}
	})
}

// With a limit by address, a 429 to one account keeps off all, and tells nobody whose it was.
func TestLoginLimitByAddressHasOneGate(t *testing.T) {
	for name, byAddress := range map[string]bool{"by address": true, "by account": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := &desk{most: 1, window: 5 * time.Minute}
				pool := newPool(t, 10, client.WithLoginLimit(&client.LoginLimit{ByAddress: byAddress}))
				mustToken(t, mustFind(t, pool, o.login("first")))
				for range 10 {
					for _, name := range []string{"victim@example.com", "b", "c"} {
						_, err := mustFind(t, pool, o.login(name)).Token(t.Context())
						wantRateLimit(t, err, 5*time.Minute)
						if err != nil && name != "victim@example.com" && strings.Contains(err.Error(), "victim") {
							t.Errorf("%v: it names another account", err)
						}
					}
				}
				if byAddress != (o.tooMany == 1) {
					t.Errorf("%d × 429", o.tooMany)
				}
				if until := mustFind(t, pool, o.login("new")).Status().RateLimitedUntil; !until.IsZero() {
					t.Errorf("limited until %s before it wanted a token", until)
				}
				time.Sleep(5 * time.Minute)
				mustToken(t, mustFind(t, pool, o.login("b")))
			})
		})
	}
}

// A login that a 429 sent back came before those who wait by then, and is served before them.
func TestLoginLimitKeepsThePlaceThroughA429(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &desk{most: 1000, takes: 5 * time.Second}
		limit := client.WithLoginLimit(&client.LoginLimit{AtOnce: 1})
		first := o.login("first")
		login, tries := first.login, 0
		first.login = func(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
			if tries++; tries == 1 {
				return client.Token{}, &client.RateLimitError{Service: "own", RetryAfter: 7 * time.Second, Named: true}
			}
			return login(ctx, hc, secret)
		}
		var callers sync.WaitGroup
		for _, l := range []fakeLogin{first, o.login("a"), o.login("b"), o.login("c"), o.login("d")} {
			callers.Go(func() { mustToken(t, newClient(t, l, limit)) })
			synctest.Wait()
		}
		callers.Wait()
		if want := []string{"a", "b", "first", "c", "d"}; !slices.Equal(o.served, want) {
			t.Errorf("%v; want %v", o.served, want)
		}
	})
}

// While a login waits for the lock of a TokenStore, another account's login meets a limit by address.
func TestLoginLimitByAddressKeepsOffWhoWaitsForALock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &desk{most: 1, window: 5 * time.Minute}
		limit := client.WithLoginLimit(&client.LoginLimit{ByAddress: true})
		mustToken(t, newClient(t, o.login("first"), limit))
		others := make(chan struct{}) // closed when the other process's lock is free
		store := wildStore{MemoryStore: &clienttest.MemoryStore{}, lock: func() func() { <-others; return func() {} }}
		var waits sync.WaitGroup
		waits.Go(func() {
			_, err := newClient(t, o.login("waits"), limit, client.WithTokenStore(store)).Token(t.Context())
			wantRateLimit(t, err, 5*time.Minute)
		})
		synctest.Wait()
		_, err := newClient(t, o.login("meets it"), limit).Token(t.Context())
		wantRateLimit(t, err, 5*time.Minute)
		close(others)
		waits.Wait()
		if o.tooMany != 1 {
			t.Errorf("%d × 429; want 1: all know of it by then", o.tooMany)
		}
	})
}
