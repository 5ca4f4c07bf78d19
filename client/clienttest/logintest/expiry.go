package logintest

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// testExpiry expects the right expiry on our clock, even if the service's clock is wrong.
func (l login) testExpiry(t *testing.T) {
	for lifetime, want := range l.Lifetimes {
		for _, offset := range []time.Duration{-2 * time.Hour, 0, 2 * time.Hour} {
			t.Run(fmt.Sprint(lifetime, " at ", offset), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					// With this latency the answer comes between two whole seconds; Date tells only whole ones.
					const latency = 1700 * time.Millisecond
					server := l.start(t, sandbox.Config{
						InProcess: true, TokenLifetime: lifetime, ClockOffset: offset, Latency: latency,
					}, l.Fields)
					began := time.Now()
					token, err := l.token(t.Context(), server.URL, l.Fields, client.WithTransport(server.Transport()))
					if err != nil {
						t.Fatal(err)
					}
					if received := began.Add(latency); !token.Received().Equal(received) {
						t.Errorf("issued at %s, want %s", token.Received(), received)
					}
					expiry, known := token.Expiry()
					if known != (want != 0) {
						t.Fatalf("the expiry is %s, known: %v", expiry, known)
					}
					if life := expiry.Sub(token.Received()); known && (life-want).Abs() > time.Second {
						t.Errorf("the token lives %s, want %s", life, want)
					}
				})
			})
		}
	}
}
