package client_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
	"github.com/latchkey-go/latchkey/client/internal/seal"
)

// slowDeriver is a store whose derivations take their time, each one a turn.
type slowDeriver struct {
	*clienttest.MemoryStore
	takes time.Duration
	turns chan struct{}
}

func (s slowDeriver) BoundKeys(ctx context.Context, name, secret string) (seal.Keys, error) {
	select {
	case s.turns <- struct{}{}:
		defer func() { <-s.turns }()
		time.Sleep(s.takes) // and does not obey ctx
		return seal.Fast(name, secret)
	case <-ctx.Done():
		return seal.Keys{}, ctx.Err()
	}
}

// 300 users come at once, and their derivations take 7.5 s in all, two at a time: nobody waits for more than the 2 s
// that a login may spend on the store.
func TestP9DerivationsCountIntoTheStoresTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := slowDeriver{&clienttest.MemoryStore{}, 50 * time.Millisecond, make(chan struct{}, 2)}
		login := ownLogin(func(context.Context, *http.Client, string) (client.Token, error) {
			return client.NewToken(client.TokenResponse{Value: "token", ExpiresIn: time.Hour})
		})
		began := time.Now()
		var users sync.WaitGroup
		for range 300 {
			c := newClient(t, login, client.WithTokenStore(store))
			users.Go(func() {
				if _, err := c.Token(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		users.Wait()
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("it took the last of 300 users %s; want 2 s", took)
		}
		time.Sleep(time.Second) // for the derivations that were left behind
	})
}

// A derivation that takes longer is left behind, reported, and of use to the next login. Logout does not wait for it
// either.
func TestP9SlowDerivationFailsNoCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := slowDeriver{&clienttest.MemoryStore{}, 5 * time.Second, make(chan struct{}, 2)}
		logins := 0
		login := ownLogin(func(context.Context, *http.Client, string) (client.Token, error) {
			logins++
			return client.NewToken(client.TokenResponse{Value: "token", ExpiresIn: time.Hour})
		})
		var reports []error
		c := newClient(t, login, client.WithTokenStore(store), reportTo(&reports))
		token, took, err := within(t, c, time.Minute)
		if err != nil || took != 2*time.Second {
			t.Errorf("%v after %s; want a token after 2 s", err, took)
		}
		if len(reports) != 1 || !strings.HasPrefix(reports[0].Error(), "own: token store: finding the record: ") {
			t.Errorf("reports: %v; want one", reports)
		}
		began := time.Now()
		if err := c.Logout(t.Context()); err == nil || time.Since(began) != 2*time.Second {
			t.Errorf("Logout: %v after %s; want an error after 2 s", err, time.Since(began))
		}
		time.Sleep(time.Minute)
		c.Invalidate(token)
		if _, took, err := within(t, c, time.Minute); err != nil || took != 0 || store.Puts() != 1 {
			t.Errorf("%v after %s, %d records put; want the keys to be there", err, took, store.Puts())
		}
		if logins != 2 {
			t.Errorf("%d logins; want 2", logins)
		}
	})
}
