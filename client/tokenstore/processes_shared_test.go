package tokenstore_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// shared is a store that processes share, of a test's own.
type shared struct {
	task                                     // how to open it
	raw   func(*testing.T) map[string]string // all that it keeps, by name
	redis *redisServer                       // nil if it is Files
}

// withEach runs a test with each store that processes can share.
func withEach(t *testing.T, test func(*testing.T, shared)) {
	t.Parallel()
	t.Run("Files", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir() + "/store"
		test(t, shared{
			task: task{Dir: dir},
			raw:  func(t *testing.T) map[string]string { return filesIn(t, dir) },
		})
	})
	t.Run("Redis", func(t *testing.T) {
		t.Parallel()
		server := startRedis(t)
		test(t, shared{
			task:  task{Redis: server.addr, Lease: 45 * time.Second},
			raw:   server.values,
			redis: server,
		})
	})
}

// at returns the task for an account at a server.
func (s shared) at(server *sandbox.Server) task {
	do, account := s.task, server.Accounts()[0]
	do.BaseURL, do.Username, do.Password = server.URL, account.Name, account.Secret
	return do
}

// serve starts a service that announces exactly how long its tokens live.
func serve(t *testing.T, cfg sandbox.Config) *sandbox.Server {
	t.Helper()
	server := sandbox.NewFormLogin(cfg)
	t.Cleanup(func() {
		server.Close()
		for _, violation := range server.Violations() {
			t.Error(violation)
		}
	})
	return server
}

// filesIn returns all files below a directory by their paths.
func filesIn(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		found[path] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// redisServer is a real redis-server, which keeps nothing on disk.
type redisServer struct {
	addr string
	cmd  *exec.Cmd
}

// startRedis starts one on a free port. It ends with the test.
func startRedis(t *testing.T) *redisServer {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip("redis-server is not installed (Debian: apt-get install redis-server)")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &redisServer{addr: listener.Addr().String()}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	s.start(t)
	return s
}

// start starts it, again after stop, and waits until it answers.
func (s *redisServer) start(t *testing.T) {
	t.Helper()
	host, port, err := net.SplitHostPort(s.addr)
	if err != nil {
		t.Fatal(err)
	}
	s.cmd = exec.Command("redis-server", "--bind", host, "--port", port, "--dir", t.TempDir(), "--save", "", "--appendonly", "no")
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	rdb := s.client(t)
	eventually(t, "redis-server answers", func() bool { return rdb.Ping(t.Context()).Err() == nil })
}

// stop kills it, as a crash does. It may be called twice.
func (s *redisServer) stop() {
	if s.cmd != nil {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
	}
}

func (s *redisServer) client(t *testing.T) *redis.Client {
	rdb := redis.NewClient(&redis.Options{Addr: s.addr})
	t.Cleanup(func() { _ = rdb.Close() })
	return rdb
}

// values returns all keys and their values.
func (s *redisServer) values(t *testing.T) map[string]string {
	t.Helper()
	rdb := s.client(t)
	keys, err := rdb.Keys(t.Context(), "*").Result()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, key := range keys {
		if found[key], err = rdb.Get(t.Context(), key).Result(); err != nil {
			t.Fatal(key, err)
		}
	}
	return found
}

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
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

// atLeast waits until a server has seen so many logins, successful or not.
func atLeast(t *testing.T, server *sandbox.Server, logins int) {
	t.Helper()
	eventually(t, strconv.Itoa(logins)+" logins", func() bool { return server.Counts().LoginRequests >= logins })
}

func wantLoginRequests(t *testing.T, server *sandbox.Server, want int) {
	t.Helper()
	if n := server.Counts().LoginRequests; n != want {
		t.Errorf("%d login requests; want %d", n, want)
	}
}
