package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// diary writes down what an Observer is told, one line for each event.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) write(name string) func(context.Context, client.Event) {
	return func(_ context.Context, e client.Event) {
		line := name
		for _, word := range []string{e.Trigger, e.Source, e.Limited, e.Kind} {
			if word != "" {
				line += " " + word
			}
		}
		if e.Status != 0 {
			line += fmt.Sprint(" ", e.Status)
		}
		if e.Took > 0 {
			line += " took " + e.Took.String()
		}
		if e.Wait > 0 {
			line += " wait " + e.Wait.String()
		}
		if e.Account != "" {
			line += " of " + e.Account
		}
		if e.Err != nil {
			line += ": " + e.Err.Error()
		}
		if e.Service != "bezala" || e.Method != "password" {
			line += fmt.Sprintf(" at %q by %q", e.Service, e.Method)
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		d.lines = append(d.lines, line)
	}
}

func (d *diary) observer() client.Observer {
	begins := d.write("begun")
	return client.Observer{
		LoginBegun: func(ctx context.Context, e client.Event) context.Context { begins(ctx, e); return ctx },
		LoginEnded: d.write("ended"), WaitShared: d.write("waited"), KeptOff: d.write("kept off"),
		RateLimited: d.write("429"), Replayed: d.write("replayed"), SecretFailed: d.write("secret failed"),
		StoreTrouble: func(err error) { d.write(err.Error())(nil, client.Event{Service: "bezala", Method: "password"}) },
	}
}

// want checks all lines since the last time. Those of calls at the same time come in any order.
func (d *diary) want(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	got := slices.Sorted(slices.Values(d.lines))
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("told\n\t%s\nwant\n\t%s", strings.Join(d.lines, "\n\t"), strings.Join(want, "\n\t"))
	}
	d.lines = nil
}

// observed is what happens at a bezala sandbox that takes 1 s for each answer.
type observed struct {
	*sandbox.Server
	*diary
}

func (o observed) client(t *testing.T, opts ...client.Option) *client.Client {
	t.Helper()
	return bezalaService.client(t, o.Server, append(opts, client.WithObserver(o.observer()))...)
}

func (o observed) clientWith(t *testing.T, secret client.Secret, opts ...client.Option) *client.Client {
	t.Helper()
	return bezalaService.clientWith(t, o.Server, secret, append(opts, client.WithObserver(o.observer()))...)
}

// Each event is told once, with what there is to say of it.
func TestObserverIsTold(t *testing.T) {
	t.Parallel()
	const resource = "/api/accounts"
	for name, happens := range map[string]func(t *testing.T, o observed){
		"a login, and others who wait for it": func(t *testing.T, o observed) {
			c := o.client(t)
			atOnce(3, func(i int) {
				time.Sleep(time.Duration(i) * 100 * time.Millisecond)
				mustToken(t, c)
			})
			o.want(t, "begun cold", "ended cold network took 1s", "waited took 900ms", "waited took 800ms")
			mustToken(t, c)
			o.want(t)
		},
		"LogIn": func(t *testing.T, o observed) {
			c := o.client(t)
			mustToken(t, c)
			o.want(t, "begun cold", "ended cold network took 1s")
			if err := c.LogIn(t.Context()); err != nil {
				t.Error(err)
			}
			o.want(t, "begun asked", "ended asked network took 1s")
		},
		"an early refresh": func(t *testing.T, o observed) {
			c := newClient(t, ownLogin(func(context.Context, *http.Client, string) (client.Token, error) {
				time.Sleep(time.Second)
				return client.NewToken(client.TokenResponse{Value: time.Now().Format(time.RFC3339Nano), ExpiresIn: time.Hour})
			}), client.WithObserver(o.observer()))
			mustToken(t, c)
			o.want(t, `begun cold at "own" by "password"`, `ended cold network took 1s at "own" by "password"`)
			time.Sleep(59 * time.Minute)
			mustToken(t, c)
			time.Sleep(time.Second)
			o.want(t, `begun early at "own" by "password"`, `ended early network took 1s at "own" by "password"`)
		},
		"a revocation": func(t *testing.T, o observed) {
			c := o.client(t)
			get(t, c, resource)
			o.want(t, "begun cold", "ended cold network took 1s")
			o.RevokeAll()
			atOnce(3, func(int) { get(t, c, resource) })
			o.want(t, "begun rejected", "ended rejected network took 1s", "waited took 1s", "waited took 1s",
				"replayed", "replayed", "replayed")
		},
		"a revocation that meets a body which cannot be sent again": func(t *testing.T, o observed) {
			c := o.client(t)
			mustToken(t, c)
			o.want(t, "begun cold", "ended cold network took 1s")
			o.RevokeAll()
			o.SetLatency(0)
			req := newRequest(t, http.MethodGet, c.BaseURL()+resource, readerFunc(strings.NewReader("x").Read))
			if resp, err := sendAndRead(c.HTTPClient(), req); err != nil || resp.StatusCode != http.StatusUnauthorized {
				t.Errorf("%v, %v", resp, err)
			}
			o.want(t, "begun rejected", "ended rejected network")
		},
		"a refusal": func(t *testing.T, o observed) {
			c := o.clientWith(t, client.Static("wrong"))
			for range 3 {
				_, err := c.Token(t.Context())
				wantErr(t, err, client.ErrInvalidCredentials)
			}
			o.want(t, "begun cold", "ended cold network invalid_credentials 401 took 1s",
				"begun cold", "ended cold invalid_credentials 401", // the Secret was asked whether it has changed
				"kept off invalid_credentials 401")
		},
		"another failure": func(t *testing.T, o observed) {
			o.SetOutage(sandbox.Outage{Kind: sandbox.ErrorJSON, Scope: sandbox.Logins, Times: 1})
			c := o.client(t)
			for range 3 {
				_, err := c.Token(t.Context())
				wantErr(t, err, client.ErrUnavailable)
			}
			o.want(t, "begun cold", "ended cold network unavailable 503 took 1s", "begun cold", "ended cold unavailable 503",
				"kept off unavailable 503")
		},
		"a 429 that is waited out": func(t *testing.T, o observed) {
			o.SetOutage(limited(7*time.Second, 1))
			mustToken(t, o.client(t))
			o.want(t, "begun cold", "429 login 429 wait 7s", "ended cold network took 9s")
		},
		"a 429 that is not": func(t *testing.T, o observed) {
			o.SetOutage(limited(time.Minute, 1))
			c := o.client(t)
			for range 2 {
				_, err := c.Token(t.Context())
				wantRateLimit(t, err, time.Minute)
			}
			o.want(t, "begun cold", "429 login 429 wait 1m0s", "ended cold network rate_limited 429 took 1s wait 1m0s",
				"kept off rate_limited 429 wait 1m0s")
		},
		"429s to a request": func(t *testing.T, o observed) {
			c := o.client(t)
			mustToken(t, c)
			o.want(t, "begun cold", "ended cold network took 1s")
			o.SetOutage(sandbox.Outage{Kind: sandbox.TooManyRequests, Scope: sandbox.Protected, Wait: 3 * time.Second, Times: 2})
			get(t, c, resource)
			o.want(t, "429 request 429 wait 3s", "429 request 429 wait 3s")
		},
		"429s that the Login itself waits out": func(t *testing.T, o observed) {
			c := newClient(t, ownLogin(func(ctx context.Context, hc *http.Client, _ string) (client.Token, error) {
				for {
					answer, err := ask(ctx, hc, "/login", "challenge")
					if err != nil || answer.Status != http.StatusTooManyRequests {
						break
					}
				}
				return client.NewToken(client.TokenResponse{Value: "token"})
			}), client.WithTransport(answers(tooMany("1"), tooMany("1"), fine)), client.WithObserver(o.observer()))
			mustToken(t, c)
			o.want(t, `begun cold at "own" by "password"`, `429 login 429 at "own" by "password"`, `429 login 429 at "own" by "password"`,
				`ended cold network at "own" by "password"`)
			if n := c.Status().RateLimited; n != 2 {
				t.Errorf("%d 429s; want 2", n)
			}
		},
		"a look into a store in a pause, which is no login": func(t *testing.T, o observed) {
			store := &clienttest.MemoryStore{}
			c := o.clientWith(t, client.Static("wrong"), client.WithTokenStore(wildStore{
				MemoryStore: store, get: func() error { time.Sleep(100 * time.Millisecond); return nil },
			}))
			_, err := c.Token(t.Context())
			wantErr(t, err, client.ErrInvalidCredentials)
			_, err = c.Token(t.Context()) // asks the Secret whether it has changed
			wantErr(t, err, client.ErrInvalidCredentials)
			synctest.Wait()
			o.lines = nil
			time.Sleep(5 * time.Second)
			atOnce(3, func(int) {
				_, err := c.Token(t.Context())
				wantErr(t, err, client.ErrInvalidCredentials)
			})
			o.want(t, slices.Repeat([]string{"kept off invalid_credentials 401"}, 3)...)
			if n := c.Status().SharedWaits; n != 0 {
				t.Errorf("%d waits for a login that there was not", n)
			}
		},
		"a store": func(t *testing.T, o observed) {
			store := client.WithTokenStore(&clienttest.MemoryStore{})
			mustToken(t, o.client(t, store))
			o.want(t, "begun cold", "ended cold network took 1s")
			mustToken(t, o.client(t, store))
			o.want(t, "begun cold", "ended cold store")
		},
		"a store that has the reason": func(t *testing.T, o observed) {
			store := client.WithTokenStore(&clienttest.MemoryStore{})
			for _, source := range []string{"network", "store"} {
				_, err := o.clientWith(t, client.Static("wrong"), store).Token(t.Context())
				wantErr(t, err, client.ErrInvalidCredentials)
				took := ""
				if source == "network" {
					took = " took 1s"
				}
				o.want(t, "begun cold", "ended cold "+source+" invalid_credentials 401"+took)
			}
		},
		"trouble with a store": func(t *testing.T, o observed) {
			store := &clienttest.MemoryStore{}
			store.SetTrouble(0, errors.New("down"))
			mustToken(t, o.client(t, client.WithTokenStore(store)))
			o.want(t, "begun cold", "bezala: token store: reading a record: down", "ended cold network took 1s")
		},
		"a Secret that fails": func(t *testing.T, o observed) {
			c := o.clientWith(t, func(context.Context) (string, error) { return "", errors.New("the vault is sealed") })
			for range 2 {
				if _, err := c.Token(t.Context()); err == nil {
					t.Error("a token")
				}
			}
			o.want(t, "begun cold", "secret failed no_secret", "ended cold no_secret", "kept off no_secret")
		},
		"a Secret that nobody waits for any more": func(t *testing.T, o observed) {
			c := o.clientWith(t, func(ctx context.Context) (string, error) { <-ctx.Done(); return "", ctx.Err() })
			_, _, err := within(t, c, 5*time.Second)
			wantErr(t, err, context.DeadlineExceeded)
			o.want(t, "begun cold", "ended cold canceled took 5s")
		},
		"a token that only another run could have": func(t *testing.T, o observed) {
			account, err := bezalaService.login(o.Server, nil).Account()
			if err != nil {
				t.Fatal(err)
			}
			c := newClient(t, client.Stored(account), client.WithTokenStore(&clienttest.MemoryStore{}),
				client.WithUnboundRecords(), client.WithObserver(o.observer()))
			_, err = c.Token(t.Context())
			wantErr(t, err, client.ErrLoginRequired)
			o.want(t, "begun cold", "ended cold login_required")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				happens(t, observed{bezalaService.start(t, sandbox.Config{Latency: time.Second}), &diary{}})
			})
		})
	}
}

// The account's name, and errors whose words may hold it, are told only to those who ask for them.
func TestT6ObserverIsToldNoNameUnlessAsked(t *testing.T) {
	t.Parallel()
	for _, asked := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			const name = "me@corp.example"
			login := ownLogin(func(_ context.Context, _ *http.Client, secret string) (client.Token, error) {
				return client.Token{}, &client.LoginError{Service: "own", Status: http.StatusForbidden, Message: name + " has no " + secret}
			})
			login.account.Name = name
			d := &diary{}
			observer := d.observer()
			observer.Accounts = asked
			c := newClient(t, login, client.WithObserver(observer))
			for range 3 {
				_, _ = c.Token(t.Context())
			}
			synctest.Wait()
			text := strings.Join(d.lines, "\n")
			if len(d.lines) < 5 || strings.Contains(text, ownSecret) {
				t.Errorf("told\n%s", text)
			}
			if strings.Contains(text, name) != asked || strings.Contains(text, " of "+name+":") != asked {
				t.Errorf("asked for accounts: %t; told\n%s", asked, text)
			}
		})
	}
}

// Who begins a login sees it counted: a program may end right after the call.
func TestP2CallThatBeganALoginReturnsAfterLoginEnded(t *testing.T) {
	withAndWithoutAStore(t, func(t *testing.T, opts ...client.Option) {
		var told atomic.Bool
		observer := client.Observer{LoginEnded: func(context.Context, client.Event) {
			time.Sleep(time.Second / 2)
			told.Store(true)
		}}
		mustToken(t, bezalaService.client(t, bezalaService.start(t, sandbox.Config{}), append(opts, client.WithObserver(observer))...))
		if !told.Load() {
			t.Error("the call returned before LoginEnded did")
		}
	})
}
