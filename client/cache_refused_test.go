package client_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// A Login of a user's own may know no HTTP status: its refusals latch too.
func TestRefusalWithoutStatusLatches(t *testing.T) {
	for name, refusal := range map[string]error{
		"a LoginError":   &client.LoginError{Service: "own", Kind: client.ErrInvalidCredentials, Message: "no"},
		"a wrapped kind": fmt.Errorf("own: %w", client.ErrInvalidCredentials),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				logins := 0
				login := ownLogin(nil)
				login.login = func(context.Context, *http.Client, string) (client.Token, error) {
					logins++
					return client.Token{}, refusal
				}
				c := newClient(t, login, client.WithTokenStore(newMemoryStore()))
				for range 1000 {
					_, err := c.Token(t.Context())
					wantErr(t, err, client.ErrInvalidCredentials)
				}
				if logins != 1 {
					t.Errorf("%d logins; want 1", logins)
				}
			})
		})
	}
}

// A changed secret that nobody has refused has not had its try.
func TestChangedSecretThatMetAnOutageIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		typed := newSecrets("wrong-password")
		c := bezalaService.clientWith(t, srv, typed.secret)
		_, err := c.Token(t.Context())
		wantErr(t, err, client.ErrInvalidCredentials)
		typed.set("your-password")
		srv.SetOutage(sandbox.Outage{Kind: sandbox.ErrorJSON, Scope: sandbox.Logins, Times: 1})
		_, err = c.Token(t.Context())
		wantErr(t, err, client.ErrUnavailable)
		time.Sleep(time.Second)
		mustToken(t, c)
	})
}

func TestNextRefreshIsNotBeforeAPauseEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bleepayService.start(t, sandbox.Config{})
		typed := newSecrets("your-password")
		c := bleepayService.clientWith(t, srv, typed.secret)
		mustToken(t, c)
		typed.set("wrong-password")
		time.Sleep(time.Until(c.Status().NextRefresh))
		mustToken(t, c)
		synctest.Wait()
		if s := c.Status(); s.RefusedUntil.IsZero() || !s.NextRefresh.Equal(s.RefusedUntil) {
			t.Errorf("next refresh at %s, latched until %s; want both the same", s.NextRefresh, s.RefusedUntil)
		}
	})
}
