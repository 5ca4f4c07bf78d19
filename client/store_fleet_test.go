package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
)

// plainLocker is a MemoryStore that does not tell of changes.
type plainLocker struct {
	*clienttest.MemoryStore
	lockOnly //nolint:unused // it hides LockOrGet
}

func telling(m *clienttest.MemoryStore) client.TokenStore { return m }

func locking(m *clienttest.MemoryStore) client.TokenStore { return plainLocker{MemoryStore: m} }

// manyPods is many Clients of one account at a service whose logins take a time, behind a store that answers within 1 ms.
type manyPods struct {
	clients []*client.Client
	took    time.Duration
	life    time.Duration // of a token; 0: unknown

	logins atomic.Int64
	ended  atomic.Int64 // when the last login ended, in ns since 1970
	alive  atomic.Bool  // the first token works
	late   []time.Duration
}

// newManyPods makes the Clients of a test on the fake clock.
func newManyPods(t *testing.T, n int, took time.Duration, kind func(*clienttest.MemoryStore) client.TokenStore) *manyPods {
	t.Helper()
	memory := &clienttest.MemoryStore{}
	memory.SetTrouble(time.Millisecond, nil)
	c := &manyPods{took: took, late: make([]time.Duration, n)}
	c.alive.Store(true)
	login := fakeLogin{
		account: client.Account{Service: "own", BaseURL: "https://own.example"}, secret: client.Static("secret"),
		login: func(ctx context.Context, _ *http.Client, _ string) (client.Token, error) {
			n := c.logins.Add(1)
			select {
			case <-time.After(c.took):
			case <-ctx.Done():
				return client.Token{}, ctx.Err()
			}
			c.ended.Store(time.Now().UnixNano())
			return client.NewToken(client.TokenResponse{Value: fmt.Sprint("token-", n), ExpiresIn: c.life})
		},
	}
	for range n {
		c.clients = append(c.clients, newClient(t, login,
			client.WithTokenStore(kind(memory)), client.WithUnboundRecords(), client.WithTransport(c)))
	}
	return c
}

// RoundTrip answers a request to the service, which has one protected route.
func (c *manyPods) RoundTrip(r *http.Request) (*http.Response, error) {
	resp := &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader("")), Request: r}
	if first := r.Header.Get("Authorization") == "Bearer token-1"; first && !c.alive.Load() {
		resp.StatusCode = http.StatusUnauthorized
	}
	return resp, nil
}

// all has all Clients do something at once, and notes how long after the last login each was done.
func (c *manyPods) all(do func(*client.Client)) {
	var all sync.WaitGroup
	for i, one := range c.clients {
		all.Go(func() {
			do(one)
			c.late[i] = time.Since(time.Unix(0, c.ended.Load()))
		})
	}
	all.Wait()
}

// Many pods need a token at once. One logs in, and all others have its token as soon as it lies in the store, and not
// one after the other.
func TestP9ResultIsWhatPodsWaitFor(t *testing.T) {
	pods := 200
	if os.Getenv("LATCHKEY_LONG") != "" {
		pods = 10_000 // too many for the race detector
	}
	cold := func(t *testing.T, c *manyPods) { c.all(func(one *client.Client) { mustToken(t, one) }) }
	refresh := func(t *testing.T, c *manyPods) {
		c.life = time.Hour
		cold(t, c)
		time.Sleep(c.life - 4*time.Minute) // each is to be renewed by now
		c.all(func(one *client.Client) {
			old := mustToken(t, one)
			for time.Sleep(c.took); mustToken(t, one).Equal(old); {
				time.Sleep(time.Millisecond)
			}
		})
	}
	revoked := func(t *testing.T, c *manyPods) {
		cold(t, c)
		time.Sleep(time.Minute)
		c.alive.Store(false)
		c.all(func(one *client.Client) {
			if status := get(t, one, "/"); status != http.StatusOK {
				t.Errorf("HTTP %d", status)
			}
		})
	}
	const short, slow = 300 * time.Millisecond, 20 * time.Second
	for name, tt := range map[string]struct {
		store  func(*clienttest.MemoryStore) client.TokenStore
		login  time.Duration
		happen func(*testing.T, *manyPods)
		logins int64
		last   time.Duration
	}{
		"cold, login of 0.3 s":           {telling, short, cold, 1, 10 * time.Millisecond},
		"cold, login of 20 s":            {telling, slow, cold, 1, 10 * time.Millisecond},
		"refresh, login of 0.3 s":        {telling, short, refresh, 2, 10 * time.Millisecond},
		"refresh, login of 20 s":         {telling, slow, refresh, 2, 10 * time.Millisecond},
		"revoked, login of 0.3 s":        {telling, short, revoked, 2, 10 * time.Millisecond},
		"revoked, login of 20 s":         {telling, slow, revoked, 2, 10 * time.Millisecond},
		"a Locker alone, login of 0.3 s": {locking, short, cold, 1, 500 * time.Millisecond},
		"a Locker alone, login of 20 s":  {locking, slow, revoked, 2, 1100 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newManyPods(t, pods, tt.login, tt.store)
				tt.happen(t, c)
				if n := c.logins.Load(); n != tt.logins {
					t.Errorf("%d logins; want %d", n, tt.logins)
				}
				last := slices.Max(c.late)
				if last > tt.last {
					t.Errorf("the last of %d pods had the token %s after the login; want %s", pods, last, tt.last)
				}
				t.Logf("%d pods: the last token %s after the login", pods, last)
			})
		})
	}
}

// A service does not answer. Two pods find that out, one after the other, and tell the others.
func TestP9HangingLoginIsNoStampede(t *testing.T) {
	for name, kind := range map[string]func(*clienttest.MemoryStore) client.TokenStore{
		"a store that tells": telling, "a Locker alone": locking,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newManyPods(t, 200, 40*time.Second, kind) // longer than a Client waits
				began := time.Now()
				c.all(func(one *client.Client) {
					if _, err := one.Token(t.Context()); !errors.Is(err, client.ErrUnavailable) {
						t.Errorf("Token: %v", err)
					}
				})
				took := time.Since(began)
				if n := c.logins.Load(); n > 2 || took > 2*time.Minute {
					t.Errorf("%d logins within %s; want 2 at most, within 2 min", n, took)
				}
				t.Logf("%d logins, all were answered within %s", c.logins.Load(), took)
			})
		})
	}
}

// forgetful is a store whose locks are lost: whoever asks for one has it.
type forgetful struct{ *clienttest.MemoryStore }

func (forgetful) Lock(context.Context, string) (func(), error) { return func() {}, nil }

func (forgetful) LockOrGet(context.Context, string, []byte) (func(), []byte, error) {
	return func() {}, nil, nil
}

// A login gets no answer, since its process was stopped. Meanwhile the lock was lost, and another Client has logged in:
// its token serves here, too.
func TestP9LoginThatIsOvertaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newManyPods(t, 2, time.Hour, func(m *clienttest.MemoryStore) client.TokenStore { return forgetful{m} })
		var all sync.WaitGroup
		var stopped client.Token
		all.Go(func() { stopped = mustToken(t, c.clients[0]) })
		time.Sleep(time.Second)
		synctest.Wait()
		c.took = time.Second
		other := mustToken(t, c.clients[1])
		all.Wait()
		if !stopped.Equal(other) {
			t.Error("it has another token")
		}
		if s := c.clients[0].Status(); s.Failures != 1 || s.Logins != 0 {
			t.Errorf("%d logins and %d failures are counted; want one failure", s.Logins, s.Failures)
		}
	})
}
