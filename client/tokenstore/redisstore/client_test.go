package redisstore_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/formlogin"
	"github.com/latchkey-go/latchkey/client/tokenstore/internal/redistest"
	"github.com/latchkey-go/latchkey/client/tokenstore/redisstore"
)

// Whatever happens to Redis, a login succeeds. It takes at most 2 s longer than without Redis, the time that a Client
// allows a store.
func TestClientBehindATroubledNetwork(t *testing.T) {
	t.Parallel()
	for _, network := range networks {
		t.Run(network.name, func(t *testing.T) {
			t.Parallel()
			server := sandbox.NewFormLogin(sandbox.Config{})
			t.Cleanup(server.Close)
			s := redistest.Start(t)
			p := redistest.StartProxy(t, s.Addr)
			reports := make(chan error, 100)
			newClient := func() *client.Client {
				account := server.Accounts()[0]
				c, err := client.New(
					formlogin.Password{BaseURL: server.URL, Username: account.Name, Password: client.Static(account.Secret)},
					client.WithTokenStore(redisstore.New(redistest.Client(t, &redis.Options{Addr: p.Addr}))), client.WithObserver(client.Observer{StoreTrouble: func(err error) { reports <- err }}),
				)
				if err != nil {
					t.Fatal(err)
				}
				return c
			}
			p.Add(t, network.toxics...)
			began := time.Now()
			c := newClient()
			token, err := c.Token(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			took := time.Since(began)
			// On a busy machine the derivation and the login take some time too. Without a limit, 5 s of latency would
			// make 25 s.
			if took > 2*time.Second+3*time.Second {
				t.Errorf("it took %s", took)
			}
			if len(reports) == 0 {
				t.Error("the trouble was not reported")
			}
			t.Logf("a login took %s; reported: %v", took.Round(time.Millisecond), <-reports)

			p.Remove(t, network.toxics...)
			c.Invalidate(token)
			redistest.Eventually(t, "the store is used again", func() bool {
				token, err := c.Token(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				found, err := newClient().Token(t.Context())
				c.Invalidate(token)
				return err == nil && found.Equal(token)
			})
		})
	}
}

// A Client takes no value of which a byte is another, or that was cut: it costs a login.
func TestP10DamagedValueCostsALogin(t *testing.T) {
	t.Parallel()
	rdb := redistest.Start(t).Client(t)
	store, logins := redisstore.New(rdb), 0
	start := func() client.Token {
		c, err := client.New(ownLogin{&logins}, client.WithTokenStore(store), client.WithUnboundRecords())
		if err != nil {
			t.Fatal(err)
		}
		token, err := c.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	first := start()
	keys := rdb.Keys(t.Context(), "latchkey:????????????????????????????????????????").Val()
	if len(keys) != 1 {
		t.Fatalf("keys %q; want one", keys)
	}
	set := func(value string) {
		if err := rdb.Set(t.Context(), keys[0], value, time.Hour).Err(); err != nil {
			t.Fatal(err)
		}
	}
	whole := rdb.Get(t.Context(), keys[0]).Val()
	values := map[string]string{"one byte more": whole + "\x00", "twice": whole + whole, "text": fmt.Sprintf("%x", whole)}
	for i := range whole {
		values[fmt.Sprint("changed at ", i)] = whole[:i] + string([]byte{whole[i] ^ 1}) + whole[i+1:]
		if i%8 == 0 {
			values[fmt.Sprint("cut at ", i)] = whole[:i]
		}
	}
	for name, value := range values {
		set(value)
		before := logins
		if token := start(); token.Equal(first) || logins != before+1 {
			t.Errorf("%s: the value is taken", name)
		}
	}
	set(whole)
	if !start().Equal(first) {
		t.Error("the whole value is not taken: this test tells nothing")
	}
}

// ownLogin is a Login without a service. It counts the logins.
type ownLogin struct{ logins *int }

func (ownLogin) Account() (client.Account, error) {
	return client.Account{Service: "own", BaseURL: "https://own.example", Method: "password", Name: "me"}, nil
}

func (ownLogin) Secret(context.Context) (string, error) { return "secret", nil }

func (o ownLogin) Login(context.Context, *http.Client, string) (client.Token, error) {
	*o.logins++
	return client.NewToken(client.TokenResponse{Value: fmt.Sprint("token-", *o.logins), ExpiresIn: time.Hour})
}
