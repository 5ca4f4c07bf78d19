package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

const ownSecret = "correct horse battery staple"

// ownLogin is a Login of a user's own that does what it is told the first time and works from then on.
func ownLogin(first func(ctx context.Context, hc *http.Client, secret string) (client.Token, error)) fakeLogin {
	var calls atomic.Int64 // a Login that is left behind runs beside the next one
	return fakeLogin{
		account: client.Account{Service: "own", BaseURL: "https://own.example", Method: "password", Name: "me"},
		secret:  client.Static(ownSecret),
		login: func(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
			n := calls.Add(1)
			if n == 1 {
				time.Sleep(time.Millisecond) // until all callers wait
				return first(ctx, hc, secret)
			}
			return client.NewToken(client.TokenResponse{Value: fmt.Sprintf("token-%d", n)})
		},
	}
}

// wantHarmless checks that an error is one of ours and does not hold the secret, however it is printed.
func wantHarmless(t *testing.T, err error, secret string) {
	t.Helper()
	if _, typed := errors.AsType[*client.LoginError](err); !typed {
		if _, typed := errors.AsType[*client.RateLimitError](err); !typed {
			t.Errorf("%T; want a *LoginError or a *RateLimitError", err)
		}
	}
	for ; err != nil; err = errors.Unwrap(err) {
		for _, verb := range []string{"%v", "%+v", "%s", "%q", "%#v"} {
			if text := fmt.Sprintf(verb, err); strings.Contains(text, secret) {
				t.Errorf("the secret is in %T's %s: %s", err, verb, text)
			}
		}
	}
}

func TestBrokenLoginIsAnErrorAndNoMore(t *testing.T) {
	type login = func(ctx context.Context, hc *http.Client, secret string) (client.Token, error)
	var table []string
	for name, tt := range map[string]struct {
		first login
		kind  error // nil: any
		takes time.Duration
	}{
		"panics with a string": {first: func(_ context.Context, _ *http.Client, secret string) (client.Token, error) {
			panic("bad " + secret)
		}},
		"panics with an error": {first: func(_ context.Context, _ *http.Client, secret string) (client.Token, error) {
			panic(errors.New("bad " + secret))
		}},
		"panics in the runtime": {first: func(context.Context, *http.Client, string) (client.Token, error) {
			return client.Token{}, errors.New(table[len(table)])
		}},
		"panics with nil": {first: func(context.Context, *http.Client, string) (client.Token, error) {
			panic(nil) //nolint:govet // what it turns into is the point
		}},
		"ends its goroutine": {first: func(context.Context, *http.Client, string) (client.Token, error) {
			runtime.Goexit()
			return client.Token{}, nil
		}},
		"returns no token": {kind: client.ErrUnexpectedResponse, first: func(context.Context, *http.Client, string) (client.Token, error) {
			return client.Token{}, nil
		}},
		"blocks until its context ends": {kind: client.ErrUnavailable, takes: 30 * time.Second, first: func(ctx context.Context, _ *http.Client, _ string) (client.Token, error) {
			<-ctx.Done()
			return client.Token{}, ctx.Err()
		}},
		"waits for a server that does not answer": {kind: client.ErrUnavailable, takes: 30 * time.Second, first: func(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://own.example/hang", strings.NewReader(secret))
			if err != nil {
				return client.Token{}, err
			}
			_, err = loginkit.Attempt{Service: "own", Secret: secret}.Read(hc.Do(req))
			return client.Token{}, err
		}},
		"waits for the rest of an answer": {kind: client.ErrUnavailable, takes: 30 * time.Second, first: func(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://own.example/trickle", strings.NewReader(secret))
			if err != nil {
				return client.Token{}, err
			}
			_, err = loginkit.Attempt{Service: "own", Secret: secret}.Read(hc.Do(req))
			return client.Token{}, err
		}},
		"repeats the secret": {first: func(_ context.Context, _ *http.Client, secret string) (client.Token, error) {
			return client.Token{}, fmt.Errorf("cannot log in with %q", secret)
		}},
		"repeats the secret in a wrapped error": {first: func(_ context.Context, _ *http.Client, secret string) (client.Token, error) {
			return client.Token{}, fmt.Errorf("first: %w", fmt.Errorf("second: %w", errors.New(secret)))
		}},
		"repeats the secret in a message": {kind: client.ErrUnexpectedResponse, first: func(_ context.Context, _ *http.Client, secret string) (client.Token, error) {
			return client.Token{}, &client.LoginError{Service: "own", Status: 400, Kind: client.ErrUnexpectedResponse, Message: "no " + secret}
		}},
		"repeats the secret beneath": {kind: client.ErrUnavailable, first: func(_ context.Context, _ *http.Client, secret string) (client.Token, error) {
			return client.Token{}, &client.LoginError{Service: "own", Kind: client.ErrUnavailable, Err: errors.New(secret)}
		}},
		"repeats the secret around a typed error": {kind: client.ErrUnavailable, first: func(_ context.Context, _ *http.Client, secret string) (client.Token, error) {
			return client.Token{}, fmt.Errorf("with %s: %w", secret, &client.LoginError{Service: "own", Kind: client.ErrUnavailable})
		}},
		"repeats the secret in a URL": {first: func(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://own.example/?"+
				strings.ReplaceAll(secret, " ", "+"), nil)
			if err != nil {
				return client.Token{}, err
			}
			resp, err := hc.Do(req) // refused: http
			if err == nil {
				resp.Body.Close()
			}
			return client.Token{}, err
		}},
		"repeats the secret in a rate limit": {first: func(_ context.Context, _ *http.Client, secret string) (client.Token, error) {
			return client.Token{}, &client.RateLimitError{Service: "own", RetryAfter: time.Minute, Err: errors.New("quota of " + secret)}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t, ownLogin(tt.first), client.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
					_, _ = io.Copy(io.Discard, req.Body)
					_ = req.Body.Close()
					if req.URL.Path == "/trickle" {
						rest := readerFunc(func([]byte) (int, error) {
							<-req.Context().Done()
							return 0, req.Context().Err()
						})
						return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(rest), Request: req}, nil
					}
					<-req.Context().Done()
					return nil, req.Context().Err()
				})))
				began := time.Now()
				atOnce(100, func(int) {
					token, err := c.Token(t.Context())
					if err == nil {
						t.Fatalf("%v and no error", token)
					}
					wantHarmless(t, err, ownSecret)
					wantHarmless(t, err, strings.ReplaceAll(ownSecret, " ", "+"))
					if tt.kind != nil {
						wantErr(t, err, tt.kind)
					}
				})
				if took := time.Since(began); took != max(tt.takes, time.Millisecond) {
					t.Errorf("took %s; want %s", took, tt.takes)
				}
				time.Sleep(time.Minute) // where there was a rate limit
				mustToken(t, c)
			})
		})
	}
}

// A Login that does not heed its context is left behind; its callers are not.
func TestLoginThatBlocksForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		defer close(release) // for the bubble's sake
		c := newClient(t, ownLogin(func(context.Context, *http.Client, string) (client.Token, error) {
			<-release
			return client.NewToken(client.TokenResponse{Value: "too-late"})
		}))
		began := time.Now()
		atOnce(100, func(int) {
			_, err := c.Token(t.Context())
			wantErr(t, err, client.ErrUnavailable)
			wantErr(t, err, context.DeadlineExceeded)
			wantHarmless(t, err, ownSecret)
		})
		if took := time.Since(began); took != 30*time.Second {
			t.Errorf("callers came back after %s; want 30 s", took)
		}
		time.Sleep(time.Second) // the pause after a failed login
		second := mustToken(t, c)
		release <- struct{}{}
		synctest.Wait()
		if token := mustToken(t, c); !token.Equal(second) {
			t.Errorf("the one left behind replaced the token by %v", token.Value())
		}
	})
}

// A Login that reads its answer without Attempt is bounded too.
func TestLoginResponseIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var served int64
		c := newClient(t, ownLogin(func(ctx context.Context, hc *http.Client, _ string) (client.Token, error) {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://own.example/login", nil)
			if err != nil {
				return client.Token{}, err
			}
			resp, err := hc.Do(req)
			if err != nil {
				return client.Token{}, err
			}
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			if err == nil {
				t.Errorf("read %d bytes without an error", len(body))
			}
			return client.Token{}, err
		}), client.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
			endless := readerFunc(func(p []byte) (int, error) {
				served += int64(len(p))
				if served > 64<<20 {
					return 0, errors.New("read without end")
				}
				return len(p), nil
			})
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(endless), Request: req}, nil
		})))
		_, err := c.Token(t.Context())
		if err == nil {
			t.Fatal("no error")
		}
		if served > 4<<20 {
			t.Errorf("%d bytes were read; want little more than 1 MiB", served)
		}
		time.Sleep(time.Second) // the pause after a failed login
		mustToken(t, c)
	})
}

// readerFunc is an io.Reader made of a function.
type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestLoginFollowsNoRedirect(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		synctest.Test(t, func(t *testing.T) {
			var requested []string
			c := newClient(t, ownLogin(func(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
				req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://own.example/login", strings.NewReader(secret))
				if err != nil {
					return client.Token{}, err
				}
				answer, err := loginkit.Attempt{Service: "own", Method: "password", Secret: secret}.Read(hc.Do(req))
				if err != nil {
					return client.Token{}, err
				}
				if answer.Status != status {
					t.Errorf("HTTP %d; want the redirect itself", answer.Status)
				}
				return client.Token{}, answer.Unrecognized()
			}), client.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
				requested = append(requested, req.URL.String())
				return &http.Response{
					StatusCode: status, Header: http.Header{"Location": {"/elsewhere"}}, Body: http.NoBody, Request: req,
				}, nil
			})))
			_, err := c.Token(t.Context())
			wantErr(t, err, client.ErrUnexpectedResponse)
			if len(requested) != 1 {
				t.Errorf("HTTP %d: requested %q; want the login alone", status, requested)
			}
		})
	}
}

// A PIN is a secret too.
func TestShortSecretIsWithheld(t *testing.T) {
	c := newClient(t, fakeLogin{
		account: client.Account{Service: "own", BaseURL: "https://own.example"},
		secret:  client.Static("739"),
		login: func(_ context.Context, _ *http.Client, secret string) (client.Token, error) {
			return client.Token{}, errors.New("no such PIN: " + secret)
		},
	})
	if _, err := c.Token(t.Context()); err == nil || strings.Contains(err.Error(), "739") {
		t.Errorf("%v; want an error without the secret", err)
	}
}
