package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// Each Observer is told of each event, whatever the others do, and of accounts only if it asks for them.
func TestObserversAreAllTold(t *testing.T) {
	t.Parallel()
	for name, act := range map[string]func(){
		"returns": func() {}, "panics": func() { panic("observer") }, "ends its goroutine": func() { runtime.Goexit() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := bezalaService.start(t, sandbox.Config{})
				store := &clienttest.MemoryStore{}
				store.SetTrouble(0, errors.New("down"))
				quiet, named, secret := &diary{}, &diary{}, newSecrets("your-password")
				asking := named.observer()
				asking.Accounts = true
				c := bezalaService.clientWith(t, srv, secret.secret, client.WithTokenStore(store),
					client.WithObserver(client.Observer{}),
					client.WithObserver(wild(act, func(ctx context.Context) context.Context { return ctx })),
					client.WithObserver(quiet.observer()), client.WithObserver(asking))
				atOnce(2, func(int) { mustToken(t, c) })
				srv.RevokeAll()
				get(t, c, "/api/accounts")
				srv.SetOutage(sandbox.Outage{Kind: sandbox.TooManyRequests, Scope: sandbox.Protected, Wait: time.Second, Times: 1})
				get(t, c, "/api/accounts")
				secret.set("wrong")
				c.Invalidate(mustToken(t, c))
				for range 3 {
					_, err := c.Token(t.Context())
					wantErr(t, err, client.ErrInvalidCredentials)
				}
				synctest.Wait()
				for i, line := range named.lines {
					line, _, _ = strings.Cut(line, " of "+srv.Accounts()[0].Name)
					named.lines[i] = line
				}
				slices.Sort(quiet.lines)
				slices.Sort(named.lines)
				if !slices.Equal(quiet.lines, named.lines) || strings.Contains(strings.Join(quiet.lines, " "), srv.Accounts()[0].Name) {
					t.Errorf("told\n\t%s\nand\n\t%s", strings.Join(quiet.lines, "\n\t"), strings.Join(named.lines, "\n\t"))
				}
				for _, event := range []string{"begun", "ended", "waited", "kept off", "429", "replayed", "bezala: token store"} {
					if !slices.ContainsFunc(quiet.lines, func(line string) bool { return strings.HasPrefix(line, event) }) {
						t.Errorf("not told: %s", event)
					}
				}
			})
		})
	}
}

// What one Observer asks for, the other is not told, even if it is the only one that is told of something.
func TestT6ObserverIsToldNoNameBecauseAnotherAsks(t *testing.T) {
	t.Parallel()
	asking := client.WithObserver(client.Observer{Accounts: true})
	for name, opts := range map[string]func(quiet client.Option) []client.Option{
		"before": func(quiet client.Option) []client.Option { return []client.Option{asking, quiet} },
		"after":  func(quiet client.Option) []client.Option { return []client.Option{quiet, asking} },
	} {
		synctest.Test(t, func(t *testing.T) {
			srv, d := bezalaService.start(t, sandbox.Config{}), &diary{}
			c := bezalaService.clientWith(t, srv, client.Static("wrong"), opts(client.WithObserver(d.observer()))...)
			for range 3 {
				_, err := c.Token(t.Context())
				wantErr(t, err, client.ErrInvalidCredentials)
			}
			synctest.Wait()
			if text := strings.Join(d.lines, "\n"); len(d.lines) < 5 || strings.Contains(text, srv.Accounts()[0].Name) || strings.Contains(text, ": ") {
				t.Errorf("asked %s: told\n%s", name, text)
			}
		})
	}
}

// The contexts of several Observers follow each other, and each finds its own value in the login and at its end.
func TestObserversAddTheirValues(t *testing.T) {
	t.Parallel()
	type key int
	seen := func(ctx context.Context) string {
		return fmt.Sprint(ctx.Value(key(1)), ctx.Value(key(2)), ctx.Value(key(3)))
	}
	var told []string
	tells := func(n key, begun func(ctx context.Context) context.Context) client.Option {
		return client.WithObserver(client.Observer{
			LoginBegun: func(ctx context.Context, _ client.Event) context.Context {
				told = append(told, seen(ctx))
				return begun(context.WithValue(ctx, n, n))
			},
			LoginEnded: func(ctx context.Context, _ client.Event) { told = append(told, seen(ctx)) },
		})
	}
	c := newClient(t, ownLogin(func(ctx context.Context, _ *http.Client, _ string) (client.Token, error) {
		told = append(told, seen(ctx))
		return client.NewToken(client.TokenResponse{Value: "token"})
	}), tells(1, func(ctx context.Context) context.Context { return ctx }), tells(2, func(context.Context) context.Context { return nil }),
		tells(4, func(context.Context) context.Context { panic("of an Observer") }),
		tells(3, func(ctx context.Context) context.Context { return ctx }))
	mustToken(t, c)
	begins := []string{"<nil> <nil> <nil>", "1 <nil> <nil>", "1 <nil> <nil>", "1 <nil> <nil>"}
	if want := append(begins, slices.Repeat([]string{"1 <nil> 3"}, 5)...); !slices.Equal(told, want) {
		t.Errorf("seen %q; want %q", told, want)
	}
}
