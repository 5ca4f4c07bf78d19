package redistest

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

// Cluster is a Redis Cluster for one test. Each of its servers keeps nothing but its nodes.
type Cluster struct {
	Masters, Replicas []*Server // in the beginning; Replicas[i] is that of Masters[i % len(Masters)]
}

const slots = 16384

// StartCluster starts a cluster whose masters share the slots evenly, and in which a replica takes over 1 to 3 s after
// its master was killed. Further arguments are those of each server.
func StartCluster(t testing.TB, masters, replicas int, args ...string) *Cluster {
	t.Helper()
	c := &Cluster{}
	for i := range masters + replicas {
		s := Start(t, append([]string{
			"--cluster-enabled", "yes", "--cluster-port", FreePort(t), "--cluster-node-timeout", "1000",
			"--cluster-replica-validity-factor", "0", "--repl-diskless-sync-delay", "0",
		}, args...)...)
		if i < masters {
			c.Masters = append(c.Masters, s)
		} else {
			c.Replicas = append(c.Replicas, s)
		}
	}
	for i, s := range c.servers() {
		s.ask(t, "CLUSTER", "SET-CONFIG-EPOCH", i+1)
		if i > 0 {
			host, port, _ := net.SplitHostPort(s.Addr)
			c.Masters[0].ask(t, "CLUSTER", "MEET", host, port, s.args[argument(s.args, "--cluster-port")])
		}
	}
	for i, s := range c.Masters {
		s.ask(t, "CLUSTER", "ADDSLOTSRANGE", i*slots/masters, (i+1)*slots/masters-1)
	}
	for _, s := range c.servers() {
		Eventually(t, "all servers have met", func() bool {
			return s.says(t, "cluster_known_nodes:"+strconv.Itoa(masters+replicas), "CLUSTER", "INFO")
		})
	}
	for i, s := range c.Replicas {
		s.ask(t, "CLUSTER", "REPLICATE", c.Masters[i%masters].ID(t))
	}
	for _, s := range c.servers() {
		Eventually(t, "the cluster is up", func() bool { return s.says(t, "cluster_state:ok", "CLUSTER", "INFO") })
	}
	for _, s := range c.Replicas {
		Eventually(t, "a replica follows", func() bool { return s.says(t, "master_link_status:up", "INFO", "replication") })
	}
	return c
}

// Addrs returns the addresses of all servers.
func (c *Cluster) Addrs() (addrs []string) {
	for _, s := range c.servers() {
		addrs = append(addrs, s.Addr)
	}
	return addrs
}

// Client returns a client with go-redis's own defaults, which is closed when the test ends.
func (c *Cluster) Client(t testing.TB) *redis.ClusterClient {
	rdb := redis.NewClusterClient(&redis.ClusterOptions{Addrs: c.Addrs()})
	t.Cleanup(func() { _ = rdb.Close() })
	return rdb
}

// Owner returns the server, of those that were masters in the beginning, that has a key.
func (c *Cluster) Owner(t testing.TB, key string) *Server {
	t.Helper()
	slot := c.Slot(t, key)
	for _, s := range c.Masters {
		if strings.Contains(s.ask(t, "CLUSTER", "NODES"), "myself,master") && s.owns(t, slot) {
			return s
		}
	}
	t.Fatalf("no master has slot %d", slot)
	return nil
}

// Slot returns the slot of a key.
func (c *Cluster) Slot(t testing.TB, key string) int {
	t.Helper()
	slot, err := strconv.Atoi(c.Masters[0].ask(t, "CLUSTER", "KEYSLOT", key))
	if err != nil {
		t.Fatal(err)
	}
	return slot
}

// Move gives a key's slot to another master, as resharding does. Between the two halves of it, meanwhile is called.
func (c *Cluster) Move(t testing.TB, key string, meanwhile func()) {
	t.Helper()
	slot, from := c.Slot(t, key), c.Owner(t, key)
	to := c.Masters[0]
	if to == from {
		to = c.Masters[1]
	}
	to.ask(t, "CLUSTER", "SETSLOT", slot, "IMPORTING", from.ID(t))
	from.ask(t, "CLUSTER", "SETSLOT", slot, "MIGRATING", to.ID(t))
	meanwhile()
	host, port, _ := net.SplitHostPort(to.Addr)
	rdb := from.Client(t)
	for {
		keys, err := rdb.ClusterGetKeysInSlot(t.Context(), slot, 100).Result()
		if err != nil {
			t.Fatal(err)
		}
		if len(keys) == 0 {
			break
		}
		args := []any{"MIGRATE", host, port, "", 0, 5000, "KEYS"}
		for _, key := range keys {
			args = append(args, key)
		}
		from.ask(t, args...)
	}
	for _, s := range []*Server{to, from} {
		s.ask(t, "CLUSTER", "SETSLOT", slot, "NODE", to.ID(t))
	}
}

func (c *Cluster) servers() []*Server {
	return append(c.Masters[:len(c.Masters):len(c.Masters)], c.Replicas...)
}

// ID returns the server's ID in its cluster.
func (s *Server) ID(t testing.TB) string {
	t.Helper()
	return s.ask(t, "CLUSTER", "MYID")
}

// owns reports whether a server has a slot by its own word.
func (s *Server) owns(t testing.TB, slot int) bool {
	t.Helper()
	rdb := s.Client(t)
	found, err := rdb.ClusterSlots(t.Context()).Result() //nolint:staticcheck // the simpler answer of the two
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range found {
		if part.Start <= slot && slot <= part.End {
			return part.Nodes[0].Addr == s.Addr
		}
	}
	return false
}

// ask sends a command that must succeed, and returns the answer as text.
func (s *Server) ask(t testing.TB, args ...any) string {
	t.Helper()
	rdb := redis.NewClient(&redis.Options{Addr: s.Addr})
	defer func() { _ = rdb.Close() }()
	answer, err := rdb.Do(t.Context(), args...).Result()
	if err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	return fmt.Sprint(answer)
}

// says reports whether the answer to a command has a part.
func (s *Server) says(t testing.TB, part string, args ...any) bool {
	t.Helper()
	return strings.Contains(s.ask(t, args...), part)
}

// argument returns the index of an argument's value.
func argument(args []string, name string) int {
	for i, arg := range args {
		if arg == name {
			return i + 1
		}
	}
	return -1
}
