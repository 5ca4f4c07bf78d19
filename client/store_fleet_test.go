package client_test

import (
	"context"
	"net/http"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
)

// plainLocker is a MemoryStore that does not tell of changes.
type plainLocker struct {
	*clienttest.MemoryStore
	lockOnly //nolint:unused // it hides LockOrGet
}

// Many pods start at once, behind a store that answers within 1 ms. One logs in, and all others have its token as soon as
// it lies in the store, and not one after the other.
func TestP9ResultIsWhatPodsWaitFor(t *testing.T) {
	pods := 1000
	if os.Getenv("LATCHKEY_LONG") != "" {
		pods = 10_000 // too many for the race detector
	}
	for _, tt := range []struct {
		name  string
		store func(*clienttest.MemoryStore) client.TokenStore
		login time.Duration
		last  time.Duration
	}{
		{"login of 0.3 s", func(m *clienttest.MemoryStore) client.TokenStore { return m }, 300 * time.Millisecond, 10 * time.Millisecond},
		{"login of 20 s", func(m *clienttest.MemoryStore) client.TokenStore { return m }, 20 * time.Second, 10 * time.Millisecond},
		{"a Locker alone", func(m *clienttest.MemoryStore) client.TokenStore { return plainLocker{MemoryStore: m} }, 20 * time.Second, 1100 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				memory := &clienttest.MemoryStore{}
				memory.SetTrouble(time.Millisecond, nil)
				var logins atomic.Int64
				var written time.Time
				login := fakeLogin{
					account: client.Account{Service: "own", BaseURL: "https://own.example"}, secret: client.Static("secret"),
					login: func(context.Context, *http.Client, string) (client.Token, error) {
						logins.Add(1)
						time.Sleep(tt.login)
						written = time.Now()
						return client.NewToken(client.TokenResponse{Value: "token"})
					},
				}
				late := make([]time.Duration, pods)
				var all sync.WaitGroup
				for i := range pods {
					c := newClient(t, login, client.WithTokenStore(tt.store(memory)), client.WithUnboundRecords())
					all.Go(func() {
						mustToken(t, c)
						late[i] = time.Since(written)
					})
				}
				all.Wait()
				if n := logins.Load(); n != 1 {
					t.Errorf("%d logins; want 1", n)
				}
				if last := slices.Max(late); last > tt.last {
					t.Errorf("the last of %d pods had the token %s after the login; want %s", pods, last, tt.last)
				}
				t.Logf("%d pods: 1 login, the last token %s after it", pods, slices.Max(late))
			})
		})
	}
}
