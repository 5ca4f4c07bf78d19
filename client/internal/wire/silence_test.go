package wire_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/wire"
)

// HTTP/2's pings notice within 30 s that the network of a connection is gone.
func TestT8PingsNoticeSilenceInTime(t *testing.T) {
	pings := wire.NewDefault().HTTP2
	if after, answer := pings.SendPingTimeout, pings.PingTimeout; after <= 0 || answer <= 0 || after+answer > 30*time.Second {
		t.Errorf("a ping after %s of silence, and %s for its answer; want at most 30 s in all", after, answer)
	}
}

// A server that takes a connection and then says nothing fails the handshake of TLS in time.
func TestT8SilentHandshakeEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := wire.NewDefault()
		rt.Proxy = nil // that of the environment is another test's
		rt.DialContext = func(context.Context, string, string) (net.Conn, error) {
			ours, theirs := net.Pipe()
			go func() { _, _ = io.Copy(io.Discard, theirs) }()
			return ours, nil
		}
		began := time.Now()
		resp, err := rt.RoundTrip(newRequest(t, http.MethodGet, "https://own.example", ""))
		if took := time.Since(began); resp != nil || err == nil || took != 10*time.Second {
			t.Errorf("%v, %v after %s; want an error after 10 s", resp, err, took)
		}
	})
}

// A connection that waits for the next request is closed after a while.
func TestIdleConnectionIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := wire.NewDefault()
		closed := make(chan time.Time, 1)
		rt.DialContext = func(context.Context, string, string) (net.Conn, error) {
			ours, theirs := net.Pipe()
			go func() {
				read := make([]byte, 1<<10)
				_, _ = theirs.Read(read)
				_, _ = theirs.Write([]byte("HTTP/1.1 204 No Content\r\n\r\n"))
				_, _ = theirs.Read(read)
				closed <- time.Now()
			}()
			return ours, nil
		}
		began := time.Now()
		resp, err := rt.RoundTrip(newRequest(t, http.MethodGet, "http://own.example", ""))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if idle := (<-closed).Sub(began); idle != 90*time.Second {
			t.Errorf("it is closed after %s; want 90 s", idle)
		}
	})
}
