package redisstore_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/tokenstore/internal/redistest"
	"github.com/latchkey-go/latchkey/client/tokenstore/redisstore"
)

// lies are answers to a command. Some do more harm than a Store can prevent, since go-redis reads them itself:
// SECURITY.md names those, in the words of beyond. Here they are short enough to do none.
var lies = map[string]struct {
	answer func(net.Conn)
	beyond string
	fine   string // the method to which it is no lie
}{
	"huge string":                  {answer: says("$9223372036854775000\r\n", 1)},
	"largest string":               {answer: says("$9223372036854775807\r\n", 1)},
	"length that overflows":        {answer: says("$99999999999999999999\r\n", 1)},
	"string of 4 GiB":              {answer: says("$4294967296\r\n", 1)},
	"string of 64 MiB, in full":    {answer: says("$67108864\r\n"+strings.Repeat("x", 1<<20), 64)},
	"negative length":              {answer: says("$-7\r\n", 1)},
	"no length":                    {answer: says("$\r\n", 1)},
	"length in letters":            {answer: says("$many\r\n", 1)},
	"huge array":                   {answer: says("*9223372036854775000\r\n", 1)},
	"array":                        {answer: says("*2\r\n$1\r\nx\r\n$1\r\ny\r\n", 1)},
	"array of arrays of arrays":    {answer: says("*1\r\n", 1_000_000)},
	"huge map":                     {answer: says("%9223372036854775000\r\n", 1)},
	"huge set":                     {answer: says("~9223372036854775000\r\n", 1)},
	"huge verbatim string":         {answer: says("=9223372036854775000\r\n", 1)},
	"boolean":                      {answer: says("#t\r\n", 1)},
	"big number":                   {answer: says("(123456789012345678901234567890\r\n", 1)},
	"words":                        {answer: says("+maybe\r\n", 1), fine: "Get"},
	"unknown type":                 {answer: says("?1\r\n", 1)},
	"nothing":                      {answer: says("", 1)},
	"empty line":                   {answer: says("\r\n", 1)},
	"line without a return":        {answer: says("$3\nfoo\n", 1)},
	"zeros":                        {answer: says(strings.Repeat("\x00", 1000)+"\r\n", 1)},
	"cut in the length":            {answer: says("$1", 1)},
	"cut in the string":            {answer: says("$100\r\nx", 1)},
	"error":                        {answer: says("-ERR no\r\n", 1)},
	"MOVED":                        {answer: says("-MOVED 1 127.0.0.1:1\r\n", 1)},
	"ASK":                          {answer: says("-ASK 1 127.0.0.1:1\r\n", 1)},
	"string that drips":            {answer: drips("$100000\r\n")},
	"line that drips":              {answer: drips("+")},
	"no answer":                    {answer: func(conn net.Conn) { _, _ = conn.Read(make([]byte, 1)) }},
	"HTTP":                         {answer: says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK", 1)},
	"attribute before nothing":     {answer: says("|1\r\n$1\r\nk\r\n$1\r\nv\r\n", 1)},
	"attribute of huge length":     {answer: says("|9223372036854775000\r\n", 1)},
	"push before nothing":          {answer: says(">2\r\n$3\r\nfoo\r\n$3\r\nbar\r\n", 1)},
	"push that is no array":        {answer: says(">0\r\n", 1)},
	"push of huge length":          {answer: says(">9223372036854775000\r\n$3\r\nfoo\r\n", 1)},
	"invalidation out of turn":     {answer: says(">2\r\n$10\r\ninvalidate\r\n*1\r\n$3\r\nkey\r\n", 1)},
	"error of huge length":         {answer: says("!9223372036854775000\r\n", 1)},
	"push of many elements":        {answer: says(">1000\r\n$3\r\nfoo\r\n", 1), beyond: "a push message of any length"},
	"error of a long length":       {answer: says("!1000\r\n", 1), beyond: "an error of any length"},
	"endless line":                 {answer: says(strings.Repeat("x", 1000), 100), beyond: "a line without an end"},
	"attributes without end":       {answer: says("|0\r\n", 1000), beyond: "attributes without an end"},
	"attributes in attributes":     {answer: says("|1\r\n", 1000), beyond: "answers within answers"},
	"push messages within another": {answer: says(">1\r\n$3\r\nfoo\r\n>1\r\n*1\r\n*1\r\n*1\r\n", 1), beyond: "answers within answers"},
}

// commands are what a Store sends, by the method that sends it.
var commands = map[string]string{"Get": "getrange", "Put": "set", "Delete": "del", "Lock": "eval"}

// A Redis that lies ends no process, and costs no memory where a Store can bound it. Each lie is reported.
func TestLies(t *testing.T) {
	text, err := os.ReadFile("../../../SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	security := strings.Join(strings.Fields(string(text)), " ")
	for name, lie := range lies {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(security, lie.beyond) {
				t.Errorf("SECURITY.md does not name %q", lie.beyond)
			}
			for method, command := range commands {
				used, err := meet(t, method, startLiar(t, map[string]func(net.Conn){command: lie.answer}))
				if method == lie.fine {
					continue
				}
				if err == nil || !strings.HasPrefix(err.Error(), "redisstore: ") || errors.Is(err, client.ErrTokenNotFound) {
					t.Errorf("%s: %v; want an error", method, err)
				}
				if used > 1<<20 && lie.beyond == "" {
					t.Errorf("%s: %d KiB of memory; want less than 1 MiB", method, used>>10)
				}
			}
		})
	}
}

// A Redis may lie before it is asked for a record, too. go-redis does without some of these answers.
func TestLiesAtTheBeginning(t *testing.T) {
	for name, lie := range lies {
		t.Run(name, func(t *testing.T) {
			for _, command := range []string{"hello", "client"} {
				_, err := meet(t, "Get", startLiar(t, map[string]func(net.Conn){command: lie.answer}))
				if err == nil || !strings.HasPrefix(err.Error(), "redisstore: ") {
					t.Errorf("%s: %v; want an error", command, err)
				}
			}
		})
	}
}

// A Redis that lies on the connection by which it tells of changes ends no process, and who waits goes on waiting.
func TestLiesToThoseWhoListen(t *testing.T) {
	for name, lie := range lies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for command, times := range map[string]int64{"hello": 2, "subscribe": 1} {
				liar := &liar{answers: map[string]func(net.Conn){command: lie.answer}, after: "publish"} // by its first connection
				liar.start(t)
				store := redisstore.New(redistest.Client(t, &redis.Options{
					Addr: liar.addr, ReadTimeout: time.Second, MinRetryBackoff: -1,
					MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
				}))
				ctx, cancel := context.WithCancel(t.Context())
				ended := make(chan error, 1)
				go func() {
					_, _, err := store.LockOrGet(ctx, "key", nil)
					ended <- err
				}()
				redistest.Eventually(t, "it has lied", func() bool { return liar.lies.Load() >= times })
				cancel()
				if err := <-ended; !errors.Is(err, context.Canceled) {
					t.Errorf("%s: %v; want the context's error", command, err)
				}
			}
		})
	}
}

// A Redis that confirms what nobody asked for is not listened to: what it says costs no memory that stays.
func TestSubscriptionsThatNobodyAskedFor(t *testing.T) {
	var told atomic.Bool
	liar := startLiar(t, map[string]func(net.Conn){"subscribe": func(conn net.Conn) {
		for i := range 200_000 {
			name := fmt.Sprintf("%060d", i)
			if _, err := fmt.Fprintf(conn, ">3\r\n$9\r\nsubscribe\r\n$60\r\n%s\r\n:1\r\n", name); err != nil {
				return
			}
		}
		told.Store(true)
		_, _ = conn.Read(make([]byte, 1)) // until the client closes it
	}})
	store := redisstore.New(redistest.Client(t, &redis.Options{Addr: liar.addr}))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, _, err := store.LockOrGet(ctx, "key", nil)
		ended <- err
	}()
	redistest.Eventually(t, "it waits", func() bool { return liar.heard("subscribe") })
	before := heap()
	redistest.Eventually(t, "it has lied", told.Load)
	if stays := heap() - before; stays > 4<<20 {
		t.Errorf("%d KiB of memory stay", stays>>10)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("%v; want the context's error", err)
	}
}

// heap returns how much memory is in use, in bytes.
func heap() int64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

// A value of 300 MiB under a record's name is not read, and is no record.
func TestHonestValueOf300MiB(t *testing.T) {
	rdb := redistest.Client(t, &redis.Options{Addr: redistest.Start(t).Addr, ReadTimeout: time.Minute})
	if err := rdb.SetRange(t.Context(), "latchkey:key", 300<<20, "x").Err(); err != nil {
		t.Fatal(err)
	}
	store := redisstore.New(rdb)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := store.Get(t.Context(), "key")
	runtime.ReadMemStats(&after)
	if !errors.Is(err, client.ErrRecordUnreadable) || !errors.Is(err, client.ErrTokenNotFound) {
		t.Errorf("%v; want an error that wraps ErrRecordUnreadable and ErrTokenNotFound", err)
	}
	used := after.TotalAlloc - before.TotalAlloc
	if used > 1<<20 {
		t.Errorf("%d KiB of memory; want less than 1 MiB", used>>10)
	}
	t.Logf("%d KiB of memory", used>>10)
}

// The longest record fits, and Put refuses a longer one.
func TestLongestRecord(t *testing.T) {
	t.Parallel()
	store := redisstore.New(redistest.Start(t).Client(t))
	longest := strings.Repeat("x", 128<<10)
	put(t, store, "key", longest, time.Minute)
	if got, err := store.Get(t.Context(), "key"); string(got) != longest {
		t.Errorf("%d bytes, %v; want all %d", len(got), err, len(longest))
	}
	if err := store.Put(t.Context(), "key", []byte(longest+"x"), time.Minute); err == nil {
		t.Error("one byte more: no error")
	}
}

// An answer to a command that was not sent is not taken for the next one's.
func TestOneAnswerTooMany(t *testing.T) {
	t.Parallel()
	liar := startLiar(t, map[string]func(net.Conn){"set": func(conn net.Conn) {
		says("+OK\r\n$6\r\nforged\r\n", 1)(conn)
		_, _ = conn.Read(make([]byte, 1)) // until the client closes it
	}})
	store := redisstore.New(redistest.Client(t, &redis.Options{Addr: liar.addr}))
	for range 3 {
		put(t, store, "key", "the record", time.Minute)
		if got, err := store.Get(t.Context(), "key"); !errors.Is(err, client.ErrTokenNotFound) {
			t.Errorf("%q, %v; want the answer of a server that has nothing", got, err)
		}
	}
}

// A Redis that names another host, in an answer or beside one. go-redis goes there, with its password and with the
// record, unless it is told not to: SECURITY.md says so.
func TestServerThatSendsElsewhere(t *testing.T) {
	const password, record = "hunter2", "the-record"
	moved := func(addr string) string { return "-MOVED 1 " + addr + "\r\n" }
	moving := func(addr string) string {
		return fmt.Sprintf(">4\r\n$6\r\nMOVING\r\n:1\r\n:1\r\n$%d\r\n%s\r\n+OK\r\n", len(addr), addr)
	}
	disabled := &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	for name, tt := range map[string]struct {
		sends  func(addr string) string
		client func(addr string) redis.UniversalClient
		goes   bool
	}{
		"plain client": {moved, func(addr string) redis.UniversalClient {
			return redis.NewClient(&redis.Options{Addr: addr, Password: password})
		}, false},
		"plain client, by a push": {moving, func(addr string) redis.UniversalClient {
			return redis.NewClient(&redis.Options{Addr: addr, Password: password})
		}, true},
		"plain client without maintenance notifications, by a push": {moving, func(addr string) redis.UniversalClient {
			return redis.NewClient(&redis.Options{Addr: addr, Password: password, MaintNotificationsConfig: disabled})
		}, false},
		"plain client with protocol 2, by a push": {moving, func(addr string) redis.UniversalClient {
			return redis.NewClient(&redis.Options{Addr: addr, Password: password, Protocol: 2})
		}, false},
		"cluster": {moved, func(addr string) redis.UniversalClient {
			return redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{addr}, Password: password})
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			other := startLiar(t, map[string]func(net.Conn){})
			liar := startLiar(t, map[string]func(net.Conn){"set": func(conn net.Conn) {
				says(tt.sends(other.addr), 1)(conn)
				_, _ = conn.Read(make([]byte, 1)) // until the client closes it
			}})
			rdb := tt.client(liar.addr)
			t.Cleanup(func() { _ = rdb.Close() })
			put := func() bool {
				_ = redisstore.New(rdb).Put(t.Context(), "key", []byte(record), time.Minute)
				return other.heard(record)
			}
			if tt.goes {
				redistest.Eventually(t, "the record is elsewhere", put)
			}
			if put() != tt.goes || other.heard(password) != tt.goes || !tt.goes && other.conns.Load() > 0 {
				t.Errorf("the other host heard %q; want the password and the record there: %t", other.said, tt.goes)
			}
		})
	}
}

// meet has a Store meet a liar in one of its methods, and returns how much memory that took.
func meet(t *testing.T, method string, liar *liar) (used uint64, err error) {
	t.Helper()
	store := redisstore.New(redistest.Client(t, &redis.Options{
		Addr: liar.addr, ReadTimeout: 100 * time.Millisecond, MinRetryBackoff: -1,
		// Its part of go-redis keeps a lock, and Close waits for that, after a panic.
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}))
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err = calls[method](ctx, store)
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc, err
}
