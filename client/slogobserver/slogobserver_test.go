package slogobserver_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/clienttest"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/slogobserver"
)

// newLog returns a logger of all levels without the time, and what it has written.
func newLog() (*slog.Logger, *bytes.Buffer) {
	var text bytes.Buffer
	leaveOut := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	return slog.New(slog.NewTextHandler(&text, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: leaveOut})), &text
}

// world is a bezala sandbox that takes 1 s for each answer, a Client that is observed, and the log.
type world struct {
	*sandbox.Server
	client *client.Client
	log    *bytes.Buffer
	secret string
}

func newWorld(t *testing.T, accounts bool, opts ...client.Option) *world {
	t.Helper()
	w := &world{Server: sandbox.NewBezala(sandbox.Config{InProcess: true, Latency: time.Second})}
	t.Cleanup(w.Close)
	w.secret = w.Accounts()[0].Secret
	logger, text := newLog()
	w.log = text
	observer := slogobserver.New(logger)
	observer.Accounts = accounts
	c, err := client.New(bezala.Password{
		BaseURL: w.URL, Email: w.Accounts()[0].Name, Password: func(context.Context) (string, error) {
			if w.secret == "" {
				return "", errors.New("the vault is sealed")
			}
			return w.secret, nil
		},
	}, append(opts, client.WithTransport(w.Transport()), client.WithObserver(observer))...)
	if err != nil {
		t.Fatal(err)
	}
	w.client = c
	return w
}

func (w *world) get(t *testing.T) {
	t.Helper()
	if resp, err := w.client.HTTPClient().Get(w.URL + "/api/accounts"); err == nil {
		_ = resp.Body.Close()
	}
	synctest.Wait()
}

// Each event is a line, of the level that it deserves.
func TestEachEventIsALine(t *testing.T) {
	for name, tt := range map[string]struct {
		happens func(t *testing.T, w *world)
		want    []string
	}{
		"a login": {func(t *testing.T, w *world) { w.get(t) }, []string{
			`level=DEBUG msg="latchkey: login begins" service=bezala method=password trigger=cold`,
			`level=INFO msg="latchkey: logged in" service=bezala method=password trigger=cold source=network took=1s`,
		}},
		"a revocation": {func(t *testing.T, w *world) {
			w.get(t)
			w.log.Reset()
			w.RevokeAll()
			w.get(t)
		}, []string{
			`level=DEBUG msg="latchkey: login begins" service=bezala method=password trigger=rejected`,
			`level=INFO msg="latchkey: logged in" service=bezala method=password trigger=rejected source=network took=1s`,
			`level=INFO msg="latchkey: token rejected: the request is sent again" service=bezala method=password`,
		}},
		"a refusal": {func(t *testing.T, w *world) {
			w.secret = "wrong"
			w.get(t)
			w.get(t)
			w.log.Reset()
			w.get(t)
		}, []string{
			`level=DEBUG msg="latchkey: no login: the pause after the last one is not over" service=bezala method=password kind=invalid_credentials status=401`,
		}},
		"a 429": {func(t *testing.T, w *world) {
			w.SetOutage(sandbox.Outage{Kind: sandbox.TooManyRequests, Scope: sandbox.Logins, Wait: time.Minute})
			w.get(t)
		}, []string{
			`level=DEBUG msg="latchkey: login begins" service=bezala method=password trigger=cold`,
			`level=WARN msg="latchkey: rate limited" service=bezala method=password limited=login wait=1m0s status=429`,
			`level=WARN msg="latchkey: login failed" service=bezala method=password trigger=cold source=network took=1s wait=1m0s kind=rate_limited status=429`,
		}},
		"a Secret that fails": {func(t *testing.T, w *world) {
			w.secret = ""
			w.get(t)
		}, []string{
			`level=DEBUG msg="latchkey: login begins" service=bezala method=password trigger=cold`,
			`level=WARN msg="latchkey: no secret" service=bezala method=password kind=no_secret`,
			`level=WARN msg="latchkey: login failed" service=bezala method=password trigger=cold kind=no_secret`,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, false)
				tt.happens(t, w)
				if got := strings.Split(strings.TrimSpace(w.log.String()), "\n"); !slices.Equal(got, tt.want) {
					t.Errorf("the log is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
				}
			})
		})
	}
}

func TestStoreIsALine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &clienttest.MemoryStore{}
		newWorld(t, false, client.WithTokenStore(store)).get(t)
		w := newWorld(t, false, client.WithTokenStore(store))
		w.get(t)
		store.SetTrouble(0, errors.New("down"))
		w.client.Invalidate(must(w.client.Token(t.Context())))
		w.get(t)
		for _, want := range []string{
			`level=INFO msg="latchkey: token found in the store" service=bezala method=password trigger=cold source=store`,
			`level=WARN msg="latchkey: token store not used" error="bezala: token store: reading a record: down"`,
		} {
			if !strings.Contains(w.log.String(), want) {
				t.Errorf("%s\nis not in\n%s", want, w.log)
			}
		}
	})
}

// Only those who ask for accounts find them, and the service's words, in the log.
func TestT6LogNamesNoAccountUnlessAsked(t *testing.T) {
	for _, asked := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, asked)
			w.secret = "wrong-password"
			w.get(t)
			text := w.log.String()
			named := strings.Contains(text, "account="+w.Accounts()[0].Name) && strings.Contains(text, "error=")
			if named != asked || strings.Contains(text, w.Accounts()[0].Name) != asked || strings.Contains(text, w.secret) {
				t.Errorf("asked for accounts: %t; the log is\n%s", asked, text)
			}
		})
	}
}
