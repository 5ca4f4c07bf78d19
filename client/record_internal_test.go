package client

import (
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/record"
	"github.com/latchkey-go/latchkey/client/internal/seal"
)

// heldRecord is a TokenStore that holds one record, whatever the key.
type heldRecord []byte

func (h heldRecord) Get(context.Context, string) ([]byte, error) { return h, nil }

func (heldRecord) Put(context.Context, string, []byte, time.Duration) error { return nil }

func (heldRecord) Delete(context.Context, string) error { return nil }

// holding returns a Client whose TokenStore holds a record of the given content.
func holding(t *testing.T, r record.Record, keys seal.Keys, opts ...Option) *Client {
	t.Helper()
	sealed, err := r.Seal(keys)
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(heldLogin{}, append(opts, WithTransport(nowhere{}), WithTokenStore(heldRecord(sealed)))...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A record may come from another version of this package.
func TestP9PauseOfARecordIsCapped(t *testing.T) {
	const ago, far = 10 * time.Minute, 100 * time.Hour
	for name, note := range map[string]func(written time.Time) record.Record{
		"rate limit": func(written time.Time) record.Record {
			return record.Record{Note: &record.Note{Kind: "limited", Written: written, Pause: far}}
		},
		"refusal": func(written time.Time) record.Record {
			return record.Record{Note: &record.Note{Kind: "refused", Written: written, Pause: far, Status: http.StatusUnauthorized}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				account, _ := heldLogin{}.Account()
				keys, err := seal.Bound(t.Context(), account.quoted(), "secret")
				if err != nil {
					t.Fatal(err)
				}
				c := holding(t, note(time.Now().Add(-ago)), keys)
				if token, err := c.Token(t.Context()); err == nil {
					t.Errorf("%v; want the %s", token, name)
				}
				until := c.Status().RefusedUntil
				if until.IsZero() {
					until = c.Status().RateLimitedUntil
				}
				if left := time.Until(until); left != 5*time.Minute {
					t.Errorf("another %s of pause, after %s; want 15 min in all", left, ago)
				}
			})
		})
	}
}

// A token that the store was not to keep at all is nobody's.
func TestP9TokenThatWasNotToBeKept(t *testing.T) {
	for keep, taken := range map[time.Duration]bool{-time.Hour: false, 0: false, time.Hour: true} {
		synctest.Test(t, func(t *testing.T) {
			account, _ := heldLogin{}.Account()
			keys, err := seal.Bound(t.Context(), account.quoted(), "secret")
			if err != nil {
				t.Fatal(err)
			}
			stored := record.Record{Token: &record.Token{Value: "stored", Type: "Bearer", Written: time.Now(), Keep: keep}}
			token, err := holding(t, stored, keys).Token(t.Context())
			if got := err == nil && token.Value() == "stored"; got != taken {
				t.Errorf("kept for %s: %v, %v; want the store's token: %t", keep, token, err, taken)
			}
		})
	}
}

// limitedAgain is a TokenStore in which another client notes a 429 whenever the wait of the last one is over.
type limitedAgain struct {
	heldRecord
	keys seal.Keys
	wait time.Duration
}

func (l limitedAgain) Get(context.Context, string) ([]byte, error) {
	return record.Record{Note: &record.Note{Kind: "limited", Written: time.Now(), Pause: l.wait, Named: true}}.Seal(l.keys)
}

// A call waits out as many 429s as its policy allows, be they another client's.
func TestP5WaitsForOthers429sEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		account, _ := heldLogin{}.Account()
		keys, err := seal.Bound(t.Context(), account.quoted(), "secret")
		if err != nil {
			t.Fatal(err)
		}
		store := limitedAgain{keys: keys, wait: 5 * time.Second}
		c, err := New(heldLogin{}, WithTransport(nowhere{}), WithTokenStore(store), WithRetryPolicy(RetryPolicy{Attempts: 3}))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		began := time.Now()
		_, err = c.Token(ctx)
		if _, limited := errors.AsType[*RateLimitError](err); !limited || time.Since(began) != 2*store.wait {
			t.Errorf("%v after %s; want a *RateLimitError after two waits", err, time.Since(began))
		}
	})
}

// Nobody knows whose secret was refused.
func TestP10RefusalInAnUnboundRecordIsIgnored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		account, _ := heldLogin{}.Account()
		keys, err := seal.Unbound(account.quoted())
		if err != nil {
			t.Fatal(err)
		}
		refusal := record.Record{Note: &record.Note{Kind: "refused", Written: time.Now(), Pause: time.Minute, Status: http.StatusUnauthorized}}
		if _, err := holding(t, refusal, keys, WithUnboundRecords()).Token(t.Context()); err != nil {
			t.Errorf("%v; want a login", err)
		}
	})
}

var derivedAccount = Account{Service: "own", BaseURL: "https://own.example", Method: "password", Name: "me"}

// A change of these values makes every stored token unreachable: no release finds or opens what another one has stored.
func TestP10PlaceAndKeyStayTheSame(t *testing.T) {
	bound, err := seal.Bound(t.Context(), derivedAccount.quoted(), "secret")
	if err != nil {
		t.Fatal(err)
	}
	unbound, err := seal.Unbound(derivedAccount.quoted())
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		keys          seal.Keys
		place, sealed string
	}{
		"bound": {
			keys: bound, place: "e6d064c1ff23b930dfa140b8eb1dd416b1808a5f",
			sealed: "018680e9f466da167398b1b4e4260b7c25eb31580f7c5cd4cdfb2f3f77c5bec8b7d5fba4faa7d3a597e83297af621bc4908b" +
				"7b7cb1c7c3527c886f3de26b776766fe2863e1c2927faaa73403dfa50c5bd4e42b7ebb8856d94d435d0a95377656edf0ebca" +
				"a57334fd7768f0317100005e01f841",
		},
		"unbound": {
			keys: unbound, place: "f902dcf69488af4a5b8480be28fbd51e4050986a",
			sealed: "01f3e3f746dc68d5c6315d5ac78dcd44486af62ed074225e824c4515a93b4d77c6832d671af69af3b42ff75c355431fb65f0" +
				"daba90489ab6f5a53d15a29ece46335d7f3ae586addfb73764234bf939f0c5d9ff35fc5f025e900a35e049c09e85baa7c2d1" +
				"65b72a5f5d0ac71f53e9163b4ae560",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.keys.Place != tt.place {
				t.Errorf("place %s; want %s", tt.keys.Place, tt.place)
			}
			sealed, err := hex.DecodeString(tt.sealed)
			if err != nil {
				t.Fatal(err)
			}
			r, err := record.Open(sealed, tt.keys)
			if err != nil || r.Token == nil || r.Token.Value != "stored" || r.Token.Type != "Bearer" {
				t.Errorf("%+v, %v; want the token", r, err)
			}
		})
	}
}
