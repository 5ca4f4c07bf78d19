package client_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bearer"
	"github.com/latchkey-go/latchkey/client/formlogin"
)

const proxied = "LATCHKEY_TEST_PROXIED" // base URL of a service on this machine, for the process whose proxy is set

// A proxy of the environment sees which host an https request is for, and no more. It sees nothing of plain http to this
// machine.
func TestT1ProxySeesNoCredential(t *testing.T) {
	if base := os.Getenv(proxied); base != "" {
		callByProxy(t, base)
		return
	}
	var mu sync.Mutex
	var seen []string
	proxy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = proxy.Close() }()
	go func() {
		for {
			conn, err := proxy.Accept()
			if err != nil {
				return
			}
			var head strings.Builder
			for in := bufio.NewReader(conn); ; {
				line, err := in.ReadString('\n')
				head.WriteString(line)
				if err != nil || line == "\r\n" {
					break
				}
			}
			_, _ = io.WriteString(conn, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
			_ = conn.Close()
			mu.Lock()
			seen = append(seen, head.String())
			mu.Unlock()
		}
	}()
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"access_token":"the-token"}`)
	}))
	defer service.Close()

	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestT1ProxySeesNoCredential$")
	child.Env = append(os.Environ(), proxied+"="+service.URL)
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"} {
		for _, spelt := range []string{name, strings.ToLower(name)} {
			child.Env = append(child.Env, spelt+"=http://proxy-user:proxy-word@"+proxy.Addr().String())
		}
	}
	child.Env = append(child.Env, "NO_PROXY=", "no_proxy=", "REQUEST_METHOD=")
	if out, err := child.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(seen) != 2 {
		t.Errorf("the proxy saw %q; want the login and the request by https", seen)
	}
	for _, head := range seen {
		if !strings.HasPrefix(head, "CONNECT service.example:443 HTTP/1.1\r\n") {
			t.Errorf("the proxy saw %q; want a CONNECT", head)
		}
		for _, secret := range []string{"the-password", "the-token", "Bearer"} {
			if strings.Contains(head, secret) {
				t.Errorf("the proxy saw %q", head)
			}
		}
	}
}

// callByProxy calls a service on this machine, and logs in and sends a request by https.
func callByProxy(t *testing.T, base string) {
	login := formlogin.Password{BaseURL: base, Username: "me", Password: client.Static("the-password")}
	c := newClient(t, login)
	defer c.HTTPClient().CloseIdleConnections()
	if status := get(t, c, "/x"); status != http.StatusOK {
		t.Errorf("HTTP %d", status)
	}
	login.BaseURL = "https://service.example"
	_, err := newClient(t, login).Token(t.Context())
	wantErr(t, err, client.ErrUnavailable)
	held := newClient(t, bearer.Token{Service: "own", BaseURL: login.BaseURL, Token: client.Static("the-token")})
	if _, err := fetch(t.Context(), held.HTTPClient(), login.BaseURL+"/x"); err == nil {
		t.Error("the proxy's 502 is an answer of the service")
	}
}
