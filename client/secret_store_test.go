package client_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// A LogIn that has left asks for nothing any more: who still waits is served by what another client has put into the
// store while the Secret was asked.
func TestP9TokenOfTheStoreServesOnceALogInHasLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := []client.Option{client.WithTokenStore(&clienttest.MemoryStore{}), client.WithUnboundRecords()}
		c := bezalaService.clientWith(t, srv, afterTenSeconds("your-password", nil), store...)
		other := bezalaService.client(t, srv, store...)
		atOnce(3, func(i int) {
			switch i {
			case 0:
				mustToken(t, c)
			case 1:
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
				defer cancel()
				wantErr(t, c.LogIn(ctx), context.DeadlineExceeded)
			case 2:
				time.Sleep(5 * time.Second)
				mustToken(t, other)
			}
		})
		wantLogins(t, srv, 1)
	})
}

// A Secret that fails costs nothing if another client has logged in meanwhile.
func TestP9SecretThatFailsAfterAnothersLogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := []client.Option{client.WithTokenStore(&clienttest.MemoryStore{}), client.WithUnboundRecords()}
		c := bezalaService.clientWith(t, srv, afterTenSeconds("", errors.New("the vault is sealed")), store...)
		time.AfterFunc(5*time.Second, func() { mustToken(t, bezalaService.client(t, srv, store...)) })
		mustToken(t, c)
		wantLogins(t, srv, 1)
	})
}

// afterTenSeconds is a Secret that takes its time.
func afterTenSeconds(secret string, err error) client.Secret {
	return func(ctx context.Context) (string, error) {
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(10 * time.Second):
			return secret, err
		}
	}
}
