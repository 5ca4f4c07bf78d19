package client_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// sameAnswer is a RoundTripper that gives every login the same answer, and counts them.
type sameAnswer struct {
	status      int
	body        string
	contentType string // "": application/json
	header      http.Header
	err         error
	logins      atomic.Int64
}

func (a *sameAnswer) RoundTrip(req *http.Request) (*http.Response, error) {
	a.logins.Add(1)
	if a.err != nil {
		return nil, a.err
	}
	header := a.header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Set("Content-Type", cmp.Or(a.contentType, "application/json"))
	return &http.Response{StatusCode: a.status, Header: header, Body: io.NopCloser(strings.NewReader(a.body)), Request: req}, nil
}

// Whatever gives no token: 100 callers that ask ten times a second make few logins, and get the error at once.
func TestP4bNoAnswerOfAServiceIsALoginPerCall(t *testing.T) {
	for name, answer := range map[string]*sameAnswer{
		"503":                {status: 503, body: `{}`},
		"500":                {status: 500, body: `{"message":"oops"}`},
		"423":                {status: 423, body: `{"message":"too many tries"}`},
		"403 in text":        {status: 403, body: `Forbidden by policy`},
		"404":                {status: 404, body: `{}`},
		"200 with an error":  {status: 200, body: `{"error":"try again"}`},
		"422 about a field":  {status: 422, body: `{"errors":{"device":["The device field is required."]}}`},
		"400 about a field":  {status: 400, body: `{"detail":[{"loc":["body","grant_type"],"msg":"Field required"}]}`},
		"invalid_client":     {status: 401, body: `{"error":"invalid_client"}`},
		"MFA challenge":      {status: 200, body: `{"mfa_token":"m","challenge":"otp"}`},
		"204":                {status: 204},
		"301":                {status: 301, header: http.Header{"Location": {"https://elsewhere.example/"}}},
		"connection refused": {err: syscall.ECONNREFUSED},
	} {
		for _, s := range services {
			t.Run(name+" at "+s.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					srv := s.start(t, sandbox.Config{})
					answer := &sameAnswer{status: answer.status, body: answer.body, header: answer.header, err: answer.err}
					c := s.client(t, srv, client.WithTransport(answer))
					callers := 100
					if s.name != bezalaService.name { // the machine is the same
						callers = 2
					}
					atOnce(callers, func(int) {
						for range 5 * 60 * 10 {
							began := time.Now()
							_, err := c.Token(t.Context())
							if took := time.Since(began); err == nil || took != 0 {
								t.Errorf("%v after %s; want the error at once", err, took)
								return
							}
							time.Sleep(100 * time.Millisecond)
						}
					})
					if n := answer.logins.Load(); n < 4 || n > 12 {
						t.Errorf("%d logins in 5 min; want 4 to 12", n)
					}
				})
			})
		}
	}
}

func TestP4bPauseDoublesAndEndsWithSuccess(t *testing.T) {
	withAndWithoutAStore(t, func(t *testing.T, opts ...client.Option) {
		srv := bezalaService.start(t, sandbox.Config{})
		logins := recordLogins(bezalaService, srv)
		c := bezalaService.client(t, srv, append(opts, client.WithTransport(logins))...)
		srv.SetOutage(sandbox.Outage{Kind: sandbox.ErrorJSON, Scope: sandbox.Logins})
		var first error
		for range 10 * 200 {
			_, err := c.Token(t.Context())
			wantErr(t, err, client.ErrUnavailable)
			if first == nil {
				first = err
			}
			if err.Error() != first.Error() {
				t.Fatalf("%v; want the same error in the pause: %v", err, first)
			}
			time.Sleep(100 * time.Millisecond)
		}
		want := []time.Duration{0, 1, 3, 7, 15, 31, 63, 123, 183}
		got := logins.times()
		for i := range got {
			if i >= len(want) || got[i] != want[i]*time.Second {
				t.Fatalf("logins after %v; want them after %v seconds", got, want)
			}
		}
		if c.Status().FailingUntil.IsZero() {
			t.Error("Status shows no pause")
		}
		srv.SetOutage(sandbox.Outage{})
		time.Sleep(time.Minute)
		c.Invalidate(mustToken(t, c))
		srv.SetOutage(sandbox.Outage{Kind: sandbox.ErrorJSON, Scope: sandbox.Logins, Times: 1})
		if _, err := c.Token(t.Context()); err == nil {
			t.Fatal("a token")
		}
		time.Sleep(time.Second)
		mustToken(t, c) // the pause begins with 1 s again
	})
}

func TestP4bChangedSecretEndsThePause(t *testing.T) {
	withAndWithoutAStore(t, func(t *testing.T, opts ...client.Option) {
		srv := bezalaService.start(t, sandbox.Config{})
		secret := "your-password"
		var asked atomic.Int64
		c := bezalaService.clientWith(t, srv, func(context.Context) (string, error) {
			asked.Add(1)
			return secret, nil
		}, opts...)
		srv.SetOutage(sandbox.Outage{Kind: sandbox.ErrorJSON, Scope: sandbox.Logins, Times: 5})
		for range 5 {
			if _, err := c.Token(t.Context()); err == nil {
				t.Fatal("a token")
			}
			time.Sleep(time.Until(c.Status().FailingUntil))
		}
		srv.SetOutage(sandbox.Outage{Kind: sandbox.ErrorJSON, Scope: sandbox.Logins, Times: 1})
		_, _ = c.Token(t.Context())
		asked.Store(0)
		secret = "new-password"
		srv.SetAccounts([]sandbox.Account{{Method: "password", Name: "user@example.com", Secret: secret}})
		mustToken(t, c)
		if n := asked.Load(); n != 1 {
			t.Errorf("the Secret was asked %d times; want once in a pause", n)
		}
	})
}

// A Secret that gives another one each time it is asked is no login per call, whatever the service answers.
func TestP4bSecretThatAlwaysChanges(t *testing.T) {
	for _, statuses := range [][]int{{503}, {401}, {503, 401}, {423, 503}} {
		t.Run(fmt.Sprint(statuses), func(t *testing.T) {
			withAndWithoutAStore(t, func(t *testing.T, opts ...client.Option) {
				srv := bezalaService.start(t, sandbox.Config{})
				var asked int
				answer := &sameAnswer{body: `{"error":"no"}`}
				c := bezalaService.clientWith(t, srv, func(context.Context) (string, error) {
					answer.status = statuses[asked%len(statuses)]
					asked++
					return fmt.Sprint("password ", asked%3), nil
				}, append(opts, client.WithTransport(answer))...)
				for range 3000 {
					if _, err := c.Token(t.Context()); err == nil {
						t.Fatal("a token")
					}
					time.Sleep(100 * time.Millisecond)
				}
				if n := answer.logins.Load(); n > 25 {
					t.Errorf("%d logins in 5 min; want at most two per pause, so 25", n)
				}
			})
		})
	}
}

// X-RateLimit-Reset stands in many answers that are not limited.
func TestP4bRetryAfterCounts(t *testing.T) {
	for name, tt := range map[string]struct {
		status        int
		header, value string
		want          time.Duration
	}{
		"seconds of a 503":             {503, "Retry-After", "90", 90 * time.Second},
		"too many":                     {503, "Retry-After", "7200", 15 * time.Minute},
		"none":                         {503, "Retry-After", "0", time.Second},
		"of a 403":                     {403, "Retry-After", "90", 90 * time.Second},
		"of a page":                    {200, "Retry-After", "90", 90 * time.Second},
		"a limit that is not reached":  {500, "X-RateLimit-Reset", "3600", time.Second},
		"another limit not reached":    {404, "RateLimit-Reset", "3600", time.Second},
		"milliseconds, which are fine": {502, "Retry-After-Ms", "2500", 2500 * time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			srv := bezalaService.start(t, sandbox.Config{})
			answer := &sameAnswer{status: tt.status, body: "{}", header: http.Header{}}
			answer.header.Set(tt.header, tt.value)
			c := bezalaService.client(t, srv, client.WithTransport(answer))
			if _, err := c.Token(t.Context()); err == nil {
				t.Error("a token")
			}
			if got := time.Until(c.Status().FailingUntil); got != tt.want {
				t.Errorf("%s: the pause is %s; want %s", name, got, tt.want)
			}
		})
	}
}

func TestP4bLockedAccountIsLatched(t *testing.T) {
	for _, s := range services {
		synctest.Test(t, func(t *testing.T) {
			srv := s.start(t, sandbox.Config{})
			c := s.client(t, srv, client.WithTransport(&sameAnswer{status: http.StatusLocked, body: `{"message":"too many tries"}`}))
			_, err := c.Token(t.Context())
			wantErr(t, err, client.ErrInvalidCredentials)
			if !strings.Contains(err.Error(), "locked") {
				t.Errorf("%v; want it to say that the account is locked", err)
			}
			if got := time.Until(c.Status().RefusedUntil); got != 30*time.Second {
				t.Errorf("the pause is %s; want 30 s", got)
			}
		})
	}
}

// What the service finds invalid may be a field that has nothing to do with the secret, so the secret is not shut out.
func TestP4bInputThatTheServiceRefusesHasTheShortPause(t *testing.T) {
	withAndWithoutAStore(t, func(t *testing.T, opts ...client.Option) {
		srv := becardService.start(t, sandbox.Config{})
		logins := recordLogins(becardService, srv)
		answer := answers(response{status: http.StatusUnprocessableEntity, body: `{"errors":{"device":["is unknown"]}}`})
		logins.RoundTripper = answer
		c := becardService.client(t, srv, append(opts, client.WithTransport(logins))...)
		for range 70 * 10 {
			_, err := c.Token(t.Context())
			wantErr(t, err, client.ErrInvalidInput)
			time.Sleep(100 * time.Millisecond)
		}
		want := []time.Duration{0, 1, 3, 7, 15, 31, 63}
		for i := range want {
			want[i] *= time.Second
		}
		if got := logins.times(); !slices.Equal(got, want) {
			t.Errorf("logins after %v; want them after %v", got, want)
		}
		if until := c.Status().RefusedUntil; !until.IsZero() {
			t.Errorf("refused until %s; want no refusal", until)
		}
		logins.RoundTripper = srv.Transport() // the user has mended it
		if err := c.LogIn(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// A Secret that fails has a pause as well, in its Client.
func TestP4bFailingSecretIsNotAskedPerCall(t *testing.T) {
	withAndWithoutAStore(t, func(t *testing.T, opts ...client.Option) {
		srv := bezalaService.start(t, sandbox.Config{})
		var asked atomic.Int64
		sealed := errors.New("the vault is sealed")
		c := bezalaService.clientWith(t, srv, func(context.Context) (string, error) {
			asked.Add(1)
			return "", sealed
		}, opts...)
		for range 5 * 60 * 10 {
			_, err := c.Token(t.Context())
			wantErr(t, err, sealed)
			time.Sleep(100 * time.Millisecond)
		}
		if n := asked.Load(); n < 5 || n > 12 {
			t.Errorf("asked %d times in 5 min; want 5 to 12", n)
		}
		wantLogins(t, srv, 0)
	})
}

// E9: a Secret that hangs, deaf to its ctx or not, ends after 5 min, and is asked again.
func TestP4bHangingSecretHasALimit(t *testing.T) {
	for name, hang := range map[string]func(context.Context){
		"until its ctx is done": func(ctx context.Context) { <-ctx.Done() },
		"for a day":             func(context.Context) { time.Sleep(24 * time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := bezalaService.start(t, sandbox.Config{})
				var asked atomic.Int64
				c := bezalaService.clientWith(t, srv, func(ctx context.Context) (string, error) {
					if asked.Add(1) == 1 {
						hang(ctx)
					}
					return "your-password", ctx.Err()
				})
				_, took, err := within(t, c, time.Hour)
				wantErr(t, err, context.DeadlineExceeded)
				if took != 5*time.Minute || !strings.Contains(err.Error(), "the Secret did not return within 5m0s") {
					t.Errorf("it ended after %s with %q; want 5 min, and that the Secret did not return", took, err)
				}
				time.Sleep(time.Second)
				mustToken(t, c)
				time.Sleep(24 * time.Hour)
			})
		})
	}
}

// LogIn is for a user who has mended something, and does not wait.
func TestP4bLogInPassesThePause(t *testing.T) {
	withAndWithoutAStore(t, func(t *testing.T, opts ...client.Option) {
		srv := bezalaService.start(t, sandbox.Config{})
		c := bezalaService.client(t, srv, opts...)
		srv.SetOutage(sandbox.Outage{Kind: sandbox.ErrorJSON, Scope: sandbox.Logins, Times: 1})
		if _, err := c.Token(t.Context()); err == nil {
			t.Fatal("a token")
		}
		if _, err := c.Token(t.Context()); err == nil {
			t.Fatal("a token in the pause")
		}
		if err := c.LogIn(t.Context()); err != nil {
			t.Error(err)
		}
		wantLogins(t, srv, 2)
	})
}
