package client_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

func TestP7InvalidateDropsOnlyTheCurrentToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		c := bezalaService.client(t, srv)
		first := mustToken(t, c)

		c.Invalidate(client.Token{})
		if !mustToken(t, c).Equal(first) {
			t.Error("the zero Token invalidated another one")
		}
		c.Invalidate(first)
		second := mustToken(t, c)
		if second.Equal(first) {
			t.Error("the invalidated token was handed out again")
		}
		wantLogins(t, srv, 2)

		c.Invalidate(first)
		if !mustToken(t, c).Equal(second) {
			t.Error("an old token invalidated the current one")
		}
		wantLogins(t, srv, 2)
	})
}

func TestP7LogoutDeletesABoundRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := &clienttest.MemoryStore{}
		c := fleet(t, srv, 1, store, "your-password")[0]
		mustToken(t, c)
		if err := c.Logout(t.Context()); err != nil || len(store.Records()) != 0 {
			t.Errorf("%d records after Logout, %v", len(store.Records()), err)
		}
		mustToken(t, c)
		wantLogins(t, srv, 2)
	})
}

// A login is under way: its token is kept neither in memory nor in the store.
func TestP7LogoutDuringALoginKeepsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{Latency: 5 * time.Second})
		store := &clienttest.MemoryStore{}
		c := fleet(t, srv, 1, store, "your-password")[0]
		var wg sync.WaitGroup
		wg.Go(func() { mustToken(t, c) })
		time.Sleep(time.Second)
		if err := c.Logout(t.Context()); err != nil {
			t.Error(err)
		}
		wg.Wait()
		if n := len(store.Records()); n != 0 {
			t.Errorf("%d records; want none", n)
		}
		mustToken(t, c)
		wantLogins(t, srv, 2)
	})
}

// A call after a Logout does not share a login that began before.
func TestP7CallAfterALogoutDoesNotShareAnEarlierLogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{Latency: 5 * time.Second})
		c := bezalaService.client(t, srv)
		var before client.Token
		var wg sync.WaitGroup
		wg.Go(func() { before = mustToken(t, c) })
		time.Sleep(time.Second)
		if err := c.Logout(t.Context()); err != nil {
			t.Error(err)
		}
		after := mustToken(t, c)
		wg.Wait()
		if after.Equal(before) || !mustToken(t, c).Equal(after) {
			t.Errorf("the token from before the Logout is used after it")
		}
		wantLogins(t, srv, 2)
	})
}

func TestP7LogoutDuringARefreshKeepsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := becardService.start(t, sandbox.Config{TokenLifetime: time.Hour, Latency: 5 * time.Second})
		store := &clienttest.MemoryStore{}
		c := becardService.client(t, srv, client.WithTokenStore(store))
		mustToken(t, c)
		time.Sleep(57 * time.Minute)
		mustToken(t, c) // and a refresh begins
		time.Sleep(time.Second)
		if err := c.Logout(t.Context()); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Minute)
		wantLogins(t, srv, 2)
		if n := len(store.Records()); n != 0 {
			t.Errorf("%d records; want none", n)
		}
		mustToken(t, c)
		wantLogins(t, srv, 3)
	})
}

// The prompt of a refresh is for a token that a Logout drops.
func TestP7LogoutEndsThePromptOfARefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bleepayService.start(t, sandbox.Config{})
		var asked, up atomic.Int64
		c := bleepayService.clientWith(t, srv, func(ctx context.Context) (string, error) {
			if asked.Add(1) != 2 {
				return "your-password", nil
			}
			up.Add(1)
			defer up.Add(-1)
			<-ctx.Done()
			return "", ctx.Err()
		})
		mustToken(t, c)
		time.Sleep(57 * time.Minute)
		mustToken(t, c) // and a refresh begins
		synctest.Wait()
		if up.Load() != 1 {
			t.Fatalf("%d prompts; want one", up.Load())
		}
		if err := c.Logout(t.Context()); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if up.Load() != 0 {
			t.Error("the prompt is still up")
		}
		mustToken(t, c)
		wantLogins(t, srv, 2)
	})
}

func TestP7LogoutWhileTheRecordIsWrittenDeletesIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := wildStore{
			MemoryStore: &clienttest.MemoryStore{},
			put:         func() error { time.Sleep(time.Second); return nil },
			lock:        func() func() { return nil },
		}
		c := fleet(t, srv, 1, store, "your-password")[0]
		var wg sync.WaitGroup
		wg.Go(func() { mustToken(t, c) })
		time.Sleep(time.Second / 2)
		if err := c.Logout(t.Context()); err != nil {
			t.Error(err)
		}
		wg.Wait()
		if n := len(store.Records()); store.Puts() != 1 || n != 0 {
			t.Errorf("%d records after %d were put; want none after 1", n, store.Puts())
		}
	})
}

// The Secret is asked by one at a time, also by a Logout.
func TestP7LogoutAsksForTheSecretInTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		var asking, asked atomic.Int64
		c := bezalaService.clientWith(t, srv, func(ctx context.Context) (string, error) {
			if asking.Add(1) > 1 {
				t.Error("it is asked twice at a time")
			}
			defer asking.Add(-1)
			asked.Add(1)
			time.Sleep(time.Second)
			return "your-password", ctx.Err()
		}, client.WithTokenStore(&clienttest.MemoryStore{}))
		var wg sync.WaitGroup
		wg.Go(func() { mustToken(t, c) })
		time.Sleep(time.Second / 2)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second/4)
		defer cancel()
		if err := c.Logout(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v; want that it waited for its turn", err)
		}
		if err := c.Logout(t.Context()); err != nil {
			t.Error(err)
		}
		wg.Wait()
		if asked.Load() != 2 {
			t.Errorf("asked %d times; want 2", asked.Load())
		}
	})
}

func TestP7LogoutThatFailsIsAnError(t *testing.T) {
	for name, tt := range map[string]struct {
		secret client.Secret
		remove func() error
		takes  time.Duration
	}{
		"the secret panics": {secret: func(context.Context) (string, error) { panic("with " + ownSecret) }},
		"no secret":         {secret: func(context.Context) (string, error) { return "", errors.New("no vault") }},
		"the store panics":  {secret: client.Static(ownSecret), remove: func() error { panic("with " + ownSecret) }},
		"the store hangs": {
			secret: client.Static(ownSecret), remove: func() error { time.Sleep(time.Hour); return nil },
			takes: 2 * time.Second,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := bezalaService.start(t, sandbox.Config{})
				store := wildStore{MemoryStore: &clienttest.MemoryStore{}, remove: tt.remove}
				c := bezalaService.clientWith(t, srv, tt.secret, client.WithTokenStore(store))
				began := time.Now()
				err := c.Logout(t.Context())
				if took := time.Since(began); took != tt.takes {
					t.Errorf("it took %s; want %s", took, tt.takes)
				}
				if err == nil || !strings.HasPrefix(err.Error(), "bezala: ") {
					t.Fatalf("%v; want an error of bezala's", err)
				}
				wantHarmless(t, err, ownSecret)
				time.Sleep(time.Hour) // until the store no longer hangs
			})
		})
	}
}
