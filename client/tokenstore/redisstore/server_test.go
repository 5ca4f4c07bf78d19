package redisstore_test

import (
	"bytes"
	"fmt"
	"net"
	"os/exec"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// redisServer is a real redis-server of the test's own.
type redisServer struct {
	addr string
	args []string
	cmd  *exec.Cmd
}

// startRedis starts a redis-server on a free port, with further arguments. It ends with the test.
func startRedis(t testing.TB, args ...string) *redisServer {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip("redis-server is not installed (Debian: apt-get install redis-server)")
	}
	host, port := "127.0.0.1", freePort(t)
	s := &redisServer{addr: net.JoinHostPort(host, port)}
	s.args = append([]string{"--bind", host, "--port", port, "--dir", t.TempDir(), "--save", "", "--appendonly", "no"}, args...)
	s.start(t)
	t.Cleanup(s.stop)
	return s
}

func (s *redisServer) start(t testing.TB) {
	t.Helper()
	var output bytes.Buffer
	s.cmd = exec.Command("redis-server", s.args...)
	s.cmd.Stdout = &output
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "redis-server answers", func() bool {
		conn, err := net.Dial("tcp", s.addr)
		if err != nil {
			return false
		}
		defer conn.Close()
		fmt.Fprint(conn, "PING\r\n")
		_, err = conn.Read(make([]byte, 1))
		return err == nil
	})
}

// stop kills the server, as a crash does.
func (s *redisServer) stop() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// client returns a client of the server with go-redis's own defaults.
func (s *redisServer) client(t testing.TB) *redis.Client {
	return clientOf(t, &redis.Options{Addr: s.addr})
}

func clientOf(t testing.TB, o *redis.Options) *redis.Client {
	rdb := redis.NewClient(o)
	t.Cleanup(func() { _ = rdb.Close() })
	return rdb
}

func freePort(t testing.TB) string {
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

// eventually waits until cond is true, and fails the test after 10 s.
func eventually(t testing.TB, what string, cond func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(10 * time.Second)
	for !cond() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not within 10 s: %s", what)
		}
	}
}
