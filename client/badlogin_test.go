package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

func TestP2BrokenLoginIsAnErrorAndNoMore(t *testing.T) {
	var table []string
	for name, tt := range map[string]struct {
		first loginFunc
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
		"returns no token": {
			kind: client.ErrUnexpectedResponse,
			first: func(context.Context, *http.Client, string) (client.Token, error) {
				return client.Token{}, nil
			},
		},
		"blocks until its context ends": {
			kind: client.ErrUnavailable, takes: loginLimit,
			first: func(ctx context.Context, _ *http.Client, _ string) (client.Token, error) {
				<-ctx.Done()
				return client.Token{}, ctx.Err()
			},
		},
		"waits for a server that does not answer": {
			kind: client.ErrUnavailable, takes: loginLimit,
			first: func(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
				_, err := ask(ctx, hc, "/hang", secret)
				return client.Token{}, err
			},
		},
		"waits for the rest of an answer": {
			kind: client.ErrUnavailable, takes: loginLimit,
			first: func(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
				_, err := ask(ctx, hc, "/trickle", secret)
				return client.Token{}, err
			},
		},
		"repeats the secret": {first: func(_ context.Context, _ *http.Client, secret string) (client.Token, error) {
			return client.Token{}, fmt.Errorf("cannot log in with %q", secret)
		}},
		"repeats the secret in a wrapped error": {
			first: func(_ context.Context, _ *http.Client, secret string) (client.Token, error) {
				return client.Token{}, fmt.Errorf("first: %w", fmt.Errorf("second: %w", errors.New(secret)))
			},
		},
		"repeats the secret in a message": {
			kind: client.ErrUnexpectedResponse,
			first: func(_ context.Context, _ *http.Client, secret string) (client.Token, error) {
				return client.Token{}, &client.LoginError{
					Service: "own", Status: 400, Kind: client.ErrUnexpectedResponse, Message: "no " + secret,
				}
			},
		},
		"repeats the secret beneath": {
			kind: client.ErrUnavailable,
			first: func(_ context.Context, _ *http.Client, secret string) (client.Token, error) {
				return client.Token{}, &client.LoginError{Service: "own", Kind: client.ErrUnavailable, Err: errors.New(secret)}
			},
		},
		"repeats the secret around a typed error": {
			kind: client.ErrUnavailable,
			first: func(_ context.Context, _ *http.Client, secret string) (client.Token, error) {
				typed := &client.LoginError{Service: "own", Kind: client.ErrUnavailable}
				return client.Token{}, fmt.Errorf("with %s: %w", secret, typed)
			},
		},
		"repeats the secret in a URL": {
			first: func(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
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
			},
		},
		"repeats the secret in a rate limit": {
			first: func(_ context.Context, _ *http.Client, secret string) (client.Token, error) {
				return client.Token{}, &client.RateLimitError{
					Service: "own", RetryAfter: time.Minute, Err: errors.New("quota of " + secret),
				}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				slowly := roundTripper(func(req *http.Request) (*http.Response, error) {
					resp, err := response{status: http.StatusOK}.to(req)
					rest := readerFunc(func([]byte) (int, error) {
						<-req.Context().Done()
						return 0, req.Context().Err()
					})
					if req.URL.Path == "/trickle" {
						resp.Body = io.NopCloser(rest)
						return resp, err
					}
					_, err = rest(nil)
					return nil, err
				})
				c := newClient(t, badAtFirst(tt.first), client.WithTransport(slowly))
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
				time.Sleep(time.Minute) // until the rate limit is over, if there was one
				mustToken(t, c)
			})
		})
	}
}

// A Login that ignores its context is left behind; its callers are not.
func TestP2LoginThatNeverReturnsHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		defer close(release) // no goroutine may outlive the bubble
		c := newClient(t, badAtFirst(func(context.Context, *http.Client, string) (client.Token, error) {
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
		if took := time.Since(began); took != loginLimit {
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

func TestP2LoginAnsweredWithoutABodyIsALoginError(t *testing.T) {
	for _, status := range []int{http.StatusOK, http.StatusUnauthorized, http.StatusServiceUnavailable} {
		synctest.Test(t, func(t *testing.T) {
			srv := bezalaService.start(t, sandbox.Config{})
			c := bezalaService.client(t, srv, client.WithTransport(roundTripper(func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: status, Header: http.Header{}}, nil
			})))
			_, err := c.Token(t.Context())
			if failed, ok := errors.AsType[*client.LoginError](err); !ok || failed.Status != status {
				t.Errorf("%v; want a *LoginError with HTTP %d", err, status)
			}
		})
	}
}

// A nil pointer of an error type is no nil error, and cannot be printed.
func TestP2ErrorThatPanicsIsAnErrorAndNoMore(t *testing.T) {
	var typedNil *client.LoginError
	var limitNil *client.RateLimitError
	for name, broken := range map[string]error{
		"LoginError": typedNil, "RateLimitError": limitNil, "own": (*nilError)(nil),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t, badAtFirst(func(context.Context, *http.Client, string) (client.Token, error) {
					return client.Token{}, broken
				}))
				_, err := c.Token(t.Context())
				wantHarmless(t, err, ownSecret)
				time.Sleep(time.Second) // the pause after a failed login
				mustToken(t, c)

				srv := bezalaService.start(t, sandbox.Config{})
				c = bezalaService.clientWith(t, srv, func(context.Context) (string, error) { return "", broken })
				_, err = c.Token(t.Context())
				wantHarmless(t, err, ownSecret)
			})
		})
	}
}

type nilError struct{ text string }

func (e *nilError) Error() string { return e.text }

// An error may panic deep within, too.
func TestP2ErrorThatPanicsWithinIsAnErrorAndNoMore(t *testing.T) {
	var typedNil *client.LoginError
	var limitNil *client.RateLimitError
	for name, broken := range map[string]error{
		"LoginError":     fmt.Errorf("login: %w", error(typedNil)),
		"RateLimitError": errors.Join(errors.New("x"), fmt.Errorf("login: %w", error(limitNil))),
		"Unwrap":         fmt.Errorf("login: %w", unwrapError{}),
		"Is":             fmt.Errorf("login: %w", isError{}),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t, badAtFirst(func(context.Context, *http.Client, string) (client.Token, error) {
					return client.Token{}, broken
				}))
				_, err := c.Token(t.Context())
				wantHarmless(t, err, ownSecret)
				if errors.Is(err, context.Canceled) {
					t.Errorf("%v is context.Canceled", err)
				}
				time.Sleep(time.Second) // the pause after a failed login
				mustToken(t, c)
			})
		})
	}
}

type unwrapError struct{}

func (unwrapError) Error() string { return "bad" }
func (unwrapError) Unwrap() error { panic("on " + ownSecret) }

type isError struct{}

func (isError) Error() string { return "bad" }
func (isError) Is(error) bool { panic("on " + ownSecret) }
