package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
	"go.uber.org/goleak"
)

// fleetVariable makes the test's program run main.
const fleetVariable = "LATCHKEY_FLEET_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(workerVariable) != "" || os.Getenv(fleetVariable) != "" {
		main()
	}
	goleak.VerifyTestMain(m)
}

func TestFleet(t *testing.T) {
	const workers, seconds = 6, 3
	var out bytes.Buffer
	store, err := openRedis(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer store.close()
	alone, together, err := compare(t.Context(), &out, options{workers: workers, seconds: seconds}, store)
	if err != nil {
		t.Fatal(err)
	}
	printTable(&out, alone, together)
	t.Log(out.String())
	if err := together.verdict(); err != nil {
		t.Error(err)
	}
	// A token is renewed in its last tenth, or up to 10 % of that tenth earlier. The first login is one more. On a busy
	// machine the workers may begin so late that it is the only one.
	if most := seconds*100/178 + 1; together.logins < 1 || together.logins > most {
		t.Errorf("%d logins with the store; want one per lifetime, so 1 to %d", together.logins, most)
	}
	if together.rateLimited != 0 {
		t.Errorf("%d × 429 with the store", together.rateLimited)
	}
	if alone.logins < 2*together.logins || alone.rateLimited == 0 {
		t.Errorf("without the store: %d logins and %d × 429; want many, and some", alone.logins, alone.rateLimited)
	}
	if alone.workers != workers || together.workers != workers {
		t.Errorf("%d and %d workers; want %d", alone.workers, together.workers, workers)
	}
	if password := "secretpassword"; strings.Contains(out.String(), password) {
		t.Error("the output has the password")
	}
}

// The limit of the time is wide, since the machine may be busy.
func TestPods(t *testing.T) {
	redis := miniredis.RunT(t)
	var out bytes.Buffer
	const n = 200
	if err := runPods(t.Context(), &out, n, "redis://"+redis.Addr()); err != nil {
		t.Fatal(err)
	}
	t.Log(out.String())
	var pods, logins int
	var first, last string
	var commands float64
	line := strings.Split(strings.TrimSpace(out.String()), "\n")
	_, err := fmt.Sscanf(strings.TrimSpace(line[len(line)-1]), "with a shared store %d %d %s %s %g", &pods, &logins, &first, &last, &commands)
	if err != nil {
		t.Fatal(err)
	}
	if pods != n || logins != 1 || commands > 5 {
		t.Errorf("%d pods, %d logins, %g commands each; want %d, 1, and at most 5", pods, logins, commands, n)
	}
	if took, err := time.ParseDuration(last); err != nil || took > time.Second {
		t.Errorf("the last token came %s after the first, %v; want at most 1 s", last, err)
	}
}

func TestPodsWithoutAnAnswer(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := runPods(ctx, io.Discard, 2, "redis://127.0.0.1:1"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v; want context.Canceled", err)
	}
}

func TestRedisOfOnesOwn(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	var out bytes.Buffer
	if err := run(t.Context(), &out, options{workers: 2, seconds: 1.5, pods: 10, redisURL: "redis://" + server.Addr()}); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	if !strings.Contains(out.String(), "Redis at "+server.Addr()) || len(server.Keys()) == 0 {
		t.Errorf("the Redis was not used, it has the keys %q:\n%s", server.Keys(), &out)
	}
}

// TestRedisOfTheStoresOwn has an ACL that allows only what redisstore documents.
func TestRedisOfTheStoresOwn(t *testing.T) {
	redis := miniredis.RunT(t)
	redis.RequireUserAuth("me", "hunter2")
	redis.Server().SetPreHook(func(c *server.Peer, command string, _ ...string) bool {
		if slices.Contains([]string{"HELLO", "AUTH", "GETRANGE", "SET", "DEL", "EVAL"}, command) {
			return false
		}
		c.WriteError("NOPERM User me has no permissions to run the '" + command + "' command")
		return true
	})
	if _, err := openRedis(t.Context(), "redis://me:hunter2@"+redis.Addr()); err != nil {
		t.Error(err)
	}
}

func TestRedisAnswersWithAnError(t *testing.T) {
	for cause, breakIt := range map[string]func(*miniredis.Miniredis){
		"ERR out of order": func(redis *miniredis.Miniredis) { redis.SetError("ERR out of order") },
		"WRONGPASS":        func(redis *miniredis.Miniredis) { redis.RequireUserAuth("me", "another") },
		"ERR unknown command": func(redis *miniredis.Miniredis) {
			redis.Server().SetPreHook(func(c *server.Peer, command string, args ...string) bool {
				c.WriteError("ERR unknown command '" + command + "', with args beginning with: " + strings.Join(args, " "))
				return true
			})
		},
	} {
		t.Run(cause, func(t *testing.T) {
			redis := miniredis.RunT(t)
			breakIt(redis)
			_, err := openRedis(t.Context(), "redis://me:hunter2@"+redis.Addr())
			if err == nil {
				t.Fatal("no error")
			}
			text := err.Error()
			if !strings.HasPrefix(text, "REDIS_URL: "+redis.Addr()+": ") || !strings.Contains(text, cause) {
				t.Errorf("got %q; want the variable, the host and the cause", text)
			}
			if strings.Contains(text, "hunter2") || strings.Contains(text, "me:") {
				t.Errorf("got %q; want neither user nor password", text)
			}
		})
	}
}

func TestWhatCannotWork(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]options{
		"no workers":        {workers: 0, seconds: 1, pods: 1},
		"too many":          {workers: 201, seconds: 1, pods: 1},
		"no time":           {workers: 1, seconds: 0, pods: 1},
		"no pods":           {workers: 1, seconds: 1, pods: 0},
		"too many pods":     {workers: 1, seconds: 1, pods: 10_001},
		"no Redis answers":  {workers: 1, seconds: 1, pods: 1, redisURL: "redis://me:hunter2@127.0.0.1:1"},
		"no URL of a Redis": {workers: 1, seconds: 1, pods: 1, redisURL: "redis://me:hunter2@local host"},
		"no number of a DB": {workers: 1, seconds: 1, pods: 1, redisURL: "redis://me:hunter2@localhost/hunter2"},
		"bare slash":        {workers: 1, seconds: 1, pods: 1, redisURL: "redis://me:1/hunter2@localhost"},
		"bare question":     {workers: 1, seconds: 1, pods: 1, redisURL: "redis://me:1?hunter2@localhost"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := run(t.Context(), &bytes.Buffer{}, o)
			if err == nil || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("got %v; want an error without the password", err)
			}
		})
	}
}

// A # ends the URL within the password, whose beginning then looks like a port.
func TestRedisURLWithABareHash(t *testing.T) {
	_, err := openRedis(t.Context(), "redis://me:4711#hunter2@localhost")
	if err == nil || strings.Contains(err.Error(), "4711") || !strings.Contains(err.Error(), "%XX") {
		t.Errorf("got %v; want an error that says what to write instead", err)
	}
}

func TestVerdict(t *testing.T) {
	for name, bad := range map[string]row{
		"a call failed":      {firstToken: []time.Duration{1}, failed: 1, lastError: "HTTP 500"},
		"a worker came last": {firstToken: []time.Duration{1, never}},
	} {
		if bad.verdict() == nil {
			t.Errorf("%s, and all is said to be well", name)
		}
	}
	if err := (row{firstToken: []time.Duration{1, 2}}).verdict(); err != nil {
		t.Error(err)
	}
}

func TestTableExplainsNever(t *testing.T) {
	const note = "\nnever: a worker had no token when time was up"
	soon, late := row{firstToken: []time.Duration{1, 2}}, row{firstToken: []time.Duration{1, never}}
	var with, without bytes.Buffer
	printTable(&with, late, soon)
	printTable(&without, soon, soon)
	if strings.Count(with.String(), note) != 1 || strings.Contains(without.String(), note) {
		t.Errorf("want the note once, where it applies:\n%s\n%s", &with, &without)
	}
}

func TestPercentile(t *testing.T) {
	var r row
	for i := range 200 {
		r.firstToken = append(r.firstToken, time.Duration(i+1))
	}
	for p, want := range map[int]time.Duration{50: 100, 99: 198, 100: 200} {
		if got := r.percentile(p); got != want {
			t.Errorf("p%d is %d; want %d", p, got, want)
		}
	}
}

func TestEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	out := &cancelAt{text: "each for itself", cancel: cancel}
	began := time.Now()
	if err := run(ctx, out, options{workers: 2, seconds: 60, pods: 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("run gave %v; want context.Canceled", err)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it took %s to stop", took)
	}
}

func TestCommandLine(t *testing.T) {
	t.Parallel()
	const refusal = "fleet: takes no arguments: set flags, and REDIS_URL, instead\n"
	for _, tt := range []struct {
		args  []string
		code  int
		begin string
	}{
		{[]string{"-h"}, 0, "usage: fleet [flags]\n"},
		{[]string{"redis://me:hunter2@localhost"}, 2, refusal + "usage: fleet [flags]\n"},
		{[]string{"-workers", "2", "3"}, 2, refusal},
		{[]string{"3", "-workers", "2"}, 2, refusal},
		{[]string{"-hunters", "2"}, 2, "flag provided but not defined: -hunters\nusage: fleet [flags]\n"},
	} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], tt.args...)
		cmd.Env = append(os.Environ(), fleetVariable+"=1", "GORACE=atexit_sleep_ms=0")
		out, err := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != tt.code || !strings.HasPrefix(string(out), tt.begin) {
			t.Errorf("%q: exit code %d, %v; want %d and %q:\n%s", tt.args, code, err, tt.code, tt.begin, out)
		}
		for _, want := range []string{"REDIS_URL", "-workers", "-seconds", "-pods"} {
			if !strings.Contains(string(out), want) {
				t.Errorf("%q: the usage lacks %s:\n%s", tt.args, want, out)
			}
		}
		for _, unwanted := range []string{os.Args[0], "hunter2"} {
			if strings.Contains(string(out), unwanted) {
				t.Errorf("%q: the output has %q:\n%s", tt.args, unwanted, out)
			}
		}
	}
}

// TestInterrupt sends the signal of Ctrl-C to the program alone. The workers share its standard error, which ends when
// the last of them has ended.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot be sent an interrupt there")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-workers", "3", "-seconds", "60")
	cmd.Env = append(os.Environ(), fleetVariable+"=1", "GORACE=atexit_sleep_ms=0")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	cmd.Stdout = &cancelAt{text: "each for itself", cancel: func() { _ = cmd.Process.Signal(os.Interrupt) }}
	err := cmd.Run()
	if ctx.Err() != nil {
		t.Fatal("the program, or a worker of it, did not end")
	}
	if _, exited := errors.AsType[*exec.ExitError](err); !exited {
		t.Errorf("the program gave %v; want an exit code that is not 0", err)
	}
	if want := "fleet: context canceled\n"; stderr.String() != want {
		t.Errorf("it says %q; want %q", &stderr, want)
	}
}

// cancelAt is a writer that cancels when a text is written.
type cancelAt struct {
	text   string
	cancel func()
}

func (c *cancelAt) Write(p []byte) (int, error) {
	if strings.Contains(string(p), c.text) {
		c.cancel()
	}
	return len(p), nil
}
