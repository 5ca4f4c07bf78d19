package tokenstore_test

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/tokenstore"
)

// Tests start this test's own program again, as another process with a role.
const (
	roleVariable = "LATCHKEY_TEST_ROLE"
	dirVariable  = "LATCHKEY_TEST_DIR"
)

// times returns how often to repeat a test whose faults are rare: long times if LATCHKEY_LONG is set.
func times(short, long int) int {
	if os.Getenv("LATCHKEY_LONG") != "" {
		return long
	}
	return short
}

var roles = map[string]func(context.Context, *tokenstore.Files) error{
	"write": writeForEver,
	"hold":  holdLock,
	"count": count,
}

func TestMain(m *testing.M) {
	role, ok := roles[os.Getenv(roleVariable)]
	if !ok {
		_ = flag.Set("test.parallel", "6") // the tests wait more than they work
		goleak.VerifyTestMain(m)
	}
	store, err := tokenstore.NewFiles(os.Getenv(dirVariable))
	if err == nil {
		err = role(context.Background(), store)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

const processKey = "account-of-many-processes"

// writeForEver replaces the record by one with the next number, and prints the number when it has.
func writeForEver(ctx context.Context, store *tokenstore.Files) error {
	number, err := readNumber(ctx, store)
	if err != nil && !errors.Is(err, client.ErrTokenNotFound) {
		return err
	}
	for {
		number++
		if err := store.Put(ctx, processKey, numbered(number), time.Hour); err != nil {
			return err
		}
		fmt.Println(number)
	}
}

// holdLock prints a line when it has the lock, and holds it until its input ends, which it does with its parent.
func holdLock(ctx context.Context, store *tokenstore.Files) error {
	unlock, err := store.Lock(ctx, processKey)
	if err != nil {
		return err
	}
	defer unlock()
	fmt.Println("locked")
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

const countsEach = 10

// count adds to the number in the record, each time under the lock.
func count(ctx context.Context, store *tokenstore.Files) error {
	for range countsEach {
		unlock, err := store.Lock(ctx, processKey)
		if err != nil {
			return err
		}
		number, err := readNumber(ctx, store)
		if err != nil && !errors.Is(err, client.ErrTokenNotFound) {
			return err
		}
		if err := store.Put(ctx, processKey, numbered(number+1), time.Hour); err != nil {
			return err
		}
		unlock()
	}
	return nil
}

// numbered returns a record whose number is in each of its parts and in its length.
func numbered(number int) []byte {
	return []byte(strings.Repeat(strconv.Itoa(number)+" ", 1000+number%4000))
}

// readNumber returns the number of the record; the error wraps client.ErrTokenNotFound if there is none.
func readNumber(ctx context.Context, store *tokenstore.Files) (int, error) {
	record, err := store.Get(ctx, processKey)
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(string(record), " ")
	number, err := strconv.Atoi(first)
	if err != nil || string(record) != string(numbered(number)) {
		return 0, fmt.Errorf("a record of %d bytes that nobody put", len(record))
	}
	return number, nil
}

// process is another process with a role. It ends with the test.
type process struct {
	cmd    *exec.Cmd
	stdin  io.Closer
	stdout *bufio.Scanner
	stderr strings.Builder
}

func startProcess(t *testing.T, role, dir string) *process {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: exec.Command(program)}
	p.cmd.Env = append(os.Environ(), roleVariable+"="+role, dirVariable+"="+dir)
	p.cmd.Stderr = &p.stderr
	stdin, err := p.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.stdin, p.stdout = stdin, bufio.NewScanner(stdout)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill() // perhaps it has ended
		_ = p.cmd.Wait()
	})
	return p
}

// line waits for the next line of the process's output.
func (p *process) line(t *testing.T) string {
	t.Helper()
	if !p.stdout.Scan() {
		t.Fatalf("the process ended: %v %s", p.cmd.Wait(), &p.stderr)
	}
	return p.stdout.Text()
}

// kill ends the process by SIGKILL and returns the last line that it wrote, last if none.
func (p *process) kill(t *testing.T, last string) string {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for p.stdout.Scan() {
		last = p.stdout.Text()
	}
	if err := p.cmd.Wait(); err == nil || p.stderr.Len() > 0 {
		t.Fatalf("the process ended by itself: %v %s", err, &p.stderr)
	}
	return last
}
