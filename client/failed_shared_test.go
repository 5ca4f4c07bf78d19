package client_test

import (
	"errors"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// A failure that was answered is shared through the store, so that 200 pods are no more than one.
func TestP4bFailureIsSharedThroughTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{Latency: 300 * time.Millisecond})
		srv.SetOutage(sandbox.Outage{Kind: sandbox.ErrorJSON, Scope: sandbox.Logins})
		pods := fleet(t, srv, 200, &clienttest.MemoryStore{}, "your-password", client.WithUnboundRecords())
		stop := time.Now().Add(5 * time.Minute)
		atOnce(len(pods), func(i int) {
			for time.Now().Before(stop) {
				_, err := pods[i].Token(t.Context())
				wantErr(t, err, client.ErrUnavailable)
				time.Sleep(2 * time.Second)
			}
		})
		if n := srv.Counts().LoginRequests; n > 12 {
			t.Errorf("%d logins by 200 pods in 5 min; want at most 12", n)
		}
	})
}

// A failure without an answer may be one pod's alone: it harms no other until a second one meets it.
func TestP4bDeadResolverOfOnePodHarmsNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{Latency: 300 * time.Millisecond})
		store := &clienttest.MemoryStore{}
		broken := &sameAnswer{err: errors.New("lookup app.bezala.com: no such host")}
		sick := fleet(t, srv, 1, store, "your-password", client.WithUnboundRecords(), client.WithTransport(broken))[0]
		_, err := sick.Token(t.Context())
		wantErr(t, err, client.ErrUnavailable)
		for _, c := range fleet(t, srv, 199, store, "your-password", client.WithUnboundRecords()) {
			mustToken(t, c)
		}
		wantLogins(t, srv, 1)
		mustToken(t, sick) // the others' token
	})
}

// If a second pod meets it, all others wait for the pause.
func TestP4bOutageWithoutAnAnswerIsSharedByTwo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		broken := &sameAnswer{err: syscall.ECONNREFUSED}
		pods := fleet(t, srv, 200, &clienttest.MemoryStore{}, "your-password", client.WithUnboundRecords(), client.WithTransport(broken))
		for range 60 {
			for _, c := range pods {
				_, err := c.Token(t.Context())
				wantErr(t, err, client.ErrUnavailable)
			}
			time.Sleep(time.Second)
		}
		if n := broken.logins.Load(); n > 12 {
			t.Errorf("%d logins by 200 pods in a minute; want at most 12", n)
		}
	})
}

// In an unbound record nobody knows whose secret was refused, but a locked account is locked for all.
func TestP4bLockedAccountCountsForAllOfAnUnboundRecord(t *testing.T) {
	for status, want := range map[int]int64{http.StatusLocked: 1, http.StatusUnauthorized: 2} {
		synctest.Test(t, func(t *testing.T) {
			srv := bezalaService.start(t, sandbox.Config{})
			answer := &sameAnswer{status: status, body: `{"error":"no"}`}
			store := &clienttest.MemoryStore{}
			for range 2 {
				c := bezalaService.client(t, srv, client.WithTransport(answer), client.WithTokenStore(store), client.WithUnboundRecords())
				_, err := c.Token(t.Context())
				wantErr(t, err, client.ErrInvalidCredentials)
			}
			if n := answer.logins.Load(); n != want {
				t.Errorf("HTTP %d: %d logins of two Clients; want %d", status, n, want)
			}
		})
	}
}
