package logintest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

var outages = []struct {
	sandbox.Outage
	status int
	kind   error
}{
	{sandbox.Outage{Kind: sandbox.ErrorJSON, Status: 500}, 500, client.ErrUnavailable},
	{sandbox.Outage{Kind: sandbox.ErrorJSON, Status: 502}, 502, client.ErrUnavailable},
	{sandbox.Outage{Kind: sandbox.ErrorJSON}, 503, client.ErrUnavailable},
	{sandbox.Outage{Kind: sandbox.ErrorJSON, Status: 504}, 504, client.ErrUnavailable},
	{sandbox.Outage{Kind: sandbox.ErrorJSON, Status: 404}, 404, client.ErrUnexpectedResponse},
	{sandbox.Outage{Kind: sandbox.ErrorHTML}, 503, client.ErrUnavailable},
	{sandbox.Outage{Kind: sandbox.ErrorHTML, Status: 502}, 502, client.ErrUnavailable},
	{sandbox.Outage{Kind: sandbox.ErrorHTML, Status: 401}, 401, client.ErrUnavailable},
	{sandbox.Outage{Kind: sandbox.ErrorHTML, Status: 403}, 403, client.ErrUnavailable},
	{sandbox.Outage{Kind: sandbox.ErrorHTML, Status: 404}, 404, client.ErrUnexpectedResponse},
	{sandbox.Outage{Kind: sandbox.ErrorHTML, Status: 405}, 405, client.ErrUnexpectedResponse},
	{sandbox.Outage{Kind: sandbox.ErrorHTML, Status: 200}, 200, client.ErrUnexpectedResponse},
	{sandbox.Outage{Kind: sandbox.GarbageJSON}, 200, client.ErrUnexpectedResponse},
	{sandbox.Outage{Kind: sandbox.GarbageJSON, Status: 500}, 500, client.ErrUnavailable},
}

// testOutages sends good credentials while there is trouble at the service or in front of it. Nothing is sent twice.
func (l login) testOutages(t *testing.T) {
	for place, cfg := range places {
		for _, outage := range outages {
			t.Run(fmt.Sprint(place, " ", outage.Kind, " ", outage.status), func(t *testing.T) {
				server := l.start(t, cfg, l.Fields)
				server.SetOutage(outage.Outage)
				_, err := l.token(t.Context(), server.URL, l.Fields, client.WithTransport(record(server, cfg)))
				want := Failure{Kind: outage.kind}
				if got, ok := errors.AsType[*client.LoginError](err); ok && outage.Kind == sandbox.ErrorJSON {
					want.Code, want.Message = got.Code, http.StatusText(outage.status)
				}
				l.check(t, err, l.Fields, outage.status, want)
				if counts := server.Counts(); counts.Requests != 1 {
					t.Errorf("%d requests were sent, want 1", counts.Requests)
				}
			})
		}
	}
}

// testRedirects answers a login with a redirect and a page, as servers do. The login must not follow it: a 307 would
// carry the secret along.
func (l login) testRedirects(t *testing.T) {
	for place, cfg := range places {
		for _, status := range []int{301, 302, 303, 307, 308} {
			for _, location := range []string{"/auth/login", "https://elsewhere.example/"} {
				t.Run(fmt.Sprint(place, " ", status, " ", location), func(t *testing.T) {
					server := l.start(t, cfg, l.Fields)
					server.SetOutage(sandbox.Outage{Kind: sandbox.Redirect, Status: status, Location: location})
					rec := record(server, cfg)
					_, err := l.token(t.Context(), server.URL, l.Fields, client.WithTransport(rec))
					rec.only(t)
					l.check(t, err, l.Fields, status, Failure{Kind: client.ErrUnexpectedResponse})
				})
			}
		}
	}
}

// testNetwork tests the failures of the network.
func (l login) testNetwork(t *testing.T) {
	for place, cfg := range places {
		t.Run("reset "+place, func(t *testing.T) {
			server := l.start(t, cfg, l.Fields)
			server.SetOutage(sandbox.Outage{Kind: sandbox.Reset})
			_, err := l.token(t.Context(), server.URL, l.Fields, client.WithTransport(record(server, cfg)))
			l.check(t, err, l.Fields, 0, Failure{Kind: client.ErrUnavailable})
			if !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("the cause is not wrapped: %v", err)
			}
			if _, path, _ := strings.Cut(l.Route, " "); strings.Contains(err.Error(), path) {
				t.Errorf("the error holds the URL: %v", err)
			}
			if counts := server.Counts(); counts.Requests != 1 {
				t.Errorf("%d requests were sent, want 1", counts.Requests)
			}
		})
	}
	t.Run("no answer", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			server := l.start(t, sandbox.Config{InProcess: true}, l.Fields)
			server.SetOutage(sandbox.Outage{Kind: sandbox.Hang})
			began := time.Now()
			_, err := l.token(t.Context(), server.URL, l.Fields, client.WithTransport(server.Transport()))
			if waited := time.Since(began); waited != 30*time.Second {
				t.Errorf("the login ended after %s, want 30s", waited)
			}
			if !errors.Is(err, client.ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the error is neither ErrUnavailable nor DeadlineExceeded: %v", err)
			}
			l.checkText(t, err, l.Fields)
		})
	})
	t.Run("no patience", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			server := l.start(t, sandbox.Config{InProcess: true, Latency: 10 * time.Second}, l.Fields)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			c, err := client.New(l.New(server.URL, l.Fields, client.Static(l.Fields[l.SecretField])),
				client.WithTransport(server.Transport()))
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			_, err = c.Token(ctx)
			if waited := time.Since(began); waited != time.Second {
				t.Errorf("the caller waited %s, want 1s", waited)
			}
			if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, client.ErrUnavailable) {
				t.Errorf("the error is not the context's: %v", err)
			}
			l.checkText(t, err, l.Fields)
			if _, err := c.Token(t.Context()); err != nil {
				t.Errorf("the login did not go on: %v", err)
			}
			if counts := server.Counts(); counts.Requests != 1 {
				t.Errorf("%d requests were sent, want 1", counts.Requests)
			}
		})
	})
}

// testRateLimits lets the sandbox answer 429 in every dialect.
func (l login) testRateLimits(t *testing.T) {
	for _, dialect := range sandbox.Dialects() {
		t.Run(dialect.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { l.testRateLimit(t, dialect) })
		})
	}
}

func (l login) testRateLimit(t *testing.T, dialect sandbox.Dialect) {
	const wait = 42 * time.Second
	server := l.start(t, sandbox.Config{InProcess: true, ClockOffset: 2 * time.Hour}, l.Fields)
	server.SetOutage(sandbox.Outage{Kind: sandbox.TooManyRequests, Wait: wait, Dialect: dialect})
	began := time.Now()
	_, err := l.token(t.Context(), server.URL, l.Fields, once(client.WithTransport(server.Transport()))...)
	if waited := time.Since(began); waited != 0 {
		t.Errorf("the caller waited %s", waited)
	}
	limit, ok := errors.AsType[*client.RateLimitError](err)
	if !ok {
		t.Fatalf("%T is no *client.RateLimitError: %v", err, err)
	}
	if limit.Service != l.Name {
		t.Errorf("Service is %q, want %q", limit.Service, l.Name)
	}
	silent := dialect == sandbox.Nginx || dialect == sandbox.NoHeaders
	switch {
	case limit.Named == silent:
		t.Errorf("Named is %t", limit.Named)
	case silent && l.quota(t, l.Route) > 0: // it names no wait, and the document has one
		if limit.RetryAfter != l.quota(t, l.Route) {
			t.Errorf("RetryAfter is %s; want the document's %s", limit.RetryAfter, l.quota(t, l.Route))
		}
	case silent: // ours is 5 s, less up to a fifth at random
		if limit.RetryAfter < 4*time.Second || limit.RetryAfter > 5*time.Second {
			t.Errorf("RetryAfter is %s; want about 5 s of our own", limit.RetryAfter)
		}
	case limit.RetryAfter != wait:
		t.Errorf("RetryAfter is %s, want %s", limit.RetryAfter, wait)
	}
	beneath, ok := errors.AsType[*client.LoginError](err)
	if !ok {
		t.Fatalf("no *client.LoginError is beneath %v", err)
	}
	l.check(t, err, l.Fields, http.StatusTooManyRequests, Failure{Code: beneath.Code, Message: beneath.Message})
	if counts := server.Counts(); counts.Requests != 1 {
		t.Errorf("%d requests were sent, want 1", counts.Requests)
	}
}
