package client_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

func TestP2ColdStartIsOneLogin(t *testing.T) {
	for _, s := range services {
		t.Run(s.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := s.start(t, sandbox.Config{Latency: 200 * time.Millisecond})
				c := s.client(t, srv)
				tokens := make([]client.Token, 1000)
				atOnce(len(tokens), func(i int) {
					var err error
					if tokens[i], err = c.Token(t.Context()); err != nil {
						t.Error(err)
					}
				})
				for _, token := range tokens {
					if token.Value() == "" || !token.Equal(tokens[0]) {
						t.Fatalf("got %v and %v; want the same token for all", token, tokens[0])
					}
				}
				wantLogins(t, srv, 1)
			})
		})
	}
}

func TestP2ExpiredTokenIsOneLogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bleepayService.start(t, sandbox.Config{Latency: 200 * time.Millisecond})
		c := bleepayService.client(t, srv)
		expired := mustToken(t, c)
		time.Sleep(time.Hour) // nobody calls, so nothing renews it
		wantLogins(t, srv, 1)
		atOnce(1000, func(int) {
			if token := mustToken(t, c); token.Equal(expired) {
				t.Error("an expired token was handed out")
			}
		})
		wantLogins(t, srv, 2)
	})
}

func TestP2ColdRequestsAreOneLogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{Latency: 200 * time.Millisecond})
		c := bezalaService.client(t, srv)
		atOnce(1000, func(int) {
			resp, err := fetch(t.Context(), c.HTTPClient(), c.BaseURL()+bezalaService.resource)
			if err != nil || resp.StatusCode != http.StatusOK {
				t.Errorf("%v, %v", resp, err)
			}
		})
		wantLogins(t, srv, 1)
		if n := srv.Counts().Protected; n != 1000 {
			t.Errorf("%d requests answered; want 1000", n)
		}
	})
}

// A login that fails is shared as well, whatever it fails for.
func TestP2FailingLoginIsShared(t *testing.T) {
	for _, tt := range []struct {
		name   string
		outage sandbox.Outage
		want   error
	}{
		{"down", sandbox.Outage{Kind: sandbox.ErrorJSON, Status: http.StatusServiceUnavailable}, client.ErrUnavailable},
		{"reset", sandbox.Outage{Kind: sandbox.Reset}, client.ErrUnavailable},
		{"garbage", sandbox.Outage{Kind: sandbox.GarbageJSON}, client.ErrUnexpectedResponse},
		{"redirect", sandbox.Outage{Kind: sandbox.Redirect}, client.ErrUnexpectedResponse},
		{"500", sandbox.Outage{Kind: sandbox.ErrorJSON, Status: http.StatusInternalServerError}, client.ErrUnavailable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := bezalaService.start(t, sandbox.Config{Latency: 200 * time.Millisecond})
				srv.SetOutage(tt.outage)
				c := bezalaService.client(t, srv)
				atOnce(1000, func(int) {
					_, err := c.Token(t.Context())
					wantErr(t, err, tt.want)
					if _, typed := errors.AsType[*client.LoginError](err); !typed {
						t.Errorf("%T; want a *LoginError", err)
					}
				})
				wantLogins(t, srv, 1)

				// It is over a second after the service is back.
				srv.SetOutage(sandbox.Outage{})
				time.Sleep(time.Second)
				mustToken(t, c)
				wantLogins(t, srv, 2)
			})
		})
	}
}

// The first caller stops waiting, and the others get the token of the login that it began.
func TestP2FirstCallersEndIsNotTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{Latency: 700 * time.Millisecond})
		c := bezalaService.client(t, srv)
		ctx, cancel := context.WithCancel(t.Context())
		began := time.Now()

		var calls sync.WaitGroup
		calls.Go(func() {
			_, err := c.Token(ctx)
			wantErr(t, err, context.Canceled)
			if took := time.Since(began); took != 100*time.Millisecond {
				t.Errorf("the cancelled caller came back after %s; want 100 ms", took)
			}
		})
		synctest.Wait()
		var tokens atomic.Int64
		for range 99 {
			calls.Go(func() {
				token, err := c.Token(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				if token.Value() != "" {
					tokens.Add(1)
				}
			})
		}
		time.Sleep(100 * time.Millisecond)
		cancel()
		calls.Wait()
		if tokens.Load() != 99 {
			t.Errorf("%d tokens; want 99", tokens.Load())
		}
		wantLogins(t, srv, 1)
	})
}

func TestP2ImpatientCallerGetsATokenInTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const patience = 50 * time.Millisecond
		srv := bezalaService.start(t, sandbox.Config{Latency: 700 * time.Millisecond})
		c := bezalaService.client(t, srv)
		for calls := 1; ; calls++ {
			token, took, err := within(t, c, patience)
			if err == nil {
				if token.Value() == "" {
					t.Error("no token and no error")
				}
				if calls < 14 || calls > 15 {
					t.Errorf("a token at call %d; want it at 14 or 15, after 700 ms", calls)
				}
				break
			}
			wantErr(t, err, context.DeadlineExceeded)
			if took != patience {
				t.Errorf("call %d came back after %s; want %s", calls, took, patience)
			}
			if calls > 1000 {
				t.Fatal("no token after 1000 calls")
			}
		}
		wantLogins(t, srv, 1)
		if got := srv.Counts().Logins; got != 1 {
			t.Errorf("%d logins came to their end; want 1", got)
		}
	})
}

// The network login goes on if nobody waits, and its token is kept.
func TestP2LoginGoesOnWithoutCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{Latency: 700 * time.Millisecond})
		c := bezalaService.client(t, srv)
		if _, took, err := within(t, c, 50*time.Millisecond); err == nil || took != 50*time.Millisecond {
			t.Fatalf("%v after %s; want an error after 50 ms", err, took)
		}
		time.Sleep(time.Second)
		if _, took, err := within(t, c, 50*time.Millisecond); err != nil || took != 0 {
			t.Errorf("%v after %s; want the token at once", err, took)
		}
		wantLogins(t, srv, 1)
	})
}

func TestP2CallWhoseContextIsDoneSendsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		asked := 0
		c := bezalaService.clientWith(t, srv, func(context.Context) (string, error) {
			asked++
			return "your-password", nil
		})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := c.Token(ctx)
		wantErr(t, err, context.Canceled)
		_, err = fetch(ctx, c.HTTPClient(), c.BaseURL()+bezalaService.resource)
		wantErr(t, err, context.Canceled)
		synctest.Wait()
		if asked != 0 {
			t.Errorf("the Secret was asked %d times for nobody", asked)
		}
		if n := srv.Counts().Requests; n != 0 {
			t.Errorf("%d requests for nobody", n)
		}
	})
}
