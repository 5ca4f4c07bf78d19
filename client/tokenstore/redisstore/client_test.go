package redisstore_test

import (
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
			p := startProxy(t, s.Addr)
			reports := make(chan error, 100)
			newClient := func() *client.Client {
				account := server.Accounts()[0]
				c, err := client.New(
					formlogin.Password{BaseURL: server.URL, Username: account.Name, Password: client.Static(account.Secret)},
					client.WithTokenStore(redisstore.New(redistest.Client(t, &redis.Options{Addr: p.addr}))), client.WithObserver(client.Observer{StoreTrouble: func(err error) { reports <- err }}),
				)
				if err != nil {
					t.Fatal(err)
				}
				return c
			}
			p.add(t, network.toxics...)
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

			p.remove(t, network.toxics...)
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
