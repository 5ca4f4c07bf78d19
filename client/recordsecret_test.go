package client_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bearer"
	"github.com/latchkey-go/latchkey/client/clienttest"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/internal/seal"
)

// openingStore opens each unbound record of an account that it is given, as a thief who knows the account's name can.
type openingStore struct {
	*clienttest.MemoryStore
	keys  seal.Keys
	mu    sync.Mutex
	plain [][]byte
}

func openingStoreFor(t *testing.T, login client.Login) *openingStore {
	t.Helper()
	a, err := login.Account()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := seal.Unbound(fmt.Sprintf("%q %q %q %q", a.Service, a.BaseURL, a.Method, a.Name))
	if err != nil {
		t.Fatal(err)
	}
	return &openingStore{MemoryStore: &clienttest.MemoryStore{}, keys: keys}
}

func (o *openingStore) Put(ctx context.Context, key string, record []byte, ttl time.Duration) error {
	plain, err := o.keys.Open(record)
	if err != nil {
		return err
	}
	o.mu.Lock()
	o.plain = append(o.plain, plain)
	o.mu.Unlock()
	return o.MemoryStore.Put(ctx, key, record, ttl)
}

// holds reports whether a text is in any record that was ever put, and how many there were.
func (o *openingStore) holds(text string) (held bool, records int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, plain := range o.plain {
		held = held || bytes.Contains(plain, []byte(text))
	}
	return held, len(o.plain)
}

// No record holds the secret of a login: not that of a token, and not the note of a failure, even if the service has
// repeated it. Who can open an unbound record finds the token there.
func TestP10NoRecordHoldsThePassword(t *testing.T) {
	for _, s := range services {
		for _, status := range []int{0, 401, 403, 422, 423, 429, 503} {
			t.Run(fmt.Sprint(s.name, " ", status), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					srv := s.start(t, sandbox.Config{})
					password := srv.Accounts()[0].Secret
					login := s.login(srv, client.Static(password))
					store := openingStoreFor(t, login)
					var transport http.RoundTripper = repeating(status)
					if status == 0 {
						transport = srv.Transport()
					}
					c := newClient(t, login, client.WithTransport(transport), client.WithTokenStore(store),
						client.WithUnboundRecords(), client.WithRetryPolicy(client.RetryPolicy{Attempts: 1}))
					token, err := c.Token(t.Context())
					if (err == nil) != (status == 0) {
						t.Fatal(err)
					}
					held, records := store.holds(password)
					if held {
						t.Errorf("a record holds the password: %s", store.plain)
					}
					if records == 0 && status != 401 && status != 422 && status != 403 {
						t.Error("there is no record: this test tells nothing")
					}
					if held, _ := store.holds(token.Value()); status == 0 && !held {
						t.Error("no record holds the token: this test tells nothing")
					}
				})
			})
		}
	}
}

// repeating is a service that repeats in each answer what it was sent. It is the answer's status.
type repeating int

func (status repeating) RoundTrip(req *http.Request) (*http.Response, error) {
	sent, err := io.ReadAll(req.Body)
	_ = req.Body.Close()
	body := fmt.Sprintf(`{"message":%q,"error":%[1]q}`, sent)
	return &http.Response{
		StatusCode: int(status), Header: http.Header{"Content-Type": {"application/json"}, "Retry-After": {string(sent)}},
		Body: io.NopCloser(strings.NewReader(body)), Request: req,
	}, err
}

// The secret of a Login that is no login is its token, and a store would hold that.
func TestP10RecordOfAFixedTokenHoldsIt(t *testing.T) {
	login := bearer.Token{Service: "own", BaseURL: "https://own.example", Name: "n", Token: client.Static("the-fixed-token")}
	store := openingStoreFor(t, login)
	mustToken(t, newClient(t, login, client.WithTokenStore(store), client.WithUnboundRecords()))
	if held, records := store.holds("the-fixed-token"); !held {
		t.Errorf("%d records, and none holds the token: then SECURITY.md is wrong", records)
	}
}
