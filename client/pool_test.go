package client_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/clienttest"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// newPool is client.NewPool with options that are right.
func newPool(t *testing.T, size int, opts ...client.Option) *client.Pool {
	t.Helper()
	pool, err := client.NewPool(size, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return pool
}

func pooledLogin(srv *sandbox.Server, email string, password client.Secret) client.Login {
	return bezala.Password{BaseURL: srv.URL, Email: email, Password: password}
}

func TestP10PoolSharesByAccountAndCredential(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		pool := newPool(t, 10, client.WithTransport(srv.Transport()))
		right := func() client.Login { return pooledLogin(srv, "user@example.com", client.Static("your-password")) }

		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				c, err := pool.Client(t.Context(), right())
				if err != nil {
					t.Error(err)
					return
				}
				mustToken(t, c)
			})
		}
		wg.Wait()
		wantLogins(t, srv, 1)

		// Whoever names the account and types any password is not let in by the cache.
		for i := range 1000 {
			c, err := pool.Client(t.Context(), pooledLogin(srv, "user@example.com", client.Static(fmt.Sprint("guess ", i%5))))
			if err != nil {
				t.Fatal(err)
			}
			if token, err := c.Token(t.Context()); !errors.Is(err, client.ErrInvalidCredentials) {
				t.Fatalf("a wrong password got %v, %v", token, err)
			}
		}
		if n := srv.Counts().Refused; n != 5 {
			t.Errorf("%d refused logins; want one for each of 5 guesses", n)
		}
		c, err := pool.Client(t.Context(), right())
		if err != nil {
			t.Fatal(err)
		}
		mustToken(t, c)
		if n := srv.Counts().Logins; n != 1 {
			t.Errorf("%d logins; the guesses disturbed the right one", n)
		}
	})
}

// A held token goes on after the password was changed at the service. LogIn asks the service.
func TestP10PooledTokenIsNoPasswordCheck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		pool := newPool(t, 10, client.WithTransport(srv.Transport()))
		user := func() *client.Client {
			c, err := pool.Client(t.Context(), pooledLogin(srv, "user@example.com", client.Static("your-password")))
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		mustToken(t, user())
		changed := srv.Accounts()[0]
		changed.Secret = "new-password"
		srv.SetAccounts([]sandbox.Account{changed})
		mustToken(t, user())
		if err := user().LogIn(t.Context()); !errors.Is(err, client.ErrInvalidCredentials) {
			t.Errorf("LogIn with the old password: %v", err)
		}
	})
}

func TestP10PoolEvictsTheOneUsedLongestAgo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		pool := newPool(t, 2, client.WithTransport(srv.Transport()))
		get := func(name string) *client.Client {
			c, err := pool.Client(t.Context(), pooledLogin(srv, name, client.Static("x")))
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		a, b := get("a@example.com"), get("b@example.com")
		if get("a@example.com") != a {
			t.Error("a was not kept")
		}
		get("c@example.com")
		if get("a@example.com") != a {
			t.Error("a was used last and is gone")
		}
		if get("b@example.com") == b {
			t.Error("b was used longest ago and is still there")
		}
	})
}

// Guesses take places from one another, and not from a Client that is logged in.
func TestP10PoolKeepsClientsThatAreLoggedIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		pool := newPool(t, 3, client.WithTransport(srv.Transport()))
		get := func(password string) *client.Client {
			c, err := pool.Client(t.Context(), pooledLogin(srv, "user@example.com", client.Static(password)))
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		right := get("your-password")
		mustToken(t, right)
		for i := range 100 {
			if token, err := get(fmt.Sprint("guess ", i)).Token(t.Context()); err == nil {
				t.Fatalf("a guess got %v", token)
			}
		}
		if get("your-password") != right {
			t.Error("the one that is logged in was pushed out by guesses")
		}
		wantLogins(t, srv, 101)
	})
}

func TestP10PoolBindsAClientToItsSecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		pool := newPool(t, 10, client.WithTransport(srv.Transport()))
		password := "your-password"
		login := pooledLogin(srv, "user@example.com", func(context.Context) (string, error) { return password, nil })
		before, err := pool.Client(t.Context(), login)
		if err != nil {
			t.Fatal(err)
		}
		before.Invalidate(mustToken(t, before))

		// The user changes the password; a login with it must not serve who still has the old one.
		password = "new-password"
		srv.SetAccounts([]sandbox.Account{{Method: "password", Name: "user@example.com", Secret: password}})
		if token, err := before.Token(t.Context()); !errors.Is(err, client.ErrInvalidCredentials) {
			t.Errorf("the old secret's client got %v, %v", token, err)
		}
		after, err := pool.Client(t.Context(), login)
		if err != nil || after == before {
			t.Fatalf("the new secret has the old one's client, %v", err)
		}
		mustToken(t, after)
	})
}

// With unbound records, whoever names an account would be let in with any password.
func TestP10PoolRefusesUnboundRecords(t *testing.T) {
	store := client.WithTokenStore(&clienttest.MemoryStore{})
	for name, opts := range map[string][]client.Option{
		"WithUnboundRecords": {store, client.WithUnboundRecords()},
		"WithTokenStore":     {client.WithTokenStore(nil)},
		"WithMaxAge":         {client.WithMaxAge(-1)},
		"Option":             {nil},
	} {
		pool, err := client.NewPool(10, opts...)
		invalid, ok := errors.AsType[*client.LoginError](err)
		if pool != nil || !ok || invalid.Field != name || !errors.Is(err, client.ErrInvalidInput) {
			t.Errorf("%s: %v, %v; want ErrInvalidInput that names it", name, pool, err)
		}
	}
	for _, size := range []int{0, -1} {
		if pool, err := client.NewPool(size); pool != nil || !errors.Is(err, client.ErrInvalidInput) {
			t.Errorf("a size of %d: %v, %v; want ErrInvalidInput", size, pool, err)
		}
	}
}

func TestPoolClientRefuses(t *testing.T) {
	pool := newPool(t, 1)
	if _, err := pool.Client(t.Context(), bezala.Password{}); !errors.Is(err, client.ErrInvalidInput) {
		t.Errorf("no email: %v", err)
	}
	for _, none := range []client.Login{nil, (*bezala.Password)(nil)} {
		if _, err := pool.Client(t.Context(), none); !errors.Is(err, client.ErrInvalidInput) {
			t.Errorf("%T(nil): %v", none, err)
		}
	}
	none := bezala.Password{Email: "a@example.com"}
	if _, err := pool.Client(t.Context(), none); !errors.Is(err, client.ErrInvalidInput) {
		t.Errorf("no Secret: %v", err)
	}
	sealed := errors.New("vault is sealed")
	broken := none
	broken.Password = func(context.Context) (string, error) { return "", sealed }
	if _, err := pool.Client(t.Context(), broken); !errors.Is(err, sealed) {
		t.Errorf("a Secret that fails: %v", err)
	}
}
