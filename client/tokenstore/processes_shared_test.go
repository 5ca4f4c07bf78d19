package tokenstore_test

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/tokenstore/internal/redistest"
)

// shared is a store that the processes of one test share.
type shared struct {
	task                                     // the way to open it
	raw   func(*testing.T) map[string]string // all that it keeps, by name
	redis *redistest.Server                  // nil if it is Files
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
		server := redistest.Start(t)
		test(t, shared{
			task:  task{Redis: server.Addr, Lease: 45 * time.Second},
			raw:   func(t *testing.T) map[string]string { return values(t, server) },
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

// values returns all keys and their values.
func values(t *testing.T, s *redistest.Server) map[string]string {
	t.Helper()
	rdb := s.Client(t)
	keys, err := rdb.Keys(t.Context(), "*").Result()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, key := range keys {
		value, err := rdb.Get(t.Context(), key).Result()
		if errors.Is(err, redis.Nil) {
			continue // it has just expired
		}
		if err != nil {
			t.Fatal(key, err)
		}
		found[key] = value
	}
	return found
}

// atLeast waits until a server has seen that many logins, successful or refused.
func atLeast(t *testing.T, server *sandbox.Server, logins int) {
	t.Helper()
	redistest.Eventually(t, strconv.Itoa(logins)+" logins", func() bool { return server.Counts().LoginRequests >= logins })
}

func wantLoginRequests(t *testing.T, server *sandbox.Server, want int) {
	t.Helper()
	if n := server.Counts().LoginRequests; n != want {
		t.Errorf("%d login requests; want %d", n, want)
	}
}
