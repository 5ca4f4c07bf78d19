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

// heldLogin is the login of a service that takes its time.
type heldLogin struct {
	over   chan struct{} // closed when logins end
	began  chan struct{} // has an element per login; has room for them
	logins atomic.Int64
	ended  atomic.Int64 // when the last login ended, in ns since 1970
}

func (*heldLogin) Account() (client.Account, error) {
	return client.Account{Service: "own", BaseURL: "https://own.example"}, nil
}

func (*heldLogin) Secret(context.Context) (string, error) { return "secret", nil }

func (l *heldLogin) Login(ctx context.Context, _ *http.Client, _ string) (client.Token, error) {
	n := l.logins.Add(1)
	l.began <- struct{}{}
	select {
	case <-l.over:
	case <-ctx.Done():
		return client.Token{}, ctx.Err()
	}
	l.ended.Store(time.Now().UnixNano())
	return client.NewToken(client.TokenResponse{Value: fmt.Sprintf("token-%d", n)})
}

// waited counts those who wait for others.
type waited struct {
	*redisstore.Store
	began *atomic.Int64
}

func (w waited) LockOrGet(ctx context.Context, key string, seen []byte) (func(), []byte, error) {
	w.began.Add(1)
	return w.Store.LockOrGet(ctx, key, seen)
}

// pods are Clients of one account, each with a Store of its own. Some at a time share a go-redis client, as they would
// in one process.
type pods struct {
	login    *heldLogin
	clients  []*client.Client
	waiting  atomic.Int64    // that have begun to wait, or to log in
	late     []time.Duration // how long after the end of the last login each had its token
	all      sync.WaitGroup
	reported chan error // what the Clients report about the Store
}

const podsPerProcess = 25

func newPods(t *testing.T, n int, newRedis func() redis.UniversalClient) *pods {
	t.Helper()
	p := &pods{
		login: &heldLogin{over: make(chan struct{}), began: make(chan struct{}, n)}, late: make([]time.Duration, n),
		reported: make(chan error, 10*n),
	}
	var rdb redis.UniversalClient
	for i := range n {
		if i%podsPerProcess == 0 {
			made := newRedis() // rdb is another one when the test ends
			t.Cleanup(func() { _ = made.Close() })
			rdb = made
		}
		store := waited{redisstore.New(rdb, redisstore.WithLease(2*time.Second)), &p.waiting}
		c, err := client.New(p.login, client.WithUnboundRecords(), client.WithTokenStore(store),
			client.WithObserver(client.Observer{StoreTrouble: func(err error) { p.reported <- err }}))
		if err != nil {
			t.Fatal(err)
		}
		p.clients = append(p.clients, c)
	}
	return p
}

// begin has all pods ask for a token, and returns when one logs in and the others wait.
func (p *pods) begin(t *testing.T) {
	for i, c := range p.clients {
		p.all.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			if _, err := c.Token(ctx); err != nil {
				t.Errorf("pod %d: %v", i, err)
			}
			p.late[i] = time.Since(time.Unix(0, p.login.ended.Load()))
		})
	}
	<-p.login.began
	redistest.Eventually(t, "all pods wait", func() bool { return p.waiting.Load() >= int64(len(p.clients)) })
	<-time.After(200 * time.Millisecond) // they ask at least once
}

// end has the logins end, and waits until all pods have a token.
func (p *pods) end(t *testing.T, most int64) {
	t.Helper()
	close(p.login.over)
	p.all.Wait()
	n, last := p.login.logins.Load(), slices.Max(p.late)
	if n > most {
		t.Errorf("%d logins; want %d at most", n, most)
	}
	if last > 3*time.Second { // a busy machine may be ten times as slow
		t.Errorf("the last pod had its token %s after the last login", last)
	}
	close(p.reported)
	if n := len(p.reported); n > 0 {
		t.Logf("%d reports, such as: %v", n, <-p.reported)
	}
	t.Logf("%d pods: %d logins, the last token %s after the last one", len(p.late), n, last.Round(time.Millisecond))
}
