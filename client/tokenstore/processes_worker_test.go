package tokenstore_test

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/formlogin"
	"github.com/latchkey-go/latchkey/client/tokenstore"
	"github.com/latchkey-go/latchkey/client/tokenstore/redisstore"
)

// workerVariable makes this test's program a worker, which is another process that uses the account.
const workerVariable = "LATCHKEY_TEST_WORKER"

func init() {
	logging.Disable() // Clients report what fails at Redis
	if os.Getenv(workerVariable) == "" {
		return
	}
	if err := work(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// task is what a worker is told to do.
type task struct {
	BaseURL, Username, Password string

	Dir   string // of Files; "": Redis
	Redis string // address
	User  string // of Redis, whose password is the same; "": none
	Lease time.Duration

	Calls    int           // 0: until the standard input ends
	Patience time.Duration // of a caller; 0: 20 s, which is less than a pause
	Hasty    bool          // it ends right after its first Token, without a report
	Pods     int           // more than 0: Clients that ask for one token each, at once; their tokens are the report
}

// report is what a worker tells in the end about its calls, except the one that the end cut off.
type report struct {
	OK, Refused, Limited, Late, Failed int // Late: the caller's patience was at an end
	LastError                          string
}

const callPause = 50 * time.Millisecond

// work is what a worker does: it reads a line with the task, writes a line when it is ready, begins when it reads
// another line, makes its calls, and writes a report.
func work(in io.Reader, out io.Writer) error {
	lines := bufio.NewReader(in)
	line, err := lines.ReadBytes('\n')
	if err != nil {
		return err
	}
	var do task
	if err := json.Unmarshal(line, &do); err != nil {
		return err
	}
	if do.Pods > 0 {
		return do.pods(lines, out)
	}
	c, err := do.client()
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "ready")
	if _, err := lines.ReadBytes('\n'); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	if do.Hasty {
		defer cancel()
		_, err := c.Token(ctx)
		return err // to init, which exits at once
	}
	go func() {
		_, _ = io.Copy(io.Discard, lines)
		cancel()
	}()
	return json.NewEncoder(out).Encode(do.calls(ctx, c))
}

func (do task) client() (*client.Client, error) {
	store, err := do.store()
	if err != nil {
		return nil, err
	}
	// Without argon2id, which takes a second where many workers and the race detector share two cores.
	store, err = tokenstore.SealedFast(store, keyOf('k'))
	if err != nil {
		return nil, err
	}
	return client.New(
		formlogin.Password{BaseURL: do.BaseURL, Username: do.Username, Password: client.Static(do.Password)},
		client.WithTokenStore(store),
		client.WithRetryPolicy(client.RetryPolicy{Attempts: 1}),
	)
}

func (do task) store() (client.TokenStore, error) {
	if do.Dir != "" {
		return tokenstore.NewFiles(do.Dir)
	}
	return redisstore.New(redis.NewClient(&redis.Options{Addr: do.Redis}), redisstore.WithLease(do.Lease)), nil
}

func (do task) calls(ctx context.Context, c *client.Client) report {
	var r report
	hc := c.HTTPClient()
	tick := time.NewTicker(callPause)
	defer tick.Stop()
	for n := 1; ; n++ {
		err := call(ctx, hc, do.BaseURL+"/users/me", cmp.Or(do.Patience, 20*time.Second))
		if ctx.Err() != nil {
			return r
		}
		r.add(err)
		if n == do.Calls {
			return r
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return r
		}
	}
}

// call makes a request that needs the token.
func call(ctx context.Context, hc *http.Client, url string, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := hc.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return errors.New("HTTP " + resp.Status)
	}
	return nil
}

func (r *report) add(err error) {
	_, limited := errors.AsType[*client.RateLimitError](err)
	switch {
	case err == nil:
		r.OK++
		return
	case errors.Is(err, client.ErrInvalidCredentials):
		r.Refused++
	case limited:
		r.Limited++
	case errors.Is(err, context.DeadlineExceeded):
		r.Late++
	default:
		r.Failed++
	}
	r.LastError = err.Error()
}

// crew is workers, as seen by the test that started them.
type crew []*worker

type worker struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// hire starts n workers, which wait until they are told to begin. None outlives the test.
func hire(t *testing.T, n int, do task) crew {
	t.Helper()
	line, err := json.Marshal(do)
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var c crew
	for range n {
		cmd := exec.CommandContext(t.Context(), program)
		cmd.Env = append(os.Environ(), workerVariable+"=1", "GORACE=atexit_sleep_ms=0")
		cmd.Stderr = os.Stderr
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Wait() }) // the test's context has killed it if need be
		c = append(c, &worker{cmd, in, bufio.NewReader(out)})
	}
	c.tell(t, string(line))
	for _, w := range c {
		if line, err := w.out.ReadString('\n'); err != nil {
			t.Fatalf("a worker is not ready: %q, %v", line, err)
		}
	}
	return c
}

func (c crew) tell(t *testing.T, line string) {
	t.Helper()
	for _, w := range c {
		if _, err := io.WriteString(w.in, line+"\n"); err != nil {
			t.Fatal(err)
		}
	}
}

func (c crew) begin(t *testing.T) {
	t.Helper()
	c.tell(t, "begin")
}

// stop ends the workers' input and returns their reports.
func (c crew) stop(t *testing.T) []report {
	t.Helper()
	for _, w := range c {
		if err := w.in.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return c.reports(t)
}

func (c crew) reports(t *testing.T) []report {
	t.Helper()
	return reportsOf[report](t, c)
}

// reportsOf waits until the workers have ended. One that hangs fails the test.
func reportsOf[R any](t *testing.T, c crew) []R {
	t.Helper()
	all := make([]R, len(c))
	for i, w := range c {
		hangs := time.AfterFunc(2*time.Minute, func() { _ = w.cmd.Process.Kill() })
		err := json.NewDecoder(w.out).Decode(&all[i])
		hangs.Stop()
		if err != nil {
			t.Fatalf("no report from worker %d: %v", i, err)
		}
	}
	return all
}

// wantAll checks each report, and logs the whole of one that is wrong.
func wantAll(t *testing.T, reports []report, what string, ok func(report) bool) {
	t.Helper()
	for i, r := range reports {
		if !ok(r) {
			t.Errorf("worker %d: %+v; want %s", i, r, what)
		}
	}
}
