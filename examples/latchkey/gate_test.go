package main

import (
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

// Requests as they are on the wire. What is no plain request of a program to this proxy does not go through.
func TestGate(t *testing.T) {
	t.Parallel()
	const (
		host     = "Host: localhost\r\n"
		end      = "Connection: close\r\n\r\n"
		get      = "GET /x HTTP/1.1\r\n"
		post     = "POST /x HTTP/1.1\r\n" + host
		accepted = "200"
	)
	var passed atomic.Int64
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := newServer(&gate{hosts: []string{"localhost"}, next: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		passed.Add(1)
	})})
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })

	for _, test := range []struct{ request, want string }{
		{get + host + end, accepted},
		{get + "Host: LocalHost\r\n" + end, accepted},
		{"GET //evil.example/x HTTP/1.1\r\n" + host + end, accepted}, // a path of the service's
		{post + "Content-Length: 1\r\n" + end + "x", accepted},
		{post + "Transfer-Encoding: chunked\r\n" + end + "1\r\nx\r\n0\r\n\r\n", accepted},

		// Spellings of the host.
		{get + end, "400"},
		{get + host + host + end, "400"},
		{get + host + "Host: evil.example\r\n" + end, "400"},
		{get + "Host: \r\n" + end, "421"},
		{get + "Host: localhost.\r\n" + end, "421"},
		{get + "Host: localhost:80\r\n" + end, "421"},
		{get + "Host: localhost:\r\n" + end, "421"},
		{get + "Host: 127.0.0.1\r\n" + end, "421"},
		{get + "Host: [::1]\r\n" + end, "421"},
		{get + "Host: evil.example\r\n" + end, "421"},
		{get + "Host: localhost.evil.example\r\n" + end, "421"},
		{get + "Host: localhost,evil.example\r\n" + end, "421"},
		{get + "Host: localhost%00\r\n" + end, "421"},
		{get + "Host: localhost\x00\r\n" + end, "400"},
		{get + "Host: evil.example@localhost\r\n" + end, "400"},
		{get + "Host: localhost/x\r\n" + end, "400"},
		{"GET /x HTTP/1.0\r\n\r\n", "421"},
		{"GET http://evil.example/x HTTP/1.1\r\n" + host + end, "421"},

		// Targets and methods that are for no service.
		{"GET http://localhost/x HTTP/1.1\r\n" + host + end, "400"},
		{"GET x HTTP/1.1\r\n" + host + end, "400"},
		{"OPTIONS * HTTP/1.1\r\n" + host + end, "400"},
		{"CONNECT localhost:443 HTTP/1.1\r\n" + host + end, "405"},
		{"CONNECT /x HTTP/1.1\r\n" + host + end, "405"},
		{"TRACE /x HTTP/1.1\r\n" + host + end, "405"},
		{"trace /x HTTP/1.1\r\n" + host + end, "405"},
		{"TRACK /x HTTP/1.1\r\n" + host + end, "405"},
		{"G(T /x HTTP/1.1\r\n" + host + end, "400"},
		{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "421"},
		{"GET /x\r\n\r\n", "400"},

		// What a browser says for a page, and what changes the protocol.
		{get + host + "Origin: http://evil.example\r\n" + end, "403"},
		{get + host + "origin:\r\n" + end, "403"},
		{get + host + "Origin: null\r\n" + end, "403"},
		{get + host + "Sec-Fetch-Site: none\r\n" + end, "403"},
		{get + host + "Sec-Fetch-Dest: empty\r\n" + end, "403"},
		{get + host + "sec-fetch-site: cross-site\r\nSec-Fetch-Mode: cors\r\n" + end, "403"},
		{get + host + "Sec-Fetch-Mode: cors\r\n" + end, accepted}, // Node's fetch
		{get + host + "Upgrade: websocket\r\n" + end, "501"},
		{get + host + "Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n\r\n", "501"},
		{get + host + "Connection: keep-alive, Upgrade\r\nUpgrade: h2c, websocket\r\n\r\n", "501"},
		{get + host + "Upgrade: h2c\r\nUpgrade: TLS/1.0\r\n" + end, "501"},
		{get + host + "Connection: Upgrade\r\n\r\n", "501"},
		{get + host + "Connection: close, Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n", accepted}, // Java

		// Lengths and headers that two servers could read in two ways.
		{post + "Content-Length: 1\r\nContent-Length: 2\r\n" + end + "xx", "400"},
		{post + "Content-Length: 1, 1\r\n" + end + "x", "400"},
		{post + "Content-Length: +1\r\n" + end + "x", "400"},
		{post + "Content-Length: -1\r\n" + end + "x", "400"},
		{post + "Transfer-Encoding: xchunked\r\n" + end + "0\r\n\r\n", "501"},
		{post + "Transfer-Encoding: identity, chunked\r\n" + end + "0\r\n\r\n", "501"},
		{post + "Transfer-Encoding : chunked\r\n" + end + "0\r\n\r\n", "400"},
		{post + "Transfer-Encoding: chunked\r\n" + end + "zz\r\n", "502"},
		{get + host + "X: a\rb\r\n" + end, "400"},
		{get + host + "Authorization : mine\r\n" + end, "400"},
		{get + host + "X: " + strings.Repeat("x", 1<<17) + "\r\n" + end, "431"},
		{get + host + strings.Repeat("X: y\r\n", 1<<15) + end, "431"},
		{"GET /" + strings.Repeat("x", 1<<17) + " HTTP/1.1\r\n" + host + end, "431"},
	} {
		before := passed.Load()
		status := exchange(t, listener.Addr().String(), test.request)
		went := passed.Load() - before
		if status != test.want || (went == 1) != (test.want == accepted) || went > 1 {
			t.Errorf("%.200q: HTTP %s, want %s; %d requests went through", test.request, status, test.want, went)
		}
	}
}

// exchange sends a request as it is, and returns the status of the answer.
func exchange(t *testing.T, address, request string) (status string) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, request) // a server that has read enough may close the connection
	answer, err := io.ReadAll(conn)
	_, rest, ok := strings.Cut(string(answer), " ")
	if !ok {
		t.Fatalf("%.200q: no answer: %q, %v", request, answer, err)
	}
	return rest[:3]
}

// Over TCP a request needs the Proxy-Token, once, by one of its names, and it does not go on to the service.
func TestGateToken(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		tokens, others []string
		passes         bool
	}{
		{[]string{"secret"}, nil, true}, {nil, nil, false}, {[]string{""}, nil, false}, {[]string{"Secret"}, nil, false},
		{[]string{"secret", "secret"}, nil, false}, {nil, []string{"secret"}, true}, {nil, []string{"Secret"}, false},
		{[]string{"secret"}, []string{"secret"}, false}, {[]string{"wrong"}, []string{"secret"}, false},
	} {
		through := false
		g := &gate{hosts: []string{"localhost"}, token: "secret", next: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			through = r.Header.Get(proxyToken)+r.Header.Get(otherProxyToken) == ""
		})}
		r, err := http.NewRequest(http.MethodGet, "/x", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		r.Host, r.Header[proxyToken], r.Header[otherProxyToken] = "localhost", test.tokens, test.others
		g.ServeHTTP(&nowhere{}, r)
		if through != test.passes {
			t.Errorf("%q, %q: went through: %t", test.tokens, test.others, through)
		}
	}
}

// nowhere is a ResponseWriter.
type nowhere struct{ header http.Header }

func (n *nowhere) Header() http.Header {
	if n.header == nil {
		n.header = http.Header{}
	}
	return n.header
}
func (*nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (*nowhere) WriteHeader(int)             {}
