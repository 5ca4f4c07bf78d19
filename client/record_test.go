package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

func TestP9TokenOfUnknownExpiryIsStoredFor30Days(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := &clienttest.MemoryStore{}
		mustToken(t, fleet(t, srv, 1, store, "your-password")[0])
		time.Sleep(30*24*time.Hour - time.Nanosecond)
		if n := len(store.Records()); n != 1 {
			t.Errorf("%d records; want 1", n)
		}
		time.Sleep(time.Nanosecond)
		if n := len(store.Records()); n != 0 {
			t.Errorf("%d records after 30 days; want none", n)
		}
	})
}

// A token expires for all at the same time: not later for a Client that finds it later, nor at a time that was found
// not to hold.
func TestP9StoredTokenExpiresWhenItDoes(t *testing.T) {
	for name, grant := range map[string]func() client.TokenResponse{
		"known": func() client.TokenResponse { return client.TokenResponse{Value: "stored", ExpiresIn: time.Hour} },
		"unknown, since it had passed on arrival": func() client.TokenResponse {
			return client.TokenResponse{
				Value:     jwt(fmt.Sprintf(`{"exp":%d}`, time.Now().Add(time.Hour).Unix())),
				ExpiresAt: time.Now().Add(-time.Minute),
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := client.WithTokenStore(&clienttest.MemoryStore{})
				login := ownLogin(func(context.Context, *http.Client, string) (client.Token, error) {
					return client.NewToken(grant())
				})
				first := mustToken(t, newClient(t, login, store))
				time.Sleep(30 * time.Minute)
				found := mustToken(t, newClient(t, login, store))
				got, known := found.Expiry()
				want, wantKnown := first.Expiry()
				if !found.Equal(first) || known != wantKnown || !got.Equal(want) {
					t.Errorf("expires at %s (known: %t); want %s (%t)", got, known, want, wantKnown)
				}
			})
		})
	}
}

// The reader's clock is 2 h behind: how much of the token's life is left is unknown, so the store is asked again soon.
func TestP9StoredTokenOfUnknownAgeIsLookedUpAgain(t *testing.T) {
	var records map[string][]byte
	for _, ahead := range []time.Duration{2 * time.Hour, 0} { // the writer, and then the reader
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(ahead)
			gets := 0
			store := wildStore{MemoryStore: &clienttest.MemoryStore{}, get: func() error { gets++; return nil }}
			putAll(t, store, records)
			defer func() { records = store.Records() }()
			login := ownLogin(func(context.Context, *http.Client, string) (client.Token, error) {
				return client.NewToken(client.TokenResponse{Value: "stored", ExpiresIn: time.Hour})
			})
			c := newClient(t, login, client.WithTokenStore(store))
			mustToken(t, c)
			before := gets
			time.Sleep(6 * time.Minute)
			mustToken(t, c)
			synctest.Wait()
			if again := gets > before; again != (ahead == 0) {
				t.Errorf("with a clock %s ahead it is looked up again after 6 min: %t", ahead, again)
			}
		})
	}
}

// A token's age counts from when any Client received it, and not from when it was found in the store.
func TestP9StoredTokensAgeCountsFromItsReceipt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := &clienttest.MemoryStore{}
		aged := func() *client.Client {
			return fleet(t, srv, 1, store, "your-password", client.WithMaxAge(time.Hour))[0]
		}
		first := mustToken(t, fleet(t, srv, 1, store, "your-password")[0]) // may be kept for longer
		time.Sleep(50 * time.Minute)
		c := aged()
		if token := mustToken(t, c); !token.Equal(first) || !token.Received().Equal(first.Received()) {
			t.Errorf("issued at %s; want the first token, of %s", token.Received(), first.Received())
		}
		time.Sleep(10 * time.Minute)
		for _, c := range []*client.Client{c, aged()} {
			if mustToken(t, c).Equal(first) {
				t.Error("a token is used beyond its age")
			}
		}
		wantLogins(t, srv, 2)
		if n := len(store.Records()); n != 1 {
			t.Errorf("%d records; want 1", n)
		}
		time.Sleep(time.Hour)
		if n := len(store.Records()); n != 0 {
			t.Errorf("%d records, kept for longer than their age", n)
		}
	})
}

// One host's clock is 2 h off, either way: it uses the token that others have put there, and others use its token.
func TestP9StoredTokenServesWithAWrongClock(t *testing.T) {
	for name, wait := range map[string][2]time.Duration{
		"reader ahead":  {0, 2 * time.Hour},
		"reader behind": {2 * time.Hour, 0},
	} {
		for expiry, tt := range map[string]struct {
			grant client.TokenResponse
			opts  []client.Option
		}{
			"known":   {grant: client.TokenResponse{Value: "shared", ExpiresIn: time.Hour}},
			"unknown": {grant: client.TokenResponse{Value: "shared"}},
			"by age":  {grant: client.TokenResponse{Value: "shared"}, opts: []client.Option{client.WithMaxAge(time.Hour)}},
		} {
			t.Run(name+" expiry "+expiry, func(t *testing.T) {
				logins := 0
				var records map[string][]byte
				for _, offset := range wait { // each bubble's clock starts at the same time
					synctest.Test(t, func(t *testing.T) {
						time.Sleep(offset)
						store := foreverStore{&clienttest.MemoryStore{}}
						putAll(t, store, records)
						defer func() { records = store.Records() }()
						login := ownLogin(func(context.Context, *http.Client, string) (client.Token, error) {
							logins++
							return client.NewToken(tt.grant)
						})
						c := newClient(t, login, append(tt.opts, client.WithTokenStore(store), client.WithUnboundRecords())...)
						for range 50 {
							mustToken(t, c)
							time.Sleep(time.Minute)
						}
						// If the clocks disagree, the store is asked now and then.
						if n := c.Status().Refreshes; n > 50/6 {
							t.Errorf("%d refreshes in 50 minutes", n)
						}
					})
				}
				if logins != 1 {
					t.Errorf("%d logins; want 1", logins)
				}
			})
		}
	}
}

func TestP9StoredRefusalKeepsItsKind(t *testing.T) {
	for _, kind := range []error{client.ErrInvalidCredentials, client.ErrInvalidInput} {
		t.Run(kind.Error(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := client.WithTokenStore(&clienttest.MemoryStore{})
				logins := 0
				login := ownLogin(func(context.Context, *http.Client, string) (client.Token, error) {
					logins++
					return client.Token{}, &client.LoginError{Service: "own", Status: http.StatusUnprocessableEntity, Kind: kind}
				})
				for range 2 {
					_, err := newClient(t, login, store).Token(t.Context())
					wantErr(t, err, kind)
				}
				if logins != 1 {
					t.Errorf("%d logins; want 1", logins)
				}
			})
		})
	}
}

// A Client that has found a refusal once needs no store for it again.
func TestP9StoredRefusalIsRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := &clienttest.MemoryStore{}
		clients := fleet(t, srv, 2, store, "wrong password")
		for _, trouble := range []error{nil, errors.New("connection refused")} {
			store.SetTrouble(0, trouble)
			all(t, clients, func(_ client.Token, err error) { wantErr(t, err, client.ErrInvalidCredentials) })
		}
		wantLogins(t, srv, 1)
	})
}

// The clients take turns in being the first after a pause.
func TestP9StoredPauseGrows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		two := fleet(t, srv, 2, &clienttest.MemoryStore{}, "wrong password")
		for i, pause := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute} {
			for j := range two {
				c := two[(i+j)%2]
				_, err := c.Token(t.Context())
				wantErr(t, err, client.ErrInvalidCredentials)
				if left := time.Until(c.Status().RefusedUntil); left != pause {
					t.Errorf("pause %d is %s; want %s", i+1, left, pause)
				}
			}
			time.Sleep(pause)
		}
		wantLogins(t, srv, 3)
	})
}

// The clock of the host that wrote the pause is 2 h ahead: the pause holds elsewhere, too.
func TestP9StoredPauseHoldsWithAWrongClock(t *testing.T) {
	for name, failure := range map[string]error{
		"rate limited": &client.RateLimitError{Service: "own", RetryAfter: 5 * time.Minute},
		"refused":      &client.LoginError{Service: "own", Status: 401, Kind: client.ErrInvalidCredentials},
	} {
		t.Run(name, func(t *testing.T) {
			logins := 0
			var records map[string][]byte
			for _, offset := range []time.Duration{2 * time.Hour, 0} {
				synctest.Test(t, func(t *testing.T) {
					time.Sleep(offset)
					store := foreverStore{&clienttest.MemoryStore{}}
					putAll(t, store, records)
					defer func() { records = store.Records() }()
					login := ownLogin(func(context.Context, *http.Client, string) (client.Token, error) {
						logins++
						return client.Token{}, failure
					})
					if _, err := newClient(t, login, client.WithTokenStore(store)).Token(t.Context()); err == nil {
						t.Error("a token")
					}
				})
			}
			if logins != 1 {
				t.Errorf("%d logins; want 1", logins)
			}
		})
	}
}

// A store that forgets nothing makes no pause endless.
func TestP9StoredPauseEndsThoughTheRecordStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := foreverStore{&clienttest.MemoryStore{}}
		srv.SetOutage(limited(time.Minute, 1))
		_, err := fleet(t, srv, 1, store, "your-password")[0].Token(t.Context())
		wantRateLimit(t, err, time.Minute)
		time.Sleep(25 * time.Hour)
		mustToken(t, fleet(t, srv, 1, store, "your-password")[0])
	})
}

// spoil changes the records of a store.
func spoil(t *testing.T, store *clienttest.MemoryStore, change func(record []byte)) {
	t.Helper()
	records := store.Records()
	for _, record := range records {
		change(record)
	}
	putAll(t, store, records)
}

func damage(record []byte) { record[len(record)/2] ^= 1 }

func TestP9DamagedRecordIsAMiss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		store := &clienttest.MemoryStore{}
		mustToken(t, fleet(t, srv, 1, store, "your-password")[0])
		spoil(t, store, damage)
		mustToken(t, fleet(t, srv, 1, store, "your-password")[0])
		wantLogins(t, srv, 2)
		mustToken(t, fleet(t, srv, 1, store, "your-password")[0])
		wantLogins(t, srv, 2)
	})
}

func TestP9RecordThatCannotBeReadIsReported(t *testing.T) {
	for name, trouble := range map[string]func(*testing.T, *clienttest.MemoryStore){
		"damaged": func(t *testing.T, m *clienttest.MemoryStore) { spoil(t, m, damage) },
		"of another version": func(t *testing.T, m *clienttest.MemoryStore) {
			spoil(t, m, func(record []byte) { record[0]++ })
		},
		"unreadable to the store": func(_ *testing.T, m *clienttest.MemoryStore) { m.SetTrouble(0, errUnreadable) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := bezalaService.start(t, sandbox.Config{})
				store := &clienttest.MemoryStore{}
				mustToken(t, fleet(t, srv, 1, store, "your-password")[0])
				trouble(t, store)
				var reports []error
				mustToken(t, fleet(t, srv, 1, store, "your-password", reportTo(&reports))[0])
				if len(reports) == 0 || !strings.HasPrefix(reports[0].Error(), "bezala: token store: reading a record: ") {
					t.Errorf("reports: %v; want to be told of the record", reports)
				}
				wantLogins(t, srv, 2)
			})
		})
	}
}

// A login reads the record twice, and reports once what it saw.
func TestP9UnreadableRecordIsReportedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		var reports []error
		store := wildStore{MemoryStore: &clienttest.MemoryStore{}, get: func() error { return errUnreadable }}
		mustToken(t, fleet(t, srv, 1, store, "your-password", reportTo(&reports))[0])
		if len(reports) != 1 || !strings.Contains(reports[0].Error(), "record unreadable") {
			t.Errorf("reports: %v; want one", reports)
		}
	})
}

// A record that is larger than a store must take is not put.
func TestP9LargeRecordIsNotPut(t *testing.T) {
	for size, puts := range map[int]int{40 << 10: 1, 100 << 10: 0} {
		synctest.Test(t, func(t *testing.T) {
			store := &clienttest.MemoryStore{}
			extra := map[string]string{}
			for i := range size >> 12 {
				extra[fmt.Sprint(i)] = strings.Repeat("x", 4<<10)
			}
			login := ownLogin(func(context.Context, *http.Client, string) (client.Token, error) {
				return client.NewToken(client.TokenResponse{Value: "t", Extra: extra})
			})
			var reports []error
			mustToken(t, newClient(t, login, client.WithTokenStore(store), reportTo(&reports)))
			if store.Puts() != puts || len(reports) != 1-puts {
				t.Errorf("%d bytes: %d puts, reports %v; want %d", size, store.Puts(), reports, puts)
			}
		})
	}
}
