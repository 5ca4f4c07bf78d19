package hostile_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

// network is a TCP listener for one site after the other.
type network struct {
	net.Listener
	site atomic.Pointer[site]
	used *stage // the one that is played
	done chan struct{}

	stranger *httptest.Server // another origin
	strayed  atomic.Int64     // credentials that came there

	witnesses
}

func newNetwork(t *testing.T) *network {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &network{Listener: listener, done: make(chan struct{})}
	n.site.Store(&site{service: adapters[0]})
	n.stranger = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if _, own := r.URL.User.Password(); r.Header["Authorization"] != nil && !own && r.Header.Get("Authorization") != "Basic bWU6cHc=" || r.ContentLength != 0 {
			n.strayed.Add(1)
		}
	}))
	go func() {
		defer close(n.done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go n.site.Load().serve(conn)
		}
	}()
	t.Cleanup(func() {
		_ = listener.Close()
		<-n.done
		n.stranger.Close()
	})
	return n
}

// stage puts a new site behind the listener.
func (n *network) stage(s service, by trust) stage {
	st := stage{witnesses: &n.witnesses, site: &site{service: s, stranger: n.stranger.Listener.Addr().String()}, baseURL: "http://" + n.Addr().String(), transport: client.DefaultTransport()}
	if by != "" {
		st.baseURL = "https://" + n.Addr().String()
		st.tls = good.server()
		st.transport.TLSClientConfig = by.client()
	}
	n.site.Store(st.site)
	n.used = &st
	return st
}

// settle waits until no connection and no goroutine is left of a case.
func (n *network) settle(t *testing.T, goroutines int) {
	t.Helper()
	n.used.transport.CloseIdleConnections()
	n.stranger.CloseClientConnections()
	if n.strayed.Swap(0) > 0 {
		t.Error("a credential went to another origin")
	}
	tick := time.NewTicker(50 * time.Microsecond)
	defer tick.Stop()
	for began := time.Now(); ; <-tick.C {
		left, open := runtime.NumGoroutine()-goroutines, n.used.connections()
		if left <= 0 && open == 0 {
			return
		}
		if time.Since(began) > 5*time.Second {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines and %d connections are left:\n%s", left, open, stacks[:runtime.Stack(stacks, true)])
		}
	}
}
