package tokenstore_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/formlogin"
	"github.com/latchkey-go/latchkey/client/tokenstore"
	"github.com/latchkey-go/latchkey/client/tokenstore/internal/redistest"
	"github.com/latchkey-go/latchkey/client/tokenstore/redisstore"
)

// podsReport is what a worker tells of its pods. Times are in ns since 1970.
type podsReport struct {
	Tokens  []int64  // when each pod had its token
	Written []int64  // when the writing of a record with a token began
	Errors  []string // of pods without one
}

// pods makes Clients, and has each ask for one token at once.
func (do task) pods(in *bufio.Reader, out io.Writer) error {
	store, err := do.sharedStore()
	if err != nil {
		return err
	}
	kept := &writingStore{LockOrGetter: store.(client.LockOrGetter), TokenStore: store}
	clients := make([]*client.Client, do.Pods)
	for i := range clients {
		clients[i], err = client.New(
			formlogin.Password{BaseURL: do.BaseURL, Username: do.Username, Password: client.Static(do.Password)},
			client.WithTokenStore(kept), client.WithUnboundRecords(),
		)
		if err != nil {
			return err
		}
	}
	fmt.Fprintln(out, "ready")
	if _, err := in.ReadBytes('\n'); err != nil {
		return err
	}
	var r podsReport
	var mu sync.Mutex
	var all sync.WaitGroup
	for _, c := range clients {
		all.Go(func() {
			_, err := c.Token(context.Background())
			now := time.Now().UnixNano()
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				r.Errors = append(r.Errors, err.Error())
				return
			}
			r.Tokens = append(r.Tokens, now)
		})
	}
	all.Wait()
	r.Written = kept.written
	return json.NewEncoder(out).Encode(r)
}

// sharedStore returns the Store that all pods of a process have.
func (do task) sharedStore() (client.TokenStore, error) {
	if do.Dir != "" {
		return tokenstore.NewFiles(do.Dir)
	}
	rdb := redis.NewClient(&redis.Options{Addr: do.Redis, Username: do.User, Password: do.User})
	return redisstore.New(rdb, redisstore.WithLease(do.Lease)), nil
}

// writingStore notes when records are written.
type writingStore struct {
	client.TokenStore
	client.LockOrGetter
	mu      sync.Mutex
	written []int64
}

func (s *writingStore) Lock(ctx context.Context, key string) (func(), error) {
	return s.TokenStore.(client.Locker).Lock(ctx, key)
}

func (s *writingStore) Put(ctx context.Context, key string, record []byte, ttl time.Duration) error {
	s.mu.Lock()
	s.written = append(s.written, time.Now().UnixNano())
	s.mu.Unlock()
	return s.TokenStore.Put(ctx, key, record, ttl)
}

// measured is how pods of several processes came to their tokens.
type measured struct {
	late     []time.Duration // of each pod, from the first record's writing on, sorted
	commands float64         // to Redis, for each pod
	logins   int
}

// measure has pods in several processes ask for a token at once.
func measure(t *testing.T, store shared, processes, pods int, login time.Duration) (m measured) {
	t.Helper()
	server := serve(t, sandbox.Config{Latency: login})
	do := store.at(server)
	do.Pods = pods / processes
	all := hire(t, processes, do)
	if store.redis != nil {
		if err := store.redis.Client(t).ConfigResetStat(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
	}
	all.begin(t)
	reports := reportsOf[podsReport](t, all)
	if store.redis != nil {
		m.commands = float64(commands(t, store.redis)) / float64(pods)
	}
	m.late, m.logins = lateness(t, reports), server.Counts().LoginRequests
	return m
}

// lateness returns how long after the first record's writing each pod had its token, sorted.
func lateness(t *testing.T, reports []podsReport) (late []time.Duration) {
	t.Helper()
	var written, tokens []int64
	for _, r := range reports {
		written, tokens = append(written, r.Written...), append(tokens, r.Tokens...)
		for _, text := range r.Errors {
			t.Errorf("a pod has no token: %s", text)
		}
	}
	if len(written) == 0 {
		t.Fatal("no record was written")
	}
	for _, at := range tokens {
		late = append(late, time.Duration(at-slices.Min(written)))
	}
	slices.Sort(late)
	return late
}

// commands returns how many commands clients have sent, those that go-redis sends by itself among them. It leaves out
// those of scripts: each of redisstore's asks for the lock's owner, and then for the rest of its time, makes it last
// longer, or deletes it.
func commands(t *testing.T, s *redistest.Server) (n int) {
	t.Helper()
	stats, err := s.Client(t).Info(t.Context(), "commandstats").Result()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(stats) {
		name, rest, found := strings.Cut(line, ":calls=")
		calls, _, _ := strings.Cut(rest, ",")
		one, err := strconv.Atoi(calls)
		if !found {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		switch strings.TrimPrefix(name, "cmdstat_") {
		case "strlen", "get", "set":
		case "pttl", "pexpire", "del":
			n -= one
		default:
			n += one
		}
	}
	return n
}

// Pods in real processes: the last one has the token soon after the record was written, with few commands. The long
// version prints the figures of README.md.
func TestP9ManyPodsInManyProcesses(t *testing.T) {
	type figure struct {
		pods  int
		login time.Duration
	}
	figures := []figure{{128, 300 * time.Millisecond}}
	if times(0, 1) == 0 {
		t.Parallel()
	} else {
		figures = []figure{
			{1008, 300 * time.Millisecond}, {1008, 20 * time.Second}, {5008, 300 * time.Millisecond}, {5008, 20 * time.Second},
		}
	}
	const format = "%-26s %5s %6s %7s %7s %7s %9s"
	table := []string{fmt.Sprintf(format, "store", "pods", "login", "p50", "p99", "last", "commands")}
	row := func(name string, store shared, f figure) {
		m := measure(t, store, 16, f.pods, f.login)
		ms := func(d time.Duration) string { return fmt.Sprintf("%.0f ms", float64(d)/1e6) }
		n := len(m.late)
		table = append(table, fmt.Sprintf(format, name, fmt.Sprint(f.pods), f.login.String(),
			ms(m.late[n/2]), ms(m.late[n*99/100]), ms(m.late[n-1]), fmt.Sprintf("%.1f", m.commands)))
		if m.logins != 1 || n != f.pods {
			t.Errorf("%s, %d pods: %d logins and %d tokens; want one login", name, f.pods, m.logins, n)
		}
		// Ten times the goals, for busy machines.
		if last := m.late[n-1]; last > 3*time.Second {
			t.Errorf("%s, %d pods: the last token came after %s", name, f.pods, last)
		}
		if m.commands > 12 {
			t.Errorf("%s, %d pods: %.1f commands each", name, f.pods, m.commands)
		}
	}
	for _, f := range figures {
		for _, user := range []string{"default", "mute"} {
			s := redistest.Start(t, "--user", "mute", "on", ">mute", "~*", "+@all") // a new user has no channel
			name := map[string]string{"default": "Redis", "mute": "Redis without pub/sub"}[user]
			row(name, shared{task: task{Redis: s.Addr, User: user, Lease: 10 * time.Second}, redis: s}, f)
		}
	}
	row("Files", shared{task: task{Dir: t.TempDir() + "/store"}}, figure{16, 300 * time.Millisecond})
	t.Log("\n" + strings.Join(table, "\n"))
}
