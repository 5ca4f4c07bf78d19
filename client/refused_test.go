package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

func TestP4WrongPasswordIsOneLoginPerPause(t *testing.T) {
	t.Parallel()
	for _, s := range services {
		t.Run(s.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := s.start(t, sandbox.Config{Latency: time.Millisecond})
				c := s.clientWith(t, srv, client.Static("wrong-password"))
				call := func(int) {
					_, err := c.Token(t.Context())
					wantErr(t, err, client.ErrInvalidCredentials)
				}
				atOnce(5000, call)
				for i := range 5000 {
					call(i)
				}
				if took := time.Until(c.Status().RefusedUntil); took <= 29*time.Second || took > 30*time.Second {
					t.Errorf("refused for another %s; want about 30 s", took)
				}
				wantLogins(t, srv, 1)
			})
		})
	}
}

// The error of the pause is that of the refusal, down to the status.
func TestP4ErrorOfThePauseIsTheRefusal(t *testing.T) {
	for _, s := range services {
		t.Run(s.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := s.start(t, sandbox.Config{})
				c := s.clientWith(t, srv, client.Static("wrong-password"))
				_, refusal := c.Token(t.Context())
				for range 10 {
					_, err := c.Token(t.Context())
					first, _ := errors.AsType[*client.LoginError](refusal)
					again, _ := errors.AsType[*client.LoginError](err)
					if first == nil || again == nil || *first != *again || again.Status == 0 {
						t.Errorf("%#v in the pause; want what the service said: %#v", again, first)
					}
				}
				_, err := fetch(t.Context(), c.HTTPClient(), c.BaseURL()+s.resource)
				wantErr(t, err, client.ErrInvalidCredentials)
				wantLogins(t, srv, 1)
			})
		})
	}
}

func TestP4PauseGrows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		logins := recordLogins(bezalaService, srv)
		typed := newSecrets("wrong-password")
		c := bezalaService.clientWith(t, srv, typed.secret, client.WithTransport(logins))
		for range 3600 {
			_, err := c.Token(t.Context())
			wantErr(t, err, client.ErrInvalidCredentials)
			time.Sleep(time.Second)
		}
		// 30 s, doubling to 15 min.
		want := []time.Duration{0, 30, 90, 210, 450, 930, 1830, 2730}
		for i := range want {
			want[i] *= time.Second
		}
		if got := logins.times(); !slices.Equal(got, want) {
			t.Errorf("logins at %v; want them at %v", got, want)
		}
		// Once for each login, and once in each pause.
		typed.wantAsked(t, 16)
	})
}

func TestP4ChangedSecretIsTriedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		typed := newSecrets("wrong-password")
		c := bezalaService.clientWith(t, srv, typed.secret)
		_, err := c.Token(t.Context())
		wantErr(t, err, client.ErrInvalidCredentials)
		typed.set("your-password")
		if _, took, err := within(t, c, time.Second); err != nil || took != 0 {
			t.Errorf("%v after %s; want a token at once", err, took)
		}
		wantLogins(t, srv, 2)
		if !c.Status().RefusedUntil.IsZero() {
			t.Error("still refused after a login")
		}
	})
}

// A changed secret that met an outage was not refused: it has its try still.
func TestP4ChangedSecretThatMetAnOutageIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		typed := newSecrets("wrong-password")
		c := bezalaService.clientWith(t, srv, typed.secret)
		_, err := c.Token(t.Context())
		wantErr(t, err, client.ErrInvalidCredentials)
		typed.set("your-password")
		srv.SetOutage(sandbox.Outage{Kind: sandbox.ErrorJSON, Scope: sandbox.Logins, Times: 1})
		_, err = c.Token(t.Context())
		wantErr(t, err, client.ErrUnavailable)
		time.Sleep(time.Second)
		mustToken(t, c)
	})
}

// Asking may mean a prompt: a pause has room for one.
func TestP4SecretIsAskedOncePerPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		typed := newSecrets("wrong-password")
		c := bezalaService.clientWith(t, srv, typed.secret)
		_, err := c.Token(t.Context())
		wantErr(t, err, client.ErrInvalidCredentials)
		typed.wantAsked(t, 1)
		atOnce(1000, func(int) {
			_, err := c.Token(t.Context())
			wantErr(t, err, client.ErrInvalidCredentials)
		})
		typed.wantAsked(t, 2)

		// Its answer was the refused one, so a right one waits for the end of the pause.
		typed.set("your-password")
		time.Sleep(30*time.Second - time.Nanosecond)
		_, err = c.Token(t.Context())
		wantErr(t, err, client.ErrInvalidCredentials)
		typed.wantAsked(t, 2)
		wantLogins(t, srv, 1)
		time.Sleep(time.Nanosecond)
		mustToken(t, c)
		typed.wantAsked(t, 3)
		wantLogins(t, srv, 2)
	})
}

// A Secret that fails is asked once in a pause after a refusal, too.
func TestP4FailingSecretIsAskedOncePerPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		asked := 0
		c := bezalaService.clientWith(t, srv, func(context.Context) (string, error) {
			if asked++; asked == 1 {
				return "wrong-password", nil
			}
			return "", errors.New("the vault is sealed")
		})
		for range 29 {
			if _, err := c.Token(t.Context()); err == nil {
				t.Fatal("no error")
			}
			time.Sleep(time.Second)
		}
		if asked != 2 {
			t.Errorf("asked %d times; want once for the login and once in its pause", asked)
		}
	})
}

// A secret that is wrong in another way each time must not be a login per call.
func TestP4EverChangingWrongSecretIsNotALoginPerCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		n := 0
		c := bezalaService.clientWith(t, srv, func(context.Context) (string, error) {
			n++
			return "wrong-" + time.Duration(n).String(), nil
		})
		for range 3600 {
			_, err := c.Token(t.Context())
			wantErr(t, err, client.ErrInvalidCredentials)
			time.Sleep(time.Second)
		}
		// One per pause, and the extra try of a changed secret.
		if got := srv.Counts().LoginRequests; got > 16 {
			t.Errorf("%d logins in an hour; want at most 16", got)
		}
	})
}

func TestP4LoginEndsThePauseAndItsGrowth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		typed := newSecrets("wrong-password")
		c := bezalaService.clientWith(t, srv, typed.secret)
		for range 3 { // pauses of 30 s, 1 min and 2 min
			_, err := c.Token(t.Context())
			wantErr(t, err, client.ErrInvalidCredentials)
			time.Sleep(time.Until(c.Status().RefusedUntil))
		}
		typed.set("your-password")
		c.Invalidate(mustToken(t, c))
		typed.set("wrong-password")
		_, err := c.Token(t.Context())
		wantErr(t, err, client.ErrInvalidCredentials)
		if got := time.Until(c.Status().RefusedUntil); got != 30*time.Second {
			t.Errorf("refused for %s after a login in between; want 30 s", got)
		}
	})
}

// Only the documented answer is a refusal: what a firewall answers says nothing about the password.
func TestP4PageIsNoRefusal(t *testing.T) {
	for _, s := range services {
		for _, status := range []int{
			http.StatusForbidden, http.StatusUnauthorized, http.StatusUnprocessableEntity, http.StatusBadRequest,
		} {
			t.Run(s.name+" "+http.StatusText(status), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					srv := s.start(t, sandbox.Config{})
					srv.SetOutage(sandbox.Outage{Kind: sandbox.ErrorHTML, Status: status, Times: 1})
					c := s.client(t, srv)
					_, err := c.Token(t.Context())
					if err == nil || errors.Is(err, client.ErrInvalidCredentials) || errors.Is(err, client.ErrInvalidInput) {
						t.Errorf("%v; want an error, and no refusal", err)
					}
					if !c.Status().RefusedUntil.IsZero() {
						t.Error("a page began a pause")
					}
					time.Sleep(time.Second) // the pause after a failed login
					mustToken(t, c)
					wantLogins(t, srv, 2)
				})
			})
		}
	}
}

// The password was changed elsewhere: the held token goes on to serve.
func TestP4RefusedRefreshLeavesTheTokenAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bleepayService.start(t, sandbox.Config{})
		logins := recordLogins(bleepayService, srv)
		c := bleepayService.client(t, srv, client.WithTransport(logins))
		mustToken(t, c)
		account := srv.Accounts()[0]
		account.Secret = "changed-password"
		srv.SetAccounts([]sandbox.Account{account})
		for range 3599 {
			mustToken(t, c)
			time.Sleep(time.Second)
		}
		// The window is 5 min ± 10 %, the pauses in it 30 s, 1 min and 2 min.
		if got := len(logins.times()); got < 4 || got > 5 {
			t.Errorf("%d logins, at %v; want 4 or 5", got, logins.times())
		}
		time.Sleep(time.Second)
		_, err := c.Token(t.Context())
		wantErr(t, err, client.ErrInvalidCredentials)
	})
}

func TestP4RefreshIsNotBegunInAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bleepayService.start(t, sandbox.Config{})
		logins := recordLogins(bleepayService, srv)
		typed := newSecrets("your-password")
		c := bleepayService.clientWith(t, srv, typed.secret, client.WithTransport(logins))
		mustToken(t, c)
		typed.set("wrong-password")
		for range 3599 {
			mustToken(t, c)
			time.Sleep(time.Second)
		}
		typed.wantAsked(t, int64(len(logins.times())))
	})
}

// What is wrong before anything is sent is no refusal either.
func TestP4InvalidInputSendsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bleepayService.start(t, sandbox.Config{})
		typed := newSecrets("short")
		c := bleepayService.clientWith(t, srv, typed.secret)
		for range 3 {
			_, err := c.Token(t.Context())
			wantErr(t, err, client.ErrInvalidInput)
		}
		if n := srv.Counts().Requests; n != 0 {
			t.Errorf("%d requests; want none", n)
		}
		typed.set("your-password")
		mustToken(t, c)
		wantLogins(t, srv, 1)
	})
}

// A Login of a user's own may know no HTTP status: its refusals begin a pause, too.
func TestP4RefusalWithoutStatusIsARefusal(t *testing.T) {
	for name, refusal := range map[string]error{
		"a LoginError":   &client.LoginError{Service: "own", Kind: client.ErrInvalidCredentials, Message: "no"},
		"a wrapped kind": fmt.Errorf("own: %w", client.ErrInvalidCredentials),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				logins := 0
				login := ownLogin(func(context.Context, *http.Client, string) (client.Token, error) {
					logins++
					return client.Token{}, refusal
				})
				c := newClient(t, login, client.WithTokenStore(&clienttest.MemoryStore{}))
				for range 1000 {
					_, err := c.Token(t.Context())
					wantErr(t, err, client.ErrInvalidCredentials)
				}
				if logins != 1 {
					t.Errorf("%d logins; want 1", logins)
				}
			})
		})
	}
}

// A changed secret that meets an outage is not refused: it is sent again when the outage's pause is over, though the
// refused one's lasts for minutes.
func TestP4ChangedSecretThatWaitsForAnotherPauseIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		secret := "wrong"
		c := bezalaService.clientWith(t, srv, func(context.Context) (string, error) { return secret, nil })
		for range 6 {
			_, err := c.Token(t.Context())
			wantErr(t, err, client.ErrInvalidCredentials)
			time.Sleep(time.Until(c.Status().RefusedUntil))
		}
		_, err := c.Token(t.Context())
		wantErr(t, err, client.ErrInvalidCredentials)
		secret = "your-password"
		srv.SetOutage(sandbox.Outage{Kind: sandbox.ErrorJSON, Scope: sandbox.Logins, Times: 1})
		for range 2 { // the outage, and then its pause
			_, err := c.Token(t.Context())
			wantErr(t, err, client.ErrUnavailable)
			time.Sleep(500 * time.Millisecond)
		}
		time.Sleep(time.Second)
		mustToken(t, c)
	})
}
