package client_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/oauth2source"
)

// A machine that slept, or whose clock was set forward, hands out no token that expired meanwhile, and logs in once. A
// clock that was set back costs nothing, and makes no token last longer.
func TestP1NoExpiredTokenAfterTheMachineSlept(t *testing.T) {
	const life = 10 * time.Minute
	ways := map[string]func(t *testing.T, c *client.Client) (token string){
		"Token": func(t *testing.T, c *client.Client) string { return mustToken(t, c).Value() },
		"oauth2source": func(t *testing.T, c *client.Client) string {
			token, err := oauth2source.New(t.Context(), c).Token()
			if err != nil {
				t.Fatal(err)
			}
			return token.AccessToken
		},
	}
	for name, token := range ways {
		for _, slept := range []time.Duration{
			time.Second, 8 * time.Minute, life, 11 * time.Minute, 2 * time.Hour, 24 * time.Hour, 30 * 24 * time.Hour,
			-time.Second, -2 * time.Hour, -30 * 24 * time.Hour,
		} {
			t.Run(fmt.Sprintf("%s after %s", name, slept), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					srv := formLoginService.start(t, sandbox.Config{TokenLifetime: life})
					c := formLoginService.client(t, srv)
					first := token(t, c)
					c.Wind(slept)
					over := slept >= life
					for range 3 {
						if next := token(t, c); (next != first) != over {
							t.Errorf("another token: %t; want %t", next != first, over)
						}
					}
					want := 1
					if over {
						want = 2
					}
					wantLogins(t, srv, want)
					if slept > 0 {
						return
					}
					time.Sleep(life)
					if token(t, c) == first {
						t.Error("the expired token")
					}
				})
			})
		}
	}
}

// HTTPClient sends no token that expired while the machine slept, so the service has none to refuse.
func TestP1HTTPClientSendsNoExpiredTokenAfterTheMachineSlept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := formLoginService.start(t, sandbox.Config{TokenLifetime: time.Hour})
		sent := record(srv.Transport())
		c := formLoginService.client(t, srv, client.WithTransport(sent))
		get(t, c, formLoginService.resource)
		first := sent.authorization()[0]
		c.Wind(2 * time.Hour)
		get(t, c, formLoginService.resource)
		if sent.authorization()[0] == first {
			t.Error("the expired token was sent again")
		}
		wantLogins(t, srv, 2)
	})
}

// A token's age counts by the wall clock too.
func TestP6MaxAgeCountsWhileTheMachineSleeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		c := bezalaService.client(t, srv, client.WithMaxAge(time.Hour))
		first := mustToken(t, c)
		c.Wind(2 * time.Hour)
		if mustToken(t, c).Equal(first) {
			t.Error("the old token")
		}
		wantLogins(t, srv, 2)
	})
}
