package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

// users is a service of a user's own, at which each user's secret is "right".
type users struct {
	latency, life time.Duration

	logins, refused atomic.Int64
}

func (u *users) login(name, secret string) fakeLogin {
	return fakeLogin{
		account: client.Account{Service: "own", BaseURL: "https://own.example", Method: "password", Name: name},
		secret:  client.Static(secret),
		login: func(ctx context.Context, _ *http.Client, secret string) (client.Token, error) {
			select {
			case <-time.After(u.latency):
			case <-ctx.Done():
				return client.Token{}, ctx.Err()
			}
			if secret != "right" {
				u.refused.Add(1)
				return client.Token{}, &client.LoginError{Service: "own", Status: 401, Kind: client.ErrInvalidCredentials}
			}
			return client.NewToken(client.TokenResponse{Value: fmt.Sprintf("%s-%d", name, u.logins.Add(1)), ExpiresIn: u.life})
		},
	}
}

func mustFind(t *testing.T, pool *client.Pool, login client.Login) *client.Client {
	t.Helper()
	c, err := pool.Client(t.Context(), login)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// full is a Pool of so many users who are logged in.
func full(t *testing.T, size int, u *users) *client.Pool {
	t.Helper()
	pool := newPool(t, size)
	for i := range size {
		mustToken(t, mustFind(t, pool, u.login(fmt.Sprint("idle", i), "right")))
	}
	u.logins.Store(0)
	return pool
}

// E8: newcomers get a place and keep it, whether the tokens of those who are there have expired or not.
func TestPoolFullOfIdleUsersServesNewcomersWithOneLoginEach(t *testing.T) {
	for name, idle := range map[string]time.Duration{"held": time.Minute, "expired": 30 * 24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				u := &users{latency: 300 * time.Millisecond, life: time.Hour}
				pool := full(t, 100, u)
				time.Sleep(idle)
				atOnce(50, func(i int) {
					time.Sleep(time.Duration(i) * 20 * time.Millisecond)
					for range 60 {
						mustToken(t, mustFind(t, pool, u.login(fmt.Sprint("new", i), "right")))
						time.Sleep(700 * time.Millisecond)
					}
				})
				if n := u.logins.Load(); n != 50 {
					t.Errorf("%d logins by 50 newcomers in a minute; want one each", n)
				}
			})
		})
	}
}

// E8: newcomers who come at the same moment, more than there is room for, do not push out each other's login.
func TestPoolNeverEvictsALoginUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &users{latency: time.Second, life: time.Hour}
		pool := full(t, 8, u)
		var callers sync.WaitGroup
		for i := range 100 {
			for range 20 {
				callers.Go(func() {
					mustToken(t, mustFind(t, pool, u.login(fmt.Sprint("new", i), "right")))
				})
				synctest.Wait() // until it waits for its login
			}
		}
		callers.Wait()
		if n := u.logins.Load(); n != 100 {
			t.Errorf("%d logins by 100 newcomers, with 20 calls each; want one each", n)
		}
		if n := pool.Status(); n.Clients > 8+2 || n.LoggingIn != 0 {
			t.Errorf("%+v; want 8 Clients that are logged in, and 2 others at most", n)
		}
	})
}

// E8: the latch of a refused secret outlives its Client. In ten minutes the plain Client sends it 5 times.
func TestPoolRemembersRefusalsOfClientsThatHaveLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &users{}
		pool := full(t, 10, u)
		for second := range 600 {
			for _, name := range []string{"stale1", "stale2"} {
				_, err := mustFind(t, pool, u.login(name, "old")).Token(t.Context())
				wantErr(t, err, client.ErrInvalidCredentials)
			}
			for guess := range 2 { // these push them out
				mustFind(t, pool, u.login("stale1", fmt.Sprint(second, guess)))
			}
			time.Sleep(time.Second)
		}
		if n := u.refused.Load(); n != 2*5 {
			t.Errorf("two stale passwords were sent %d times in 10 min; want 5 times each", n)
		}
		for i := range 10 {
			mustToken(t, mustFind(t, pool, u.login(fmt.Sprint("idle", i), "right")))
		}
		if n := u.logins.Load(); n != 0 {
			t.Errorf("guesses and stale passwords pushed out %d who were logged in", n)
		}
	})
}

// E8: the gate of an account outlives its Client, and counts for other secrets of the account, too.
func TestPoolRemembersRateLimitsOfAccounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sent atomic.Int64
		limited := func(name, secret string) client.Login {
			l := ownLogin(func(context.Context, *http.Client, string) (client.Token, error) {
				sent.Add(1)
				return client.Token{}, &client.RateLimitError{Service: "own", RetryAfter: 5 * time.Minute, Named: true}
			})
			l.account.Name, l.secret = name, client.Static(secret)
			return l
		}
		pool := newPool(t, 1)
		for range 269 { // from then on they wait for its end
			for _, secret := range []string{"one", "another"} {
				_, err := mustFind(t, pool, limited("me", secret)).Token(t.Context())
				if limit, ok := errors.AsType[*client.RateLimitError](err); !ok || !limit.Named {
					t.Fatalf("%v; want the service's rate limit", err)
				}
			}
			time.Sleep(time.Second)
		}
		if n := sent.Load(); n != 1 {
			t.Errorf("%d logins of one account within its rate limit; want 1", n)
		}
		_, _ = mustFind(t, pool, limited("you", "one")).Token(t.Context())
		if n := sent.Load(); n != 2 {
			t.Error("the rate limit of one account keeps off another")
		}
	})
}

// E8: a Client logs in with the Secret of whoever has looked it up last.
func TestPoolAsksTheSecretOfWhoeverCameLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &users{life: time.Hour}
		pool := newPool(t, 10)
		for visit := range 5 {
			over := false
			login := u.login("me", "right")
			login.secret = func(context.Context) (string, error) {
				if over {
					return "", context.Canceled // of a request that has ended
				}
				return "right", nil
			}
			mustToken(t, mustFind(t, pool, login))
			over = true
			if n := u.logins.Load(); n != int64(visit)+1 {
				t.Errorf("%d logins at visit %d", n, visit)
			}
			time.Sleep(2 * time.Hour)
		}
		if n := pool.Status(); n.Clients != 1 {
			t.Errorf("%+v; want one Client", n)
		}
	})
}

func TestPoolRemoves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &users{life: time.Hour}
		pool := newPool(t, 10)
		me, you := mustFind(t, pool, u.login("me", "right")), mustFind(t, pool, u.login("you", "right"))
		mustToken(t, me)
		mustToken(t, you)
		pool.Remove(me)
		pool.Remove(me)
		other := newPool(t, 1)
		other.Remove(you) // which is not its own
		if n := other.Status(); n.Clients != 0 {
			t.Errorf("%+v; want an empty Pool", n)
		}
		pool.Remove(newClient(t, u.login("you", "right")))
		if left := slices.Collect(pool.All()); len(left) != 1 || left[0] != you {
			t.Errorf("%d Clients are left; want the one that was not removed", len(left))
		}
		mustToken(t, me)
		if err := me.LogIn(t.Context()); err != nil { // it goes on working
			t.Error(err)
		}
		if mustFind(t, pool, u.login("me", "right")) == me {
			t.Error("it has come back")
		}

		wrong := mustFind(t, pool, u.login("me", "wrong"))
		_, err := wrong.Token(t.Context())
		wantErr(t, err, client.ErrInvalidCredentials)
		pool.Remove(wrong)
		_, _ = mustFind(t, pool, u.login("me", "wrong")).Token(t.Context())
		if n := u.refused.Load(); n != 2 {
			t.Errorf("%d refusals; want two, since the first was forgotten", n)
		}
	})
}

func TestPoolStatusPrintsAsJSON(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &users{latency: time.Second}
		pool := full(t, 2, u)
		newcomer := mustFind(t, pool, u.login("new", "right"))
		go func() { _, _ = newcomer.Token(t.Context()) }()
		mustFind(t, pool, u.login("idle1", "right"))
		synctest.Wait()
		text, err := json.Marshal(pool.Status())
		want := `{"Clients":3,"LoggingIn":1,"Waiting":0,"Hits":1,"Misses":3,"Evictions":0}`
		if string(text) != want || err != nil {
			t.Errorf("%s, %v; want %s", text, err, want)
		}
		time.Sleep(time.Minute)
		if n := pool.Status(); n.Clients != 2 || n.Evictions != 1 {
			t.Errorf("%+v; want that one has left", n)
		}
	})
}

// What is known of a Client that had trouble is forgotten when it is over, but not its counts.
func TestStatusCountsOnAfterTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fails := true
		c := newClient(t, ownLogin(func(context.Context, *http.Client, string) (client.Token, error) {
			if fails {
				return client.Token{}, errors.New("out of order")
			}
			return client.NewToken(client.TokenResponse{Value: "token", ExpiresIn: time.Hour})
		}))
		for range 3 {
			_, _ = c.Token(t.Context())
			time.Sleep(time.Minute)
		}
		fails = false
		for range 10 {
			mustToken(t, c)
			time.Sleep(2 * time.Hour)
		}
		if s := c.Status(); s.Failures != 3 || s.Logins != 10 {
			t.Errorf("%+v; want 3 failures and 10 logins", s)
		}
	})
}
