//go:build unix

package soak_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"
)

// crew is the worker processes, as seen by the test that started them.
type crew struct {
	order []byte // a line
	book  *book
	all   []*process // the one that works now, by number
}

// process is a worker.
type process struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	stderr bytes.Buffer
	read   sync.WaitGroup

	mu     sync.Mutex
	ended  bool // it was killed, or its input was ended: it may go
	killed bool
}

func newCrew(t *testing.T, o order, b *book) *crew {
	t.Helper()
	line, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	c := &crew{order: append(line, '\n'), book: b, all: make([]*process, workers)}
	t.Cleanup(func() {
		for who := range c.all {
			c.kill(who)
		}
	})
	return c
}

// start starts a worker in the place of one that was killed.
func (c *crew) start(t *testing.T, who int) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: exec.Command(program)}
	p.cmd.Env = append(os.Environ(), workerVariable+"=1", "GORACE=atexit_sleep_ms=0")
	p.cmd.Stderr = &p.stderr
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := p.in.Write(c.order); err != nil {
		t.Fatal(err)
	}
	c.all[who] = p
	p.read.Go(func() { c.listen(p, who, out) })
}

// listen enters what a worker tells, until it ends.
func (c *crew) listen(p *process, who int, out io.Reader) {
	lines := bufio.NewReader(out)
	told := false
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			break // what was cut off by a kill does not count
		}
		var n news
		if err := json.Unmarshal(line, &n); err != nil {
			c.book.violation("worker %d writes %q", who, line)
			continue
		}
		told = told || n.Left != nil
		c.book.enter(who, n)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case !p.ended:
		c.book.violation("worker %d ended by itself", who)
	case p.killed:
		c.book.cutOff()
	case !told:
		c.book.violation("worker %d tells nothing of what it has left", who)
	}
}

// let says that the worker may end, or is about to be killed.
func (p *process) let(killed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended, p.killed = true, killed
}

// wait returns when the worker has ended, and what it has written to its standard error.
func (p *process) wait() string {
	p.read.Wait()
	_ = p.cmd.Wait() // listen has seen how it ended
	return p.stderr.String()
}

func (c *crew) signal(who int, s syscall.Signal) {
	if p := c.all[who]; p != nil {
		_ = p.cmd.Process.Signal(s)
	}
}

func (c *crew) kill(who int) {
	p := c.all[who]
	if p == nil {
		return
	}
	c.all[who] = nil
	p.let(true)
	_ = p.cmd.Process.Kill()
	c.heard(who, p.wait())
}

// stop ends the work of all. One that does not end is killed.
func (c *crew) stop() {
	for _, p := range c.all {
		if p != nil {
			p.let(false)
			_ = p.in.Close()
		}
	}
	for who, p := range c.all {
		if p == nil {
			continue
		}
		hangs := time.AfterFunc(time.Minute, func() {
			c.book.violation("worker %d does not end", who)
			_ = p.cmd.Process.Kill()
		})
		c.heard(who, p.wait())
		hangs.Stop()
		c.all[who] = nil
	}
}

// heard takes what a worker has written to its standard error for a fault: a panic, or what net/http logs.
func (c *crew) heard(who int, text string) {
	if text != "" {
		c.book.violation("worker %d: %s", who, fmt.Sprintf("%.2000s", text))
	}
}
