package redisstore_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"github.com/latchkey-go/latchkey/client/tokenstore/internal/redistest"
	"github.com/latchkey-go/latchkey/client/tokenstore/redisstore"
)

// worker is the environment variable that makes the test binary another process that uses the lock.
const worker = "REDISSTORE_TEST_WORKER"

func TestMain(m *testing.M) {
	workers := map[string]func(args []string) error{"count": count, "hold": hold, "waiting": waiting}
	if work := workers[os.Getenv(worker)]; work != nil {
		if err := work(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	_ = flag.Set("test.parallel", "6") // the tests wait more than they work
	redis.SetLogger(quiet{})
	// go-redis tries to connect for up to a second after its client was closed, and reads an answer without an end for as
	// long as it comes (SECURITY.md says so). Await has a goroutine that waits for the latter. The client that
	// NewFailoverClusterClient returns never closes its subscription to a Sentinel.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/redis/go-redis/v9/internal/pool.(*ConnPool).tryDial"),
		goleak.IgnoreAnyFunction("github.com/redis/go-redis/v9/internal/pool.(*Conn).WithReader"),
		goleak.IgnoreAnyFunction("github.com/latchkey-go/latchkey/client/internal/await.Do[...].func2"),
		goleak.IgnoreAnyFunction("github.com/redis/go-redis/v9.(*sentinelFailover).listen"),
		goleak.IgnoreAnyFunction("github.com/redis/go-redis/v9.(*channel).initHealthCheck.func1"),
		goleak.IgnoreAnyFunction("github.com/redis/go-redis/v9.(*channel).initMsgChan.func1"))
}

// quiet keeps go-redis's reports of broken connections out of the tests' output.
type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

// long reports whether the long versions of tests run.
func long() bool { return os.Getenv("LATCHKEY_LONG") != "" }

func process(t *testing.T, work string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), worker+"="+work, "GORACE=atexit_sleep_ms=0")
	cmd.Stderr = os.Stderr
	return cmd
}

// count adds one to the number in a file, several times, as only the holder of a lock may.
func count(args []string) error {
	addr, file := args[0], args[1]
	times, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	rdb := redis.NewClient(&redis.Options{Addr: addr})
	defer func() { _ = rdb.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for range times {
		unlock, err := redisstore.New(rdb).Lock(ctx, "key")
		if err != nil {
			return err
		}
		err = increment(file)
		unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

func increment(file string) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(string(raw))
	if err != nil {
		return err
	}
	return os.WriteFile(file, []byte(strconv.Itoa(n+1)), 0o600)
}

func TestLockSixteenProcesses(t *testing.T) {
	t.Parallel()
	const processes = 16
	times := 5
	if long() {
		times = 50
	}
	s, file := redistest.Start(t), t.TempDir()+"/count"
	if err := os.WriteFile(file, []byte("0"), 0o600); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range processes {
		wg.Go(func() {
			if err := process(t, "count", s.Addr, file, strconv.Itoa(times)).Run(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if want := strconv.Itoa(processes * times); string(raw) != want {
		t.Errorf("%s increments survived, want %s: two processes held the lock at once", raw, want)
	}
}

const shortLease = time.Second

// hold takes a lock, says so, and keeps it until its standard input ends.
func hold(args []string) error {
	rdb := redis.NewClient(&redis.Options{Addr: args[0]})
	defer func() { _ = rdb.Close() }()
	ctx := context.Background()
	if _, err := redisstore.New(rdb, redisstore.WithLease(shortLease)).Lock(ctx, args[1]); err != nil {
		return err
	}
	fmt.Println("held")
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

func TestLockHolderKilled(t *testing.T) {
	t.Parallel()
	times := 3
	if long() {
		times = 50
	}
	s := redistest.Start(t)
	store := redisstore.New(s.Client(t))
	for i := range times {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			t.Parallel()
			key := "key-" + strconv.Itoa(i)
			cmd := process(t, "hold", s.Addr, key)
			stdin, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			defer stdin.Close()
			stdout, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "held\n" {
				t.Fatalf("the process says %q, %v", line, err)
			}
			killed := time.Now()
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			unlock, err := store.Lock(ctx, key)
			if err != nil {
				t.Fatal(err)
			}
			defer unlock()
			// The pause between two tries, and a slow machine, come on top of the lease.
			if took := time.Since(killed); took > shortLease+time.Second {
				t.Errorf("taken over after %v, the lease is %v", took, shortLease)
			}
		})
	}
}
