package echoes_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/latchkey-go/latchkey/client"
)

// failure logs in at a server that answers with raw, and returns the error.
func failure(t *testing.T, login client.Login, raw string) error {
	t.Helper()
	transport := client.DefaultTransport()
	transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go serve(theirs, raw)
		return ours, nil
	}
	defer transport.CloseIdleConnections()
	c, err := client.New(login, client.WithTransport(transport), client.WithRetryPolicy(client.RetryPolicy{Attempts: 1}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err = c.Token(t.Context()); err == nil {
		t.Fatalf("a token out of %q", raw)
	}
	return err
}

// serve answers one request.
func serve(conn net.Conn, raw string) {
	defer func() { _ = conn.Close() }()
	req, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, req.Body)
	_, _ = io.WriteString(conn, raw)
}
