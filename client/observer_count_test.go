package client_test

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// However many calls come at once, each login, wait and replay is told once: as many as Status counts.
func TestP2ObserverIsToldOfEachOnce(t *testing.T) {
	t.Parallel()
	srv := bleepayService.sandbox(sandbox.Config{Latency: time.Millisecond})
	defer srv.Close()
	var begun, network, other, failed, waited, replayed atomic.Int64
	ends := make(chan struct{}, 10_000)
	one := func(n *atomic.Int64) func(context.Context, client.Event) {
		return func(context.Context, client.Event) { n.Add(1) }
	}
	c := newClient(t, bleepayService.login(srv, client.Static(srv.Accounts()[0].Secret)), client.WithObserver(client.Observer{
		LoginBegun: func(ctx context.Context, _ client.Event) context.Context { begun.Add(1); return ctx },
		LoginEnded: func(_ context.Context, e client.Event) {
			ends <- struct{}{}
			switch {
			case e.Kind != "":
				failed.Add(1)
			case e.Source == "network":
				network.Add(1)
			default:
				other.Add(1)
			}
		},
		WaitShared: one(&waited), Replayed: one(&replayed),
	}))
	hc := c.HTTPClient()
	defer hc.CloseIdleConnections()
	atOnce(32, func(int) {
		for range 30 {
			switch rand.N(20) {
			case 0:
				srv.RevokeAll()
			case 1:
				c.Invalidate(mustToken(t, c))
			case 2:
				_ = c.LogIn(t.Context())
			case 3:
				_, _, _ = within(t, c, time.Duration(rand.N(int64(2*time.Millisecond))))
			default:
				if resp, err := fetch(t.Context(), hc, c.BaseURL()+bleepayService.resource); err == nil && resp.StatusCode >= http.StatusInternalServerError {
					t.Error(resp.Status)
				}
			}
		}
	})
	for range begun.Load() { // also of a login that its callers have left
		<-ends
	}
	if len(ends) > 0 {
		t.Errorf("%d ends without a beginning", len(ends))
	}
	s := c.Status()
	if network.Load() != s.Logins || other.Load() != 0 || waited.Load() != s.SharedWaits || replayed.Load() != s.Replays {
		t.Errorf("told of %d logins, %d others, %d waits, %d replays; status %+v", network.Load(), other.Load(), waited.Load(), replayed.Load(), s)
	}
	if s.Logins < 5 || s.SharedWaits == 0 || s.Replays == 0 {
		t.Errorf("status %+v: this test tells nothing", s)
	}
	t.Logf("%d begun, %d failed; %+v", begun.Load(), failed.Load(), s)
}
