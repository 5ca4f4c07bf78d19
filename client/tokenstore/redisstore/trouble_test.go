package redisstore_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/tokenstore/internal/redistest"
	"github.com/latchkey-go/latchkey/client/tokenstore/redisstore"
)

// slowLogin is the login of a service that takes its time.
type slowLogin struct {
	took    time.Duration
	began   chan struct{} // has an element per login; has room for them
	logins  atomic.Int64
	written atomic.Int64 // when the last login ended, in ns since 1970
}

func newSlowLogin(took time.Duration) *slowLogin {
	return &slowLogin{took: took, began: make(chan struct{}, 1000)}
}

func (*slowLogin) Account() (client.Account, error) {
	return client.Account{Service: "own", BaseURL: "https://own.example"}, nil
}

func (*slowLogin) Secret(context.Context) (string, error) { return "secret", nil }

func (s *slowLogin) Login(ctx context.Context, _ *http.Client, _ string) (client.Token, error) {
	n := s.logins.Add(1)
	s.began <- struct{}{}
	select {
	case <-time.After(s.took):
	case <-ctx.Done():
		return client.Token{}, ctx.Err()
	}
	s.written.Store(time.Now().UnixNano())
	return client.NewToken(client.TokenResponse{Value: fmt.Sprintf("token-%d", n)})
}

// pods are Clients of one account, each with a Store of its own. A few of them at a time share a go-redis client, as the
// pods of one machine would share a process.
type pods struct {
	login   *slowLogin
	clients []*client.Client
	late    []time.Duration // how long after the end of the last login each had its token
	all     sync.WaitGroup

	troubles chan error // what the Clients report
}

func newPods(t *testing.T, n int, took time.Duration, newRedis func() redis.UniversalClient) *pods {
	t.Helper()
	const perProcess = 25
	p := &pods{login: newSlowLogin(took), late: make([]time.Duration, n), troubles: make(chan error, 10*n)}
	var rdb redis.UniversalClient
	for i := range n {
		if i%perProcess == 0 {
			rdb = newRedis()
			t.Cleanup(func() { _ = rdb.Close() })
		}
		c, err := client.New(p.login, client.WithUnboundRecords(),
			client.WithTokenStore(redisstore.New(rdb, redisstore.WithLease(2*time.Second))),
			client.WithObserver(client.Observer{StoreTrouble: func(err error) { p.troubles <- err }}))
		if err != nil {
			t.Fatal(err)
		}
		p.clients = append(p.clients, c)
	}
	return p
}

// begin has all pods ask for a token, and returns when the first login is under way.
func (p *pods) begin(t *testing.T) {
	for i, c := range p.clients {
		p.all.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			if _, err := c.Token(ctx); err != nil {
				t.Errorf("pod %d: %v", i, err)
			}
			p.late[i] = time.Since(time.Unix(0, p.login.written.Load()))
		})
	}
	<-p.login.began
}

// end waits until all pods have a token, after so many logins at most.
func (p *pods) end(t *testing.T, most int64) {
	t.Helper()
	p.all.Wait()
	if n := p.login.logins.Load(); n > most {
		t.Errorf("%d logins; want %d at most", n, most)
	}
	close(p.troubles)
	for err := range p.troubles {
		t.Log(err)
	}
	t.Logf("%d pods: %d logins, the last token %s after the last one",
		len(p.late), p.login.logins.Load(), slices.Max(p.late).Round(time.Millisecond))
}

// Something happens to Redis while one pod logs in and the others wait for it. No call fails, and there is one login
// more at most.
func TestP9TroubleDuringALogin(t *testing.T) {
	t.Parallel()
	n := 25
	if long() {
		n = 200
	}
	t.Run("restart", func(t *testing.T) {
		t.Parallel()
		s := redistest.Start(t)
		p := newPods(t, n, time.Second, func() redis.UniversalClient { return redis.NewClient(&redis.Options{Addr: s.Addr}) })
		p.begin(t)
		time.Sleep(300 * time.Millisecond)
		s.Kill()
		time.Sleep(200 * time.Millisecond)
		s.Restart(t)
		p.end(t, 2)
	})
	if !long() {
		return
	}
	t.Run("failover in a Cluster", func(t *testing.T) {
		t.Parallel()
		c := redistest.StartCluster(t, 3, 3)
		p := newPods(t, n, 5*time.Second, func() redis.UniversalClient {
			return redis.NewClusterClient(&redis.ClusterOptions{Addrs: c.Addrs()})
		})
		p.begin(t)
		time.Sleep(time.Second)
		c.Owner(t, recordIn(t, c.Client(t))).Kill()
		p.end(t, 2)
	})
}

// recordIn returns the name of the only lock's record.
func recordIn(t *testing.T, rdb *redis.ClusterClient) (record string) {
	t.Helper()
	var mu sync.Mutex
	err := rdb.ForEachMaster(t.Context(), func(ctx context.Context, master *redis.Client) error {
		keys, err := master.Keys(ctx, "latchkey:lock:*").Result()
		mu.Lock()
		defer mu.Unlock()
		for _, key := range keys {
			record = key
		}
		return err
	})
	if err != nil || record == "" {
		t.Fatal("there is no lock:", err)
	}
	return record
}
