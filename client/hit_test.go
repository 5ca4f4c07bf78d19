package client_test

import (
	"testing"
	"testing/synctest"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

func TestP1HitAllocatesNothing(t *testing.T) {
	for name, opts := range map[string][]client.Option{
		"without an Observer": nil, "with one": {client.WithObserver((&diary{}).observer())},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := bleepayService.start(t, sandbox.Config{})
				c := bleepayService.client(t, srv, opts...)
				ctx := t.Context()
				mustToken(t, c)
				if n := testing.AllocsPerRun(1000, func() { _, _ = c.Token(ctx) }); n != 0 {
					t.Errorf("a hit makes %v allocations; want 0", n)
				}
				wantLogins(t, srv, 1)
			})
		})
	}
}
