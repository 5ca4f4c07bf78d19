//go:build unix

package backends_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// variable of the environment has the live tests run.
const variable = "LATCHKEY_BACKENDS"

// start starts a back end's app on a free port, and skips the test if its framework is missing. It ends with the test.
func start(t *testing.T, b backend, env ...string) (baseURL string, transport *http.Transport) {
	t.Helper()
	if os.Getenv(variable) == "" {
		t.Skipf("%s is not set: see .ci/backends/README.md", variable)
	}
	dir, port := t.TempDir(), freePort(t)
	cmd := exec.Command(filepath.Join("..", "..", "..", ".ci", "backends", cmp.Or(b.app, b.name), "start"))
	cmd.Env = append(append(os.Environ(), "PORT="+port, "DIR="+dir), append(b.env, env...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait()
	}()
	t.Cleanup(func() {
		end(cmd.Process.Pid, ended)
		if t.Failed() {
			t.Logf("the app said, in the end:\n%s", said.Bytes()[max(0, said.Len()-2000):])
		}
	})
	listens(t, port, ended, func() {
		if cmd.ProcessState.ExitCode() == 3 {
			t.Skip(strings.TrimSpace(said.String()))
		}
		t.Fatalf("the app has ended: %s", cmd.ProcessState)
	})
	transport = &http.Transport{}
	if !b.tls {
		return "http://127.0.0.1:" + port, transport
	}
	cert, err := os.ReadFile(filepath.Join(dir, "cert.pem"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(cert)
	transport.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	transport.ForceAttemptHTTP2 = true
	return "https://127.0.0.1:" + port, transport
}

// lastPort is the last one that an app was given. They are below those that systems give to connections and to whoever
// asks for any port: else another could have it before the app does.
var lastPort atomic.Int32

func init() { lastPort.Store(20_000) }

// freePort returns a port that no other app is given.
func freePort(t *testing.T) string {
	t.Helper()
	for range 1000 {
		port := strconv.Itoa(int(lastPort.Add(1)))
		if listener, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			_ = listener.Close()
			return port
		}
	}
	t.Fatal("no port above 20000 is free")
	return ""
}

// listens waits until the app's port answers.
func listens(t *testing.T, port string, ended <-chan struct{}, hasEnded func()) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", "127.0.0.1:"+port)
		if err == nil {
			_ = conn.Close()
			return
		}
		select {
		case <-tick.C:
		case <-ended:
			hasEnded()
		case <-ctx.Done():
			t.Fatal(fmt.Errorf("port %s does not answer: %w", port, err))
		}
	}
}

// end ends an app and its children.
func end(pid int, ended <-chan struct{}) {
	_ = syscall.Kill(-pid, syscall.SIGTERM)
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
	}
	_ = syscall.Kill(-pid, syscall.SIGKILL)
	<-ended
}
