//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// otherEnv returns the variables of the back end that is none of ours.
func (w *world) otherEnv() []string {
	return []string{
		"SSL_CERT_FILE=" + w.certs, "FORMLOGIN_BASE_URL=" + w.other.server.URL + "/app", "FORMLOGIN_PATH=/session",
		"FORMLOGIN_USERNAME=" + otherUser, "FORMLOGIN_PASSWORD=" + otherPassword,
	}
}

// proxyProcess is a proxy that runs as a process of its own.
type proxyProcess struct {
	cmd    *exec.Cmd
	url    string
	token  string // of the header Proxy-Token
	errs   *bytes.Buffer
	client *http.Client
}

// startProxy starts a proxy to formlogin and waits until it listens.
func startProxy(t *testing.T, env []string, dir string, args ...string) *proxyProcess {
	t.Helper()
	p := &proxyProcess{errs: &bytes.Buffer{}, url: "http://localhost"}
	p.cmd = exec.CommandContext(t.Context(), "latchkey", append([]string{"proxy", "formlogin"}, args...)...)
	p.cmd.Env, p.cmd.Dir, p.cmd.Stderr = append(os.Environ(), env...), dir, p.errs
	if err := os.MkdirAll(dir+"/run", 0o700); err != nil {
		t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait() // else what watches it stays
	})
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatalf("the proxy does not start: %s", p.errs)
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 200}
	t.Cleanup(transport.CloseIdleConnections)
	if socket, ok := strings.CutPrefix(lines.Text(), "unix:"); ok {
		transport = unixTransport(t, socket)
	} else {
		p.url = lines.Text()
		lines.Scan()
		_, file, _ := strings.Cut(lines.Text(), ": ")
		token, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		p.token = strings.TrimSpace(string(token))
	}
	p.client = &http.Client{Transport: transport}
	return p
}

// unixTransport returns a transport whose connections go to a socket.
func unixTransport(t *testing.T, socket string) *http.Transport {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 200, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}

// get makes a request and returns status and body.
func (p *proxyProcess) get(t *testing.T, path string) (int, string) {
	t.Helper()
	resp, err := p.client.Do(p.request(t, http.MethodGet, path, nil))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func (p *proxyProcess) request(t *testing.T, method, path string, body io.Reader) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, p.url+path, body)
	if err != nil {
		t.Fatal(err)
	}
	if p.token != "" {
		req.Header.Set(proxyToken, p.token)
	}
	return req
}

// memory returns a figure of the process's memory, in KiB: VmHWM is the most so far.
func (p *proxyProcess) memory(t *testing.T, name string) int {
	t.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		t.Skip(err)
	}
	_, rest, _ := strings.Cut(string(data), name+":")
	var kib int
	_, _ = fmt.Sscan(rest, &kib)
	return kib
}

// Many clients share one proxy; each revocation costs one login and no request.
func TestProxyManyClients(t *testing.T) {
	t.Parallel()
	w, dir := worldFor(t)
	p := startProxy(t, append(home(dir), w.otherEnv()...), dir)
	const clients = 100
	requests, rounds := times(200, 10_200), times(2, 3)
	began := time.Now()
	var failed sync.Map
	var wg sync.WaitGroup
	for round := range rounds {
		if round > 0 {
			// A service's replicas may need a second to know a new token: so long a 401 says nothing.
			loggedIn := time.Now()
			eventually(t, "the token is old enough", func() bool { return time.Since(loggedIn) > 1100*time.Millisecond })
			w.other.revoke()
		}
		for client := range clients {
			wg.Go(func() {
				for i := range requests / rounds / clients {
					method, body := http.MethodGet, io.Reader(nil)
					if i%3 == 0 {
						method, body = http.MethodPost, strings.NewReader(`{"a":1}`)
					}
					resp, err := p.client.Do(p.request(t, method, "/echo", body))
					if err != nil {
						failed.Store(client, err)
						return
					}
					_, _ = io.Copy(io.Discard, resp.Body)
					_ = resp.Body.Close()
					if resp.StatusCode != http.StatusOK {
						failed.Store(client, resp.Status)
					}
				}
			})
		}
		wg.Wait()
	}
	failed.Range(func(client, err any) bool {
		t.Errorf("client %d: %v", client, err)
		return true
	})
	if got := w.other.count(); got != rounds {
		t.Errorf("%d logins, want %d", got, rounds)
	}
	t.Logf("%d requests of %d clients, %d logins, %s", requests/rounds/clients*clients*rounds, clients, w.other.count(), time.Since(began).Round(10*time.Millisecond))
}

// Bodies stream both ways: what the proxy needs does not grow with them.
func TestProxyStreams(t *testing.T) {
	t.Parallel()
	w, dir := worldFor(t)
	p := startProxy(t, append(home(dir), w.otherEnv()...), dir, "--listen", "127.0.0.1:0")
	size := int64(times(16<<20, 1<<30))

	warm := int64(1 << 20)
	p.down(t, warm)
	p.up(t, warm)
	before := p.memory(t, "VmHWM")
	p.down(t, size)
	p.up(t, size)
	grown := p.memory(t, "VmHWM") - before
	t.Logf("%d MiB down and up: %d KiB more memory than for 1 MiB", size>>20, grown)
	if grown >= 8<<10 {
		t.Errorf("%d KiB more memory", grown)
	}

	// A part of an answer arrives before the next one is sent.
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	resp, err := p.client.Do(p.request(t, http.MethodGet, "/events", nil).WithContext(ctx))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if line, err := bufio.NewReader(resp.Body).ReadString('\n'); line != "first\n" {
		t.Errorf("%q, %v", line, err)
	}

	// A client that breaks off gets no success: it may have closed only its half of the connection.
	host := strings.TrimPrefix(p.url, "http://")
	conn, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /up HTTP/1.1\r\nHost: %s\r\nProxy-Token: %s\r\nContent-Length: 9\r\n\r\nhalf", host, p.token)
	if half, ok := conn.(*net.TCPConn); !ok || half.CloseWrite() != nil {
		t.Fatal("no half is closed")
	}
	if line, err := bufio.NewReader(conn).ReadString('\n'); line != "HTTP/1.1 502 Bad Gateway\r\n" {
		t.Errorf("after half a request: %q, %v", line, err)
	}
}

func (p *proxyProcess) down(t *testing.T, size int64) {
	t.Helper()
	resp, err := p.client.Do(p.request(t, http.MethodGet, fmt.Sprintf("/down?bytes=%d", size), nil))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if n, err := io.Copy(io.Discard, resp.Body); n != size || err != nil {
		t.Errorf("%d bytes down, %v", n, err)
	}
}

func (p *proxyProcess) up(t *testing.T, size int64) {
	t.Helper()
	req := p.request(t, http.MethodPost, "/up", io.LimitReader(zeros{}, size))
	req.ContentLength = size
	resp, err := p.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if want := fmt.Sprintf("%d <nil>\n", size); string(body) != want || err != nil {
		t.Errorf("up: %q, %v", body, err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
