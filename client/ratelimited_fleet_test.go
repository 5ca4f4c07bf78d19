package client_test

import (
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
)

// A limiter lets nobody in for a minute, and says nothing of it. Many processes that share a store and keep asking wait
// together: their waits grow as those of one process do, and not from 5 s again in each.
func TestP5FleetMeetsALimiterThatSaysNothingAsOne(t *testing.T) {
	for name, patience := range map[string]time.Duration{"patient": time.Minute, "impatient": 2 * time.Second} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := &clienttest.MemoryStore{}
				began := time.Now()
				var mu sync.Mutex
				var refused []time.Duration
				limiter := roundTripper(func(req *http.Request) (*http.Response, error) {
					time.Sleep(50 * time.Millisecond)
					at := time.Since(began)
					if at >= time.Minute {
						return fine.to(req)
					}
					mu.Lock()
					defer mu.Unlock()
					refused = append(refused, at)
					return response{status: http.StatusTooManyRequests}.to(req)
				})
				var processes sync.WaitGroup
				for i := range 16 {
					c := newClient(t, askingLogin(), client.WithTransport(limiter), client.WithTokenStore(store), client.WithUnboundRecords())
					processes.Go(func() {
						time.Sleep(time.Duration(i) * 70 * time.Millisecond)
						for {
							if _, _, err := within(t, c, patience); err == nil {
								break
							}
							time.Sleep(time.Second)
						}
						if took := time.Since(began); took > 80*time.Second {
							t.Errorf("a token after %s", took)
						}
					})
				}
				processes.Wait()
				if len(refused) > 5 {
					t.Errorf("answered 429 at %v; want 4 or 5 times in the minute", refused)
				}
			})
		})
	}
}

// A token that another client got ends the row of 429s: after the next one the wait is 5 s again.
func TestP5RowOf429sEndsWithAnothersToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limits := true
		rt := roundTripper(func(req *http.Request) (*http.Response, error) {
			if limits {
				return response{status: http.StatusTooManyRequests}.to(req)
			}
			return fine.to(req)
		})
		share := []client.Option{
			client.WithTransport(rt), client.WithTokenStore(&clienttest.MemoryStore{}), client.WithUnboundRecords(),
			client.WithRetryPolicy(client.RetryPolicy{Attempts: 1}),
		}
		one, other := newClient(t, askingLogin(), share...), newClient(t, askingLogin(), share...)
		waits := func() time.Duration {
			limit, ok := errors.AsType[*client.RateLimitError](one.LogIn(t.Context()))
			if !ok {
				t.Fatal("no 429")
			}
			time.Sleep(limit.RetryAfter)
			return limit.RetryAfter
		}
		for range 4 {
			waits()
		}
		if wait := waits(); wait < 32*time.Second {
			t.Errorf("a wait of %s after the fifth 429 in a row", wait)
		}
		limits = false
		mustToken(t, other)
		mustToken(t, one)
		limits = true
		if wait := waits(); wait > 5*time.Second {
			t.Errorf("a wait of %s after the first 429 since another client's token; want 5 s", wait)
		}
	})
}
