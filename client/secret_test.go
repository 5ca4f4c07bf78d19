package client_test

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// A prompt ends if nobody waits for it any more.
func TestP2PendingSecretEndsWithItsLastCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		var ended time.Duration
		began := time.Now()
		c := bezalaService.clientWith(t, srv, func(ctx context.Context) (string, error) {
			<-ctx.Done()
			ended = time.Since(began)
			return "", ctx.Err()
		})
		atOnce(10, func(i int) {
			patience := time.Duration(i+1) * time.Second
			_, took, err := within(t, c, patience)
			wantErr(t, err, context.DeadlineExceeded)
			if took != patience {
				t.Errorf("came back after %s; want %s", took, patience)
			}
		})
		synctest.Wait()
		if ended != 10*time.Second {
			t.Errorf("the prompt went away after %s; want it with the last caller, after 10 s", ended)
		}
		wantLogins(t, srv, 0)
	})
}

// A Secret that ignores its ctx comes too late: nothing is sent if nobody waits, least of all without the store's lock.
func TestP2SecretThatComesAfterItsLastCallerLeftIsNotSent(t *testing.T) {
	withAndWithoutAStore(t, func(t *testing.T, opts ...client.Option) {
		srv := bezalaService.start(t, sandbox.Config{})
		var reports []error
		c := bezalaService.clientWith(t, srv, func(context.Context) (string, error) {
			time.Sleep(2 * time.Second)
			return "your-password", nil
		}, append(opts, reportTo(&reports))...)
		_, _, err := within(t, c, time.Second)
		wantErr(t, err, context.DeadlineExceeded)
		time.Sleep(time.Minute)
		wantLogins(t, srv, 0)
		mustToken(t, c)
		wantLogins(t, srv, 1)
		if len(reports) != 0 {
			t.Errorf("reports: %v; want none", reports)
		}
	})
}

// An abandoned login ends late. It does not take the place of the login that has begun since.
func TestP2EndOfAnAbandonedLoginLeavesTheNextOneShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{Latency: time.Second})
		c := bezalaService.clientWith(t, srv, func(context.Context) (string, error) {
			time.Sleep(2 * time.Second)
			return "your-password", nil
		})
		_, _, err := within(t, c, time.Second)
		wantErr(t, err, context.DeadlineExceeded)
		atOnce(2, func(i int) {
			time.Sleep(time.Duration(i) * 1500 * time.Millisecond) // the second caller comes after the abandoned login's end
			mustToken(t, c)
		})
		time.Sleep(time.Minute)
		wantLogins(t, srv, 1)
	})
}

// A prompt may take longer than a network login.
func TestP2SecretMayTakeFiveMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{Latency: 29 * time.Second})
		c := bezalaService.clientWith(t, srv, func(ctx context.Context) (string, error) {
			select {
			case <-time.After(5*time.Minute - time.Second):
				return "your-password", nil
			case <-ctx.Done():
				return "", ctx.Err()
			}
		})
		mustToken(t, c)
		wantLogins(t, srv, 1)
	})
}

// The last caller leaves, and the prompt ends slowly. Later callers do not share its error, and two prompts are never
// up at once.
func TestP2LaterCallersDoNotShareTheEndOfAPrompt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		var up, asked atomic.Int64
		c := bezalaService.clientWith(t, srv, func(ctx context.Context) (string, error) {
			if up.Add(1) > 1 {
				t.Error("two prompts at once")
			}
			defer up.Add(-1)
			if asked.Add(1) == 1 {
				<-ctx.Done()
				time.Sleep(time.Second) // to clear the terminal
				return "", ctx.Err()
			}
			time.Sleep(5 * time.Second)
			return "your-password", nil
		})
		_, _, err := within(t, c, 3*time.Second)
		wantErr(t, err, context.DeadlineExceeded)
		atOnce(100, func(int) {
			if _, took, err := within(t, c, time.Minute); err != nil || took != 6*time.Second {
				t.Errorf("%v after %s; want a token after 6 s", err, took)
			}
		})
		if asked.Load() != 2 {
			t.Errorf("asked %d times; want twice", asked.Load())
		}
		wantLogins(t, srv, 1)
	})
}

// Impatient callers in a loop make one prompt after the other, never two at once, and none of them hangs.
func TestP2PromptsAreNeverUpTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		var up atomic.Int64
		c := bezalaService.clientWith(t, srv, func(ctx context.Context) (string, error) {
			if up.Add(1) > 1 {
				t.Error("two prompts at once")
			}
			defer up.Add(-1)
			select {
			case <-ctx.Done():
				time.Sleep(70 * time.Millisecond)
				return "", ctx.Err()
			case <-time.After(time.Second):
				return "your-password", nil
			}
		})
		for range 100 {
			_, took, err := within(t, c, 50*time.Millisecond)
			wantErr(t, err, context.DeadlineExceeded)
			if took != 50*time.Millisecond {
				t.Errorf("came back after %s; want 50 ms", took)
			}
		}
		mustToken(t, c)
		wantLogins(t, srv, 1)
	})
}

// The first caller leaves, and the prompt stays up for the others.
func TestP2PromptOutlivesItsFirstCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		typed := newSecrets("your-password")
		c := bezalaService.clientWith(t, srv, func(ctx context.Context) (string, error) {
			select {
			case <-ctx.Done():
				return "", ctx.Err()
			case <-time.After(10 * time.Second):
				return typed.secret(ctx)
			}
		})
		atOnce(100, func(i int) {
			if i == 0 {
				_, _, err := within(t, c, time.Second)
				wantErr(t, err, context.DeadlineExceeded)
				return
			}
			time.Sleep(time.Second / 2)
			mustToken(t, c)
		})
		typed.wantAsked(t, 1)
		wantLogins(t, srv, 1)
	})
}

func TestP2FailingSecretIsShared(t *testing.T) {
	for name, fail := range map[string]func(context.Context) (string, error){
		"error": func(context.Context) (string, error) { return "", errors.New("the vault is sealed") },
		"error beside a secret": func(context.Context) (string, error) {
			return ownSecret, errors.New("no longer valid: " + ownSecret)
		},
		"panic": func(context.Context) (string, error) { panic("on " + ownSecret) },
		"typed": func(context.Context) (string, error) {
			return "", &client.LoginError{Service: "bezala", Kind: client.ErrUnavailable, Message: "no vault"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := bezalaService.start(t, sandbox.Config{})
				var asked atomic.Int64
				c := bezalaService.clientWith(t, srv, func(ctx context.Context) (string, error) {
					time.Sleep(time.Millisecond)
					if asked.Add(1) == 1 {
						return fail(ctx)
					}
					return "your-password", nil
				})
				atOnce(100, func(int) {
					token, err := c.Token(t.Context())
					if err == nil {
						t.Fatalf("%v and no error", token)
					}
					wantHarmless(t, err, ownSecret)
				})
				if asked.Load() != 1 {
					t.Errorf("asked %d times; want once for all", asked.Load())
				}
				wantLogins(t, srv, 0)
				time.Sleep(time.Second) // the pause after a failed Secret
				mustToken(t, c)
			})
		})
	}
}

// A Secret of a test may end its goroutine, as t.FailNow does.
func TestP2SecretThatEndsItsGoroutineIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		first := true
		c := bezalaService.clientWith(t, srv, func(context.Context) (string, error) {
			if first {
				first = false
				runtime.Goexit()
			}
			return "your-password", nil
		})
		if _, took, err := within(t, c, time.Minute); err == nil || took != 0 {
			t.Errorf("%v after %s; want an error at once", err, took)
		}
		time.Sleep(time.Second) // the pause after a failed Secret
		if _, took, err := within(t, c, time.Minute); err != nil || took != 0 {
			t.Errorf("%v after %s; want a token at once", err, took)
		}
	})
}

// errors.Is finds the error of the Secret.
func TestP2ErrorOfTheSecretReachesTheCaller(t *testing.T) {
	sealed := errors.New("the vault is sealed")
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		c := bezalaService.clientWith(t, srv, func(context.Context) (string, error) { return "", sealed })
		_, err := c.Token(t.Context())
		wantErr(t, err, sealed)
	})
}

// A retry after a 429 is the same attempt.
func TestP2SecretIsAskedOncePerAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		srv.SetOutage(limited(time.Second, 3))
		typed := newSecrets("your-password")
		c := bezalaService.clientWith(t, srv, typed.secret)
		mustToken(t, c)
		typed.wantAsked(t, 1)
		wantLogins(t, srv, 4)
	})
}

// A prompt in the background is for nobody in particular, so it ends after a while; but callers who need it by then get
// all their time.
func TestP2PromptOfARefresh(t *testing.T) {
	prompt := func(up *atomic.Int64, answerAfter time.Duration) client.Secret {
		first := true
		return func(ctx context.Context) (string, error) {
			if first {
				first = false
				return "your-password", nil
			}
			up.Add(1)
			defer up.Add(-1)
			select {
			case <-ctx.Done():
				return "", ctx.Err()
			case <-time.After(answerAfter):
				return "your-password", nil
			}
		}
	}
	t.Run("nobody needs it", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var up atomic.Int64
			srv := bleepayService.start(t, sandbox.Config{})
			c := bleepayService.clientWith(t, srv, prompt(&up, time.Hour))
			mustToken(t, c)
			time.Sleep(57 * time.Minute)
			if _, took, err := within(t, c, time.Second); err != nil || took != 0 {
				t.Errorf("%v after %s; want the held token at once", err, took)
			}
			wantUpFor30Seconds(t, &up)
		})
	})
	t.Run("after a 401 to what cannot be sent again", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var up atomic.Int64
			srv := bezalaService.start(t, sandbox.Config{})
			c := bezalaService.clientWith(t, srv, prompt(&up, time.Hour))
			mustToken(t, c)
			srv.RevokeAll()
			if status := getOnce(t, c); status != http.StatusUnauthorized {
				t.Errorf("HTTP %d; want the service's 401", status)
			}
			wantUpFor30Seconds(t, &up)
		})
	})
	t.Run("its callers are impatient", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var up atomic.Int64
			srv := bleepayService.start(t, sandbox.Config{})
			c := bleepayService.clientWith(t, srv, prompt(&up, 25*time.Second))
			mustToken(t, c)
			time.Sleep(60*time.Minute - 10*time.Second)
			mustToken(t, c)
			time.Sleep(11 * time.Second) // the token has expired
			_, _, err := within(t, c, time.Second)
			wantErr(t, err, context.DeadlineExceeded)
			time.Sleep(15 * time.Second)
			if _, took, err := within(t, c, time.Second); err != nil || took != 0 {
				t.Errorf("%v after %s; want the refresh's token at once", err, took)
			}
		})
	})
	t.Run("the token expires meanwhile", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var up atomic.Int64
			srv := bleepayService.start(t, sandbox.Config{})
			c := bleepayService.clientWith(t, srv, prompt(&up, 45*time.Second))
			mustToken(t, c)
			time.Sleep(60*time.Minute - 20*time.Second)
			mustToken(t, c)
			time.Sleep(20 * time.Second)
			if _, _, err := within(t, c, 5*time.Minute); err != nil {
				t.Errorf("%v; want a token, since the caller has the time that the prompt takes", err)
			}
		})
	})
}

// wantUpFor30Seconds checks that a prompt which has just begun ends then, and not before.
func wantUpFor30Seconds(t *testing.T, up *atomic.Int64) {
	t.Helper()
	time.Sleep(30*time.Second - time.Nanosecond)
	if up.Load() != 1 {
		t.Errorf("%d prompts; want one", up.Load())
	}
	time.Sleep(time.Nanosecond)
	synctest.Wait()
	if up.Load() != 0 {
		t.Error("the prompt is still up")
	}
}
