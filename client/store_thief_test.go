package client_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
	"github.com/latchkey-go/latchkey/client/internal/seal"
	"github.com/latchkey-go/latchkey/client/tokenstore"
)

// onceDeriver derives each key once, by argon2id: a test has many Clients of the same accounts.
type onceDeriver struct {
	foreverStore
	keys *sync.Map
}

func (o onceDeriver) BoundKeys(ctx context.Context, name, secret string) (seal.Keys, error) {
	if keys, ok := o.keys.Load(name + secret); ok {
		return keys.(seal.Keys), nil
	}
	keys, err := seal.Bound(ctx, name, secret)
	o.keys.Store(name+secret, keys)
	return keys, err
}

// forms are the forms of stored records.
var forms = map[string]struct {
	store func(beneath foreverStore) (client.TokenStore, error)
	opts  []client.Option
}{
	"bound": {store: func(beneath foreverStore) (client.TokenStore, error) {
		return onceDeriver{beneath, &sync.Map{}}, nil
	}},
	"unbound": {
		store: func(beneath foreverStore) (client.TokenStore, error) { return beneath, nil },
		opts:  []client.Option{client.WithUnboundRecords()},
	},
	"sealed, unbound": {
		store: func(beneath foreverStore) (client.TokenStore, error) {
			return tokenstore.Sealed(beneath, bytes.Repeat([]byte("k"), tokenstore.KeySize))
		},
		opts: []client.Option{client.WithUnboundRecords()},
	},
	"sealed fast": {store: func(beneath foreverStore) (client.TokenStore, error) {
		return tokenstore.SealedFast(beneath, bytes.Repeat([]byte("k"), tokenstore.KeySize))
	}},
}

// ring is a service of two accounts, whose logins it counts.
type ring struct {
	logins  int
	failure error // of the logins; nil: they succeed
}

func (r *ring) client(t *testing.T, name string, store client.TokenStore, opts []client.Option) *client.Client {
	t.Helper()
	login := ownLogin(func(context.Context, *http.Client, string) (client.Token, error) {
		r.logins++
		if r.failure != nil {
			return client.Token{}, r.failure
		}
		return client.NewToken(client.TokenResponse{Value: fmt.Sprint("token-", r.logins), ExpiresIn: time.Hour})
	})
	login.account.Name = name
	return newClient(t, login, append(slices.Clone(opts), client.WithTokenStore(store))...)
}

// No record is taken of which a byte is another, that was cut, or that belongs to another account: it costs a login.
func TestP10DamagedOrSwappedRecordIsNotTaken(t *testing.T) {
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				beneath, service := foreverStore{&clienttest.MemoryStore{}}, &ring{}
				store, err := form.store(beneath)
				if err != nil {
					t.Fatal(err)
				}
				mustToken(t, service.client(t, "me", store, form.opts))
				mine := slices.Collect(maps.Keys(beneath.Records()))[0]
				mustToken(t, service.client(t, "you", store, form.opts))
				records := beneath.Records()
				whole := records[mine]
				delete(records, mine)
				yours := slices.Collect(maps.Values(records))[0]

				taken := map[string][]byte{"yours": yours, "empty": {}, "one byte more": append(slices.Clone(whole), 0)}
				for i := range whole {
					for _, flip := range []byte{1, 0x80, 0xff} {
						changed := slices.Clone(whole)
						changed[i] ^= flip
						taken[fmt.Sprintf("byte %d, changed by %#x", i, flip)] = changed
					}
					taken[fmt.Sprint("cut at ", i)] = whole[:i]
				}
				for what, record := range taken {
					before := service.logins
					if err := beneath.Put(t.Context(), mine, record, 0); err != nil {
						t.Fatal(err)
					}
					token := mustToken(t, service.client(t, "me", store, form.opts))
					if service.logins != before+1 || token.Value() != fmt.Sprint("token-", service.logins) {
						t.Errorf("%s: %d logins; want one more than %d", what, service.logins, before)
					}
				}
				// Undamaged, it is taken.
				if err := beneath.Put(t.Context(), mine, whole, 0); err != nil {
					t.Fatal(err)
				}
				if token := mustToken(t, service.client(t, "me", store, form.opts)); token.Value() != "token-1" {
					t.Error("the whole record is not taken: this test tells nothing")
				}
			})
		})
	}
}

// A note that is put back, again and again, keeps nobody off beyond its own time: not the Client that met the failure,
// nor others.
func TestP9NoteThatIsPutBackEndsWithItsOwnTime(t *testing.T) {
	status := func(status int, kind error) error {
		return &client.LoginError{Service: "own", Status: status, Kind: kind}
	}
	for failure, tt := range map[string]struct {
		err  error
		long time.Duration
	}{
		"refused":      {status(http.StatusUnauthorized, client.ErrInvalidCredentials), 30 * time.Second},
		"locked":       {status(http.StatusLocked, client.ErrInvalidCredentials), 30 * time.Second},
		"unavailable":  {status(http.StatusServiceUnavailable, client.ErrUnavailable), time.Second},
		"rate limited": {&client.RateLimitError{Service: "own", RetryAfter: 5 * time.Minute}, 5 * time.Minute},
	} {
		for name, form := range forms {
			t.Run(failure+", "+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					beneath, service := foreverStore{&clienttest.MemoryStore{}}, &ring{failure: tt.err}
					store, err := form.store(beneath)
					if err != nil {
						t.Fatal(err)
					}
					began := time.Now()
					old := service.client(t, "me", store, form.opts)
					if _, err := old.Token(t.Context()); err == nil {
						t.Fatal("want the failure")
					}
					note := beneath.Records()
					service.failure = nil
					clients := []*client.Client{old, nil}
					for i := range 100 {
						putAll(t, beneath, note)
						clients[1] = service.client(t, "me", store, form.opts)
						for j, c := range clients {
							token, _, err := within(t, c, time.Millisecond)
							if err != nil && time.Since(began) > tt.long+time.Second {
								t.Fatalf("client %d, after %s: %v; the note was for %s", j, time.Since(began), err, tt.long)
							}
							c.Invalidate(token)
							putAll(t, beneath, note)
						}
						time.Sleep(tt.long/10 + time.Duration(i)*time.Millisecond)
					}
				})
			})
		}
	}
}

// Notes of a host whose clock is ahead count once each, in whatever order they are put back.
func TestP9NotesFromTheFutureThatArePutBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := foreverStore{&clienttest.MemoryStore{}}
		c := (&office{}).client(t, client.WithTokenStore(memory), client.WithUnboundRecords())
		failed, began := 0, time.Now()
		for i := range 600 {
			ahead := began.Add(10*time.Hour + time.Duration(i%2)*time.Minute).UTC().Format(time.RFC3339Nano)
			putPlain(t, memory, `{"note":{"kind":"limited","status":429,"written":"`+ahead+`","pause":30000000000,"by":"another"}}`)
			token, _, err := within(t, c, time.Millisecond)
			if err != nil {
				failed++
			}
			c.Invalidate(token)
			time.Sleep(time.Second)
		}
		if failed > 2*30+2 {
			t.Errorf("no token in %d of 600 s, with two notes of 30 s", failed)
		}
	})
}

// An old token that is put back costs one rejected request and one login, however often it is put back.
func TestP7TokenThatIsPutBack(t *testing.T) {
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				beneath, service := foreverStore{&clienttest.MemoryStore{}}, &ring{}
				store, err := form.store(beneath)
				if err != nil {
					t.Fatal(err)
				}
				c := service.client(t, "me", store, form.opts)
				first := mustToken(t, c)
				record := beneath.Records()
				for token := first; service.logins < 6; {
					c.Invalidate(token) // as after a 401
					putAll(t, beneath, record)
					if token = mustToken(t, c); token.Equal(first) {
						t.Fatal("the dead token came back")
					}
				}
			})
		})
	}
}
