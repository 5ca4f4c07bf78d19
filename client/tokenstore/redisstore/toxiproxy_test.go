package redisstore_test

import (
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/latchkey-go/latchkey/client/tokenstore/internal/redistest"
)

// proxy is a real toxiproxy in front of a server.
type proxy struct {
	addr string
	api  string // URL of the proxy in toxiproxy's API
}

type toxic struct {
	Name       string         `json:"name"`
	Type       string         `json:"type"`
	Stream     string         `json:"stream"`
	Attributes map[string]int `json:"attributes"`
}

// startProxy starts a toxiproxy for one test.
func startProxy(t *testing.T, upstream string) *proxy {
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
	apiPort, port := redistest.FreePort(t), redistest.FreePort(t)
	cmd := exec.Command(binary, "-host", "127.0.0.1", "-port", apiPort)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	p := &proxy{addr: net.JoinHostPort("127.0.0.1", port), api: "http://127.0.0.1:" + apiPort + "/proxies"}
	redistest.Eventually(t, "toxiproxy answers", func() bool {
		resp, err := http.Get(p.api)
		if err != nil {
			return false
		}
		return resp.Body.Close() == nil
	})
	p.call(t, http.MethodPost, p.api, map[string]string{"name": "redis", "listen": p.addr, "upstream": upstream})
	p.api += "/redis"
	return p
}

func (p *proxy) add(t *testing.T, toxics ...toxic) {
	t.Helper()
	for _, toxic := range toxics {
		p.call(t, http.MethodPost, p.api+"/toxics", toxic)
	}
}

func (p *proxy) remove(t *testing.T, toxics ...toxic) {
	t.Helper()
	for _, toxic := range toxics {
		p.call(t, http.MethodDelete, p.api+"/toxics/"+toxic.Name, nil)
	}
}

func (p *proxy) call(t *testing.T, method, url string, body any) {
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
