package client

import (
	"context"
	"testing"
	"time"
)

// everyFunction is an Observer that has all functions, which do nothing.
func everyFunction() Observer {
	nothing := func(context.Context, Event) {}
	return Observer{
		LoginBegun: func(ctx context.Context, _ Event) context.Context { return ctx },
		LoginEnded: nothing, WaitShared: nothing, KeptOff: nothing, RateLimited: nothing, Replayed: nothing, SecretFailed: nothing,
		StoreTrouble: func(error) {},
	}
}

// BenchmarkObserver has calls and requests with an Observer that has all functions beside those with none. A login is
// two events, so what it costs more is that of both:
//
//	go test ./client -run '^$' -bench Observer -count 6
func BenchmarkObserver(b *testing.B) {
	for _, what := range []struct {
		name string
		do   func(b *testing.B, c *Client)
	}{
		{"hit", func(b *testing.B, c *Client) {
			for b.Loop() {
				if _, err := c.Token(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		}},
		{"request", func(b *testing.B, c *Client) { roundTrips(b, c.transport()) }},
		{"login", func(b *testing.B, c *Client) {
			for b.Loop() {
				if err := c.LogIn(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		}},
	} {
		for _, with := range []struct {
			name     string
			observer Observer
		}{{"off", Observer{}}, {"on", everyFunction()}} {
			b.Run(what.name+"/"+with.name, func(b *testing.B) {
				c := heldClient(b, WithObserver(with.observer))
				b.ReportAllocs()
				what.do(b, c)
			})
		}
	}
	b.Run("event", func(b *testing.B) {
		w := newWatcher(everyFunction())
		account, _ := heldLogin{}.Account()
		b.ReportAllocs()
		for b.Loop() {
			w.tell(b.Context(), w.LoginEnded, account, Event{Trigger: "cold", Source: fromNetwork, Took: time.Second}, nil)
		}
	})
}
