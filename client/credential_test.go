package client_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

func TestP10RecordsAreBoundToTheCredential(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := &clienttest.MemoryStore{}
		right := fleet(t, srv, 1, store, "your-password")[0]
		token := mustToken(t, right)
		before := store.Records()

		for _, guess := range []string{"your-passwore", "your-password ", "YOUR-PASSWORD", "x"} {
			got, err := fleet(t, srv, 1, store, guess)[0].Token(t.Context())
			if !errors.Is(err, client.ErrInvalidCredentials) {
				t.Errorf("a wrong password got %v, %v", got, err)
			}
		}
		for place, r := range before {
			if !bytes.Equal(store.Records()[place], r) {
				t.Error("the right record was touched")
			}
			for _, secret := range []string{token.Value(), "your-password", "user@example.com", "bezala"} {
				if strings.Contains(place, secret) || bytes.Contains(r, []byte(secret)) {
					t.Errorf("the store holds %q in the clear", secret)
				}
			}
		}
		again := mustToken(t, fleet(t, srv, 1, store, "your-password")[0])
		if !again.Equal(token) {
			t.Error("the right password found another token")
		}
	})
}

func TestP10ChangedSecretHasARecordOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := &clienttest.MemoryStore{}
		typed := newSecrets("your-password")
		c := bezalaService.clientWith(t, srv, typed.secret, client.WithTokenStore(store))
		c.Invalidate(mustToken(t, c))
		account := srv.Accounts()[0]
		account.Secret = "new-password"
		srv.SetAccounts([]sandbox.Account{account})
		typed.set("new-password")
		mustToken(t, c)
		if n := len(store.Records()); n != 2 {
			t.Errorf("%d records; want one for each secret", n)
		}
	})
}

func TestP10UnboundRecordsNeedNoSecretAndMeetNoBoundOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := &clienttest.MemoryStore{}
		account, err := bezalaService.login(srv, nil).Account()
		if err != nil {
			t.Fatal(err)
		}
		stored := func() *client.Client {
			return newClient(t, client.Stored(account), client.WithTransport(srv.Transport()),
				client.WithTokenStore(store), client.WithUnboundRecords())
		}
		_, err = stored().Token(t.Context())
		if !errors.Is(err, client.ErrLoginRequired) || !strings.HasPrefix(err.Error(), "bezala: ") {
			t.Errorf("an empty store gave %v; want ErrLoginRequired", err)
		}
		// A bound record is not an unbound one.
		mustToken(t, fleet(t, srv, 1, store, "your-password")[0])
		if _, err := stored().Token(t.Context()); !errors.Is(err, client.ErrLoginRequired) {
			t.Errorf("a bound record served a client without the secret: %v", err)
		}
		token := mustToken(t, fleet(t, srv, 1, store, "your-password", client.WithUnboundRecords())[0])
		wantLogins(t, srv, 2)
		c := stored()
		if !mustToken(t, c).Equal(token) {
			t.Error("the stored token is another one")
		}
		// A store that is down is not one without a token.
		broken := errors.New("connection refused")
		store.SetTrouble(0, broken)
		if _, err := stored().Token(t.Context()); !errors.Is(err, client.ErrLoginRequired) || !errors.Is(err, broken) {
			t.Errorf("a store that is down gave %v; want ErrLoginRequired, and why", err)
		}
		store.SetTrouble(0, nil)
		if err := c.Logout(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Token(t.Context()); !errors.Is(err, client.ErrLoginRequired) {
			t.Errorf("after Logout: %v; want ErrLoginRequired", err)
		}
		wantLogins(t, srv, 2)
	})
}

// An unbound record could not tell which password was refused.
func TestP10UnboundRefusalIsNotStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := &clienttest.MemoryStore{}
		_, err := fleet(t, srv, 1, store, "wrong password", client.WithUnboundRecords())[0].Token(t.Context())
		wantErr(t, err, client.ErrInvalidCredentials)
		if n := len(store.Records()); n != 0 {
			t.Errorf("%d records; want none", n)
		}
		mustToken(t, fleet(t, srv, 1, store, "your-password", client.WithUnboundRecords())[0])
	})
}
