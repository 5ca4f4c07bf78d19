package client_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bearer"
)

// Operations without an account wait too.
func TestT4SharedWaitWithoutAnAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := newLimiter(4*time.Second, time.Hour)
		hc := newHTTPClient(t, sharedWait, client.WithTransport(net))
		atOnce(2, func(i int) {
			time.Sleep(time.Duration(i) * time.Second)
			if resp, err := fetch(t.Context(), hc, "https://own.example/things"); err != nil || resp.StatusCode != http.StatusOK {
				t.Errorf("%v, %v", resp, err)
			}
		})
		if got, want := net.times(), []time.Duration{0, 4 * time.Second, 4 * time.Second}; !slices.Equal(got, want) {
			t.Errorf("requests at %v; want %v", got, want)
		}
	})
}

// Two accounts of a Pool have a limit each.
func TestT4SharedWaitIsOfOneAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := newLimiter(4*time.Second, time.Hour)
		pool := newPool(t, 2, sharedWait, client.WithTransport(net))
		atOnce(2, func(i int) {
			time.Sleep(time.Duration(i) * time.Second)
			token := client.Static(fmt.Sprint("t", i))
			get(t, mustFind(t, pool, bearer.Token{Service: "own", BaseURL: "https://own.example", Name: fmt.Sprint("user", i), Token: token}), "/things")
		})
		s := time.Second
		if got, want := net.times(), []time.Duration{0, 1 * s, 4 * s, 4 * s}; !slices.Equal(got, want) {
			t.Errorf("requests at %v; want %v: the second user waits as the server tells that one", got, want)
		}
	})
}
