package client_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// LogIn passes the pause after a failure, and not the one after a refusal, however many secrets were refused.
func TestP4LogInSendsNoRefusedSecretAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		asked := 0
		c := bezalaService.clientWith(t, srv, func(context.Context) (string, error) {
			asked++
			return []string{"one wrong password", "another wrong password"}[asked%2], nil
		})
		for range 20 {
			wantErr(t, c.LogIn(t.Context()), client.ErrInvalidCredentials)
		}
		wantLogins(t, srv, 2)
	})
}

// paused returns two clients that share a slow store. The first is in the pause after a failed login.
func paused(t *testing.T, store *clienttest.MemoryStore) (c, other *client.Client, srv *sandbox.Server) {
	srv = bezalaService.start(t, sandbox.Config{Latency: 100 * time.Millisecond})
	both := fleet(t, srv, 2, store, "your-password")
	srv.SetOutage(sandbox.Outage{Kind: sandbox.ErrorJSON, Scope: sandbox.Logins, Times: 4})
	for range 4 { // the pause is 8 s in the end
		time.Sleep(time.Until(both[0].Status().FailingUntil))
		for range 2 { // the second one asks the Secret
			_, err := both[0].Token(t.Context())
			wantErr(t, err, client.ErrUnavailable)
		}
	}
	return both[0], both[1], srv
}

// A LogIn that comes during a look into the store hides nothing from those who look.
func TestP9LogInDuringALookIntoTheStoreHidesNoToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &clienttest.MemoryStore{}
		c, other, srv := paused(t, store)
		if err := other.LogIn(t.Context()); err != nil {
			t.Fatal(err)
		}
		srv.SetOutage(sandbox.Outage{Kind: sandbox.ErrorJSON, Scope: sandbox.Logins, Times: 1})
		store.SetTrouble(time.Second, nil)
		go func() {
			time.Sleep(500 * time.Millisecond)
			if err := c.LogIn(t.Context()); err == nil {
				t.Error("LogIn got what the store had")
			}
		}()
		if _, took, err := within(t, c, time.Minute); err != nil || took != time.Second {
			t.Errorf("%v after %s; want the store's token after 1 s", err, took)
		}
		time.Sleep(10 * time.Second)
		wantLogins(t, srv, 6)
	})
}

// A caller looks into the store once, however slow that is and whoever looks next.
func TestP9CallerInAPauseLooksIntoTheStoreOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &clienttest.MemoryStore{}
		c, _, srv := paused(t, store)
		store.SetTrouble(1500*time.Millisecond, nil)
		atOnce(50, func(i int) {
			for time.Until(c.Status().FailingUntil) > 3*time.Second {
				_, took, err := within(t, c, time.Minute)
				wantErr(t, err, client.ErrUnavailable)
				if took > 1500*time.Millisecond {
					t.Errorf("caller %d: %s", i, took)
				}
				if took == 0 {
					time.Sleep(time.Millisecond)
				}
			}
		})
		wantLogins(t, srv, 4)
	})
}

// The call that asks the Secret in a pause finds what another client has put into the store, as later ones do.
func TestP9FirstCallInAPauseFindsTheStoresToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		both := fleet(t, srv, 2, &clienttest.MemoryStore{}, "your-password")
		srv.SetOutage(sandbox.Outage{Kind: sandbox.ErrorJSON, Scope: sandbox.Logins, Times: 1})
		_, err := both[0].Token(t.Context())
		wantErr(t, err, client.ErrUnavailable)
		if err := both[1].LogIn(t.Context()); err != nil {
			t.Fatal(err)
		}
		mustToken(t, both[0])
		wantLogins(t, srv, 2)
	})
}
