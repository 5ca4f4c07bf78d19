package client

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/seal"
)

// heldRecord is a TokenStore that holds one record, whatever the key.
type heldRecord []byte

func (h heldRecord) Get(context.Context, string) ([]byte, error) { return h, nil }

func (heldRecord) Put(context.Context, string, []byte, time.Duration) error { return nil }

func (heldRecord) Delete(context.Context, string) error { return nil }

// holding returns a Client whose TokenStore holds a record of the given content.
func holding(t *testing.T, r record, keys seal.Keys, opts ...Option) *Client {
	t.Helper()
	sealed, err := r.seal(keys)
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(heldLogin{}, append(opts, WithTransport(nowhere{}), WithTokenStore(heldRecord(sealed)))...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Whatever another client wrote down, or another version of this one.
func TestPauseOfARecordIsCapped(t *testing.T) {
	const ago, far = 10 * time.Minute, 100 * time.Hour
	for name, note := range map[string]func(written time.Time) record{
		"rate limit": func(written time.Time) record {
			return record{Note: &note{Kind: "limited", Written: written, Pause: far}}
		},
		"refusal": func(written time.Time) record {
			return record{Note: &note{Kind: "refused", Written: written, Pause: far, Status: http.StatusUnauthorized}}
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

// Nobody knows whose secret it was that was refused.
func TestRefusalInAUnboundRecordIsIgnored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		account, _ := heldLogin{}.Account()
		keys, err := seal.Unbound(account.quoted())
		if err != nil {
			t.Fatal(err)
		}
		refusal := record{Note: &note{Kind: "refused", Written: time.Now(), Pause: time.Minute, Status: http.StatusUnauthorized}}
		if _, err := holding(t, refusal, keys, WithUnboundRecords()).Token(t.Context()); err != nil {
			t.Errorf("%v; want a login", err)
		}
	})
}
