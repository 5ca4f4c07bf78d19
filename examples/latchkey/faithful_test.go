//go:build unix

package main

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
)

// The service gets the query that the client has sent, whoever can read it.
func TestProxyPassesTheQueryOn(t *testing.T) {
	t.Parallel()
	w, dir := worldFor(t)
	p := startProxy(t, append(home(dir), w.otherEnv()...), dir)
	for _, query := range []string{"a=b&a=c", "a=1;b=2&c=3", "id=%zz&all", "a=%2525&&=", "?", ""} {
		if code, got := p.get(t, "/query?"+query); code != 200 || got != query {
			t.Errorf("%q comes as %q, HTTP %d", query, got, code)
		}
	}
}

// No cookie of the service's leaves the proxy, wherever it is in the answer, and none of a login's answer.
func TestProxyHandsOutNoCookie(t *testing.T) {
	t.Parallel()
	w, dir := worldFor(t)
	p := startProxy(t, append(home(dir), w.otherEnv()...), dir, "--listen", "127.0.0.1:0")
	w.other.revoke() // so that there is a login in the middle
	host := strings.TrimPrefix(p.url, "http://")
	conn, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET /cookies HTTP/1.1\r\nHost: %s\r\nProxy-Token: %s\r\nConnection: close\r\n\r\n", host, p.token)
	answer, err := io.ReadAll(conn)
	text := string(answer)
	if err != nil || !strings.HasPrefix(text, "HTTP/1.1 200 OK\r\n") || !strings.Contains(text, "body") || !strings.Contains(text, "X-Sum: 1\r\n") {
		t.Errorf("the answer is %q, %v", text, err)
	}
	if strings.Contains(text, "of-the-service") {
		t.Errorf("the answer has a cookie: %q", text)
	}
	if got := w.other.count(); got != 2 {
		t.Errorf("%d logins, want 2", got)
	}
}
