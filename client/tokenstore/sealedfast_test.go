package tokenstore_test

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
	"github.com/latchkey-go/latchkey/client/tokenstore"
)

// ownLogin is a Login without a service. It counts the logins.
type ownLogin struct {
	name, secret string
	logins       *int
}

func (o ownLogin) Account() (client.Account, error) {
	return client.Account{Service: "own", BaseURL: "https://own.example", Method: "password", Name: o.name}, nil
}

func (o ownLogin) Secret(context.Context) (string, error) { return o.secret, nil }

func (o ownLogin) Login(context.Context, *http.Client, string) (client.Token, error) {
	*o.logins++
	return client.NewToken(client.TokenResponse{Value: fmt.Sprint("token-", *o.logins), ExpiresIn: time.Hour})
}

// coldStart returns the token of a new Client.
func coldStart(t testing.TB, login client.Login, store client.TokenStore, opts ...client.Option) client.Token {
	t.Helper()
	c, err := client.New(login, append(opts, client.WithTokenStore(store))...)
	if err != nil {
		t.Fatal(err)
	}
	token, err := c.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func sealedFast(t testing.TB, store client.TokenStore, keys ...[]byte) client.TokenStore {
	t.Helper()
	s, err := tokenstore.SealedFast(store, keys...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A record is bound to account, secret and key of the application: with another one of them it is not found. So a thief
// of store and key has passwords to guess, as with a store that is not sealed.
func TestSealedRecordsAreBound(t *testing.T) {
	type seals func(testing.TB, client.TokenStore, ...[]byte) client.TokenStore
	for name, test := range map[string]struct {
		inner       client.TokenStore
		kind, other seals
	}{
		"Sealed":                   {newMemory(), sealed, sealedFast},
		"Sealed, a Locker":         {&clienttest.MemoryStore{}, sealed, sealedFast},
		"SealedFast":               {newMemory(), sealedFast, sealed},
		"SealedFast over a Locker": {&clienttest.MemoryStore{}, sealedFast, sealed},
	} {
		t.Run(name, func(t *testing.T) {
			logins, inner := 0, test.inner
			me := ownLogin{"me", "secret", &logins}
			store := test.kind(t, inner, keyOf('k'))
			first := coldStart(t, me, store)
			if !coldStart(t, me, test.kind(t, inner, keyOf('k'))).Equal(first) {
				t.Error("the next run does not find the token")
			}
			for other, token := range map[string]client.Token{
				"secret":         coldStart(t, ownLogin{"me", "Secret", &logins}, store),
				"account":        coldStart(t, ownLogin{"you", "secret", &logins}, store),
				"key":            coldStart(t, me, test.kind(t, inner, keyOf('l'))),
				"kind of Sealed": coldStart(t, me, test.other(t, inner, keyOf('k'))),
				"kind of record": coldStart(t, me, store, client.WithUnboundRecords()),
			} {
				if token.Equal(first) {
					t.Errorf("another %s finds the token", other)
				}
			}
			if logins != 6 {
				t.Errorf("%d logins; want 6", logins)
			}
		})
	}
}

// A rotation of the application's keys loses no record.
func TestSealedFastRotationKeepsTheTokens(t *testing.T) {
	logins, inner := 0, newMemory()
	me := ownLogin{"me", "secret", &logins}
	for _, keys := range [][][]byte{{keyOf('o')}, {keyOf('o'), keyOf('n')}, {keyOf('n'), keyOf('o')}} {
		coldStart(t, me, sealedFast(t, inner, keys...))
	}
	if logins != 1 {
		t.Errorf("%d logins; want 1", logins)
	}
}

// 500 accounts derive no key by argon2id, which takes 19 MiB each time.
func TestSealedFastNeedsNoArgon2(t *testing.T) {
	logins, store := 0, sealedFast(t, newMemory(), keyOf('k'))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := range 500 {
		coldStart(t, ownLogin{fmt.Sprint("user-", i), "secret", &logins}, store)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 500*(1<<20) {
		t.Errorf("%d MiB of memory in all: argon2id is at work", used>>20)
	}
}

// BenchmarkSealedFast500 starts 500 Clients whose tokens are in the store.
func BenchmarkSealedFast500(b *testing.B) {
	logins, store := 0, sealedFast(b, newMemory(), keyOf('k'))
	start := func() {
		for i := range 500 {
			coldStart(b, ownLogin{fmt.Sprint("user-", i), "secret", &logins}, store)
		}
	}
	start()
	for b.Loop() {
		start()
	}
	if logins != 500 {
		b.Errorf("%d logins; want 500", logins)
	}
}
