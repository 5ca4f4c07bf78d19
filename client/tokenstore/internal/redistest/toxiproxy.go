package redistest

import (
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Proxy is a real toxiproxy in front of a server.
type Proxy struct {
	Addr string // host:port
	api  string // URL of the proxy in toxiproxy's API
}

// Toxic is a kind of trouble on the way, as toxiproxy names it.
type Toxic struct {
	Name       string         `json:"name"`
	Type       string         `json:"type"`
	Stream     string         `json:"stream"`
	Attributes map[string]int `json:"attributes"`
}

// StartProxy starts a toxiproxy for one test. The test is skipped if none is installed.
func StartProxy(t testing.TB, upstream string) *Proxy {
	t.Helper()
	binary, err := exec.LookPath("toxiproxy-server")
	if err != nil {
		binary, err = filepath.Abs("../../../.ci/bin/toxiproxy-server")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(binary); err != nil {
			t.Skip("toxiproxy-server is neither in PATH nor in .ci/bin (.ci/run installs it)")
		}
	}
	apiPort, port := FreePort(t), FreePort(t)
	cmd := exec.Command(binary, "-host", "127.0.0.1", "-port", apiPort)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	p := &Proxy{Addr: net.JoinHostPort("127.0.0.1", port), api: "http://127.0.0.1:" + apiPort + "/proxies"}
	Eventually(t, "toxiproxy answers", func() bool {
		resp, err := http.Get(p.api)
		if err != nil {
			return false
		}
		return resp.Body.Close() == nil
	})
	p.call(t, http.MethodPost, p.api, map[string]string{"name": "redis", "listen": p.Addr, "upstream": upstream})
	p.api += "/redis"
	return p
}

// Add puts trouble on the way.
func (p *Proxy) Add(t testing.TB, toxics ...Toxic) {
	t.Helper()
	for _, toxic := range toxics {
		p.call(t, http.MethodPost, p.api+"/toxics", toxic)
	}
}

// Remove takes it away.
func (p *Proxy) Remove(t testing.TB, toxics ...Toxic) {
	t.Helper()
	for _, toxic := range toxics {
		p.call(t, http.MethodDelete, p.api+"/toxics/"+toxic.Name, nil)
	}
}

func (p *Proxy) call(t testing.TB, method, url string, body any) {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode >= 300 {
		t.Fatalf("toxiproxy: %s %s: %s", method, url, resp.Status)
	}
}
