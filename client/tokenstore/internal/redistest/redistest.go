// Package redistest starts real redis-servers for tests, and toxiproxies in front of them.
package redistest

import (
	"bytes"
	"fmt"
	"net"
	"os/exec"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// Server is a redis-server for one test. It keeps nothing on disk.
type Server struct {
	Addr string // host:port
	args []string
	cmd  *exec.Cmd
}

// Start starts a redis-server on a free port, with further arguments. It ends with the test. The test is skipped if no
// redis-server is installed.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip("redis-server is not installed (Debian: apt-get install redis-server)")
	}
	host, port := "127.0.0.1", FreePort(t)
	s := &Server{Addr: net.JoinHostPort(host, port)}
	s.args = append([]string{"--bind", host, "--port", port, "--dir", t.TempDir(), "--save", "", "--appendonly", "no"}, args...)
	t.Cleanup(s.Kill)
	s.Restart(t)
	return s
}

// Restart starts the server after Kill, empty, at the same address, and returns when it answers.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	var output bytes.Buffer
	s.cmd = exec.Command("redis-server", s.args...)
	s.cmd.Stdout = &output
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	Eventually(t, "redis-server answers", func() bool {
		conn, err := net.Dial("tcp", s.Addr)
		if err != nil {
			return false
		}
		defer conn.Close()
		fmt.Fprint(conn, "PING\r\n")
		_, err = conn.Read(make([]byte, 1))
		return err == nil
	})
}

// Kill ends the server, as a crash does. A second call has no effect.
func (s *Server) Kill() {
	if s.cmd != nil {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
	}
}

// Client returns a client of the server with go-redis's own defaults.
func (s *Server) Client(t testing.TB) *redis.Client {
	return Client(t, &redis.Options{Addr: s.Addr})
}

// Client returns a client that is closed when the test ends.
func Client(t testing.TB, o *redis.Options) *redis.Client {
	rdb := redis.NewClient(o)
	t.Cleanup(func() { _ = rdb.Close() })
	return rdb
}

// FreePort returns a free port.
func FreePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// Eventually waits until holds returns true, and fails the test after 2 minutes.
func Eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	const limit = 2 * time.Minute
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	late := time.After(limit)
	for !holds() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("not within %s: %s", limit, what)
		}
	}
}
