package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
	"github.com/latchkey-go/latchkey/client/internal/seal"
)

// A note whose writer's clock was ahead, in a store that can be read and not written, keeps nobody off for longer
// than it says.
func TestP9NoteFromTheFutureInAStoreThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	for name, put := range map[string]error{"fails": errors.New("READONLY"), "is lost": nil} {
		for _, kind := range []string{`"refused","status":423`, `"failed","status":503`, `"limited","status":429`} {
			t.Run("Put "+name+" "+kind, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					memory := &clienttest.MemoryStore{}
					ahead := time.Now().Add(10 * time.Hour).UTC().Format(time.RFC3339Nano)
					putPlain(t, foreverStore{memory}, `{"note":{"kind":`+kind+`,"written":"`+ahead+`","pause":30000000000,"by":"another"}}`)
					o := &office{}
					c := o.client(t, client.WithTokenStore(unwritableStore{memory, put}), client.WithUnboundRecords())
					began := time.Now()
					var last error
					for {
						_, _, err := within(t, c, 5*time.Second)
						if err == nil {
							break
						}
						last = err
						time.Sleep(time.Second)
					}
					if took := time.Since(began); took > time.Minute {
						t.Errorf("no token for %s, with a note's pause of 30 s: %v", took, last)
					}
				})
			})
		}
	}
}

// unwritableStore answers Gets, and keeps nothing.
type unwritableStore struct {
	*clienttest.MemoryStore
	err error
}

func (u unwritableStore) Put(context.Context, string, []byte, time.Duration) error { return u.err }

// putPlain puts an unbound record for an office's account into a store.
func putPlain(t *testing.T, store client.TokenStore, plain string) {
	t.Helper()
	keys, err := seal.Unbound(fmt.Sprintf("%q %q %q %q", "own", "https://own.example", "", ""))
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Put(t.Context(), keys.Place, keys.Seal([]byte(plain)), 1000*time.Hour); err != nil {
		t.Fatal(err)
	}
}

// The Observer is told again after a call of it that blocked has ended in a panic.
func TestP9ObserverThatPanicsLateIsToldAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &clienttest.MemoryStore{}
		store.SetTrouble(0, errors.New("down"))
		var told atomic.Int64
		o := &office{}
		c := o.client(t, client.WithTokenStore(store), client.WithUnboundRecords(),
			client.WithObserver(client.Observer{StoreTrouble: func(error) {
				if told.Add(1) == 1 {
					time.Sleep(2 * time.Second)
					panic("the log is down")
				}
			}}))
		for range 5 {
			c.Invalidate(mustToken(t, c))
			time.Sleep(time.Hour)
		}
		if told.Load() < 5 {
			t.Errorf("told %d times of 5 troubles, an hour apart", told.Load())
		}
	})
}

// Logout deletes the record, or says that it did not, also if the Secret yields another secret by now.
func TestP7LogoutOfASecretThatChanges(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		login := ownLogin(func(_ context.Context, _ *http.Client, secret string) (client.Token, error) {
			return client.NewToken(client.TokenResponse{Value: "token-for-" + secret, ExpiresIn: time.Hour})
		})
		login.secret = func(context.Context) (string, error) { asked++; return fmt.Sprint("one-time-", asked), nil }
		store := &clienttest.MemoryStore{}
		c := newClient(t, login, client.WithTokenStore(store))
		mustToken(t, c)
		err := c.Logout(t.Context())
		if left := len(store.Records()); err == nil && left != 0 {
			t.Errorf("Logout succeeded, and %d record is left in the store", left)
		}
	})
}

// A refresh that a Logout left behind gives the dropped token again. The store, which did not delete it, does not
// bring it back.
func TestP7LogoutDuringARefreshThatGivesTheSameToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var value atomic.Value
		value.Store("session")
		login := ownLogin(func(context.Context, *http.Client, string) (client.Token, error) {
			token, err := client.NewToken(client.TokenResponse{Value: value.Load().(string), ExpiresIn: time.Hour})
			time.Sleep(5 * time.Second)
			return token, err
		})
		store := wildStore{MemoryStore: &clienttest.MemoryStore{}, remove: func() error { return errors.New("down") }}
		c := newClient(t, login, client.WithTokenStore(store))
		first := mustToken(t, c)
		time.Sleep(57 * time.Minute)
		mustToken(t, c) // and a refresh begins
		time.Sleep(time.Second)
		if err := c.Logout(t.Context()); err == nil {
			t.Fatal("want the store's error")
		}
		value.Store("after-the-logout")
		time.Sleep(10 * time.Second) // until the refresh has ended
		if mustToken(t, c).Equal(first) {
			t.Error("the dropped token came back out of the store")
		}
	})
}

// A record without a sane Keep, such as of a client before Keep was there, is not a look into the store per call,
// and its token ends.
func TestP9RecordWithoutASaneKeep(t *testing.T) {
	t.Parallel()
	for name, keep := range map[string]string{"none": "", "negative": `,"keep":-3600000000000`, "1 ns": `,"keep":1`} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var gets atomic.Int64
				store := wildStore{MemoryStore: &clienttest.MemoryStore{}, get: func() error { gets.Add(1); return nil }}
				written := time.Now().Add(-time.Hour).UTC().Format(time.RFC3339Nano)
				putPlain(t, store, `{"token":{"value":"T","type":"Bearer","written":"`+written+`","life":7200000000000`+keep+`}}`)
				c := (&office{}).client(t, client.WithTokenStore(store), client.WithUnboundRecords())
				for range 10_000 {
					mustToken(t, c)
					time.Sleep(100 * time.Millisecond)
				}
				if n := gets.Load(); n > 1001 {
					t.Errorf("%d looks into the store in %d calls", n, 10_000)
				}
			})
		})
	}
}

// A Logout at the moment when a refresh begins.
func TestP7LogoutWhileARefreshBegins(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for range 50 {
			c := (&office{}).client(t, client.WithMaxAge(time.Hour))
			mustToken(t, c)
			time.Sleep(59 * time.Minute)
			mustToken(t, c) // and a refresh begins
			if err := c.Logout(t.Context()); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Minute)
		}
	})
}
