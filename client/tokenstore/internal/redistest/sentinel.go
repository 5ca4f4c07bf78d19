package redistest

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// StartSentinels starts a master with a replica, watched by three sentinels under the name of "master": the replica
// takes over 1 to 3 s after the master was killed.
func StartSentinels(t testing.TB) (master *Server, sentinels []string) {
	t.Helper()
	master, replica := Start(t), Start(t, "--repl-diskless-sync-delay", "0")
	host, port, _ := net.SplitHostPort(master.Addr)
	replica.ask(t, "REPLICAOF", host, port)
	Eventually(t, "the replica follows", func() bool { return replica.says(t, "master_link_status:up", "INFO", "replication") })
	for range 3 {
		config := filepath.Join(t.TempDir(), "sentinel.conf") // a sentinel writes there
		if err := os.WriteFile(config, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		s := &Server{Addr: net.JoinHostPort(host, FreePort(t))}
		_, own, _ := net.SplitHostPort(s.Addr)
		s.args = []string{config, "--sentinel", "--bind", host, "--port", own}
		t.Cleanup(s.Kill)
		s.Restart(t)
		s.ask(t, "SENTINEL", "MONITOR", "master", host, port, 2)
		s.ask(t, "SENTINEL", "SET", "master", "down-after-milliseconds", 1000, "failover-timeout", 5000)
		sentinels = append(sentinels, s.Addr)
	}
	for _, addr := range sentinels {
		Eventually(t, "the sentinels have met", func() bool {
			s := &Server{Addr: addr}
			info := s.ask(t, "INFO", "sentinel")
			return strings.Contains(info, "slaves=1") && strings.Contains(info, "sentinels=3")
		})
	}
	return master, sentinels
}
