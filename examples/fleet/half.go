package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"time"

	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/tokenstore"
)

// These are the sandbox's settings. Real tokens live longer, so a real fleet needs fewer logins.
const (
	tokenLifetime = 2 * time.Second
	loginLimit    = 10
	loginWindow   = 5 * time.Second
	latency       = 20 * time.Millisecond
)

// half is one of the two runs that are compared.
type half struct {
	options
	title    string
	storeURL string // URL of the store; "": none
}

// run starts a service and the workers, lets them work, and counts.
func (h half) run(ctx context.Context, out io.Writer) (row, error) {
	service := sandbox.NewFormLogin(sandbox.Config{
		TokenLifetime: tokenLifetime,
		Latency:       latency,
		RateLimit:     sandbox.RateLimit{Requests: loginLimit, Window: loginWindow, Dialect: sandbox.RetryAfter},
	})
	defer service.Close()
	account := service.Accounts()[0]

	key := make([]byte, tokenstore.KeySize)
	_, _ = rand.Read(key) // it never fails
	ctx, cancel := context.WithCancel(ctx)
	crew, err := startCrew(ctx, h.workers, order{
		BaseURL: service.URL, Name: account.Name, Password: account.Secret, StoreURL: h.storeURL, StoreKey: key,
	})
	// No worker may outlive this function.
	defer func() {
		cancel()
		crew.wait()
	}()
	if err != nil {
		return row{}, err
	}
	if err := h.watch(ctx, out, service); err != nil {
		return row{}, err
	}
	// The count comes before the workers stop, so that both halves are equally long.
	counts := service.Counts()
	results, err := crew.stop()
	if err != nil {
		return row{}, err
	}
	if violations := service.Violations(); len(violations) > 0 {
		return row{}, violations[0]
	}
	return newRow(h.title, counts, results), nil
}

// watch shows the progress until the half is over. The error is ctx's.
func (h half) watch(ctx context.Context, out io.Writer, service *sandbox.Server) error {
	interval, before, after := time.Second, "", "\n"
	if h.terminal {
		interval, before, after = 200*time.Millisecond, "\r", ""
		defer fmt.Fprintln(out)
	}
	began := time.Now()
	end := time.NewTimer(time.Duration(h.seconds * float64(time.Second)))
	defer end.Stop()
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-end.C:
			return nil
		case <-tick.C:
			n := service.Counts()
			fmt.Fprintf(out, "%s%-20s %5.1f s  %6d requests  %4d logins  %4d × 429%s",
				before, h.title, time.Since(began).Seconds(), n.Protected, n.Logins, n.RateLimited, after)
		}
	}
}
