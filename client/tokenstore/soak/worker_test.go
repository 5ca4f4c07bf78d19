package soak_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"github.com/latchkey-go/latchkey/client"
)

const (
	callersEach = 3                      // of each Client of a worker
	callPause   = 200 * time.Millisecond // between two calls of a caller, about
)

// news is a line that a worker writes. Each field may be empty.
type news struct {
	Good   int      `json:",omitempty"` // calls that went well since the last news
	Bad    *verdict `json:",omitempty"`
	Memory *memory  `json:",omitempty"`
	Left   *string  `json:",omitempty"` // in the end: goroutines that do not end
}

// worker is this program as a worker.
type worker struct {
	stalls *stalls

	mu   sync.Mutex
	out  *json.Encoder
	good int
}

// work does what a worker does: it reads a line with its order, and makes calls until its input ends.
func work(in io.Reader, out io.Writer) error {
	lines := bufio.NewReader(in)
	line, err := lines.ReadBytes('\n')
	if err != nil {
		return err
	}
	var do order
	if err := json.Unmarshal(line, &do); err != nil {
		return err
	}
	before := goleak.IgnoreCurrent()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	w := &worker{stalls: newStalls(), out: json.NewEncoder(out)}
	rdb := redis.NewClient(&redis.Options{Addr: do.Redis})
	clients, err := do.clients(rdb)
	if err != nil {
		return err
	}
	var all sync.WaitGroup
	all.Go(func() { w.stalls.watch(ctx) })
	all.Go(func() { w.samples(ctx, time.Duration(do.Sample)*time.Second) })
	for service, c := range clients {
		for range callersEach {
			all.Go(func() { w.calls(ctx, service, c) })
		}
	}
	_, _ = io.Copy(io.Discard, lines)
	cancel()
	all.Wait()
	w.tell(news{})
	left := leftOver(clients, rdb, before)
	w.tell(news{Left: &left})
	return nil
}

// leftOver returns which goroutines do not end though nobody calls. A login that was begun may last 30 s.
func leftOver(clients []*client.Client, rdb *redis.Client, before goleak.Option) string {
	for _, c := range clients {
		c.HTTPClient().CloseIdleConnections()
	}
	_ = rdb.Close()
	var err error
	for began := time.Now(); time.Since(began) < 40*time.Second; {
		// The one that reads the standard input is this one.
		if err = goleak.Find(before); err == nil {
			return ""
		}
	}
	return err.Error()
}

// calls makes calls until ctx is done. A call that this cuts off is not told.
func (w *worker) calls(ctx context.Context, service int, c *client.Client) {
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case <-pause.C:
		case <-ctx.Done():
			return
		}
		v := w.call(ctx, drawCall(), service, c)
		switch {
		case ctx.Err() != nil:
			return
		case v.Outcome == ok:
			w.went()
		default:
			w.tell(news{Bad: &v})
		}
		pause.Reset(callPause/2 + time.Duration(rand.Int64N(int64(callPause))))
	}
}

// went counts a call that went well.
func (w *worker) went() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.good++
}

// tell writes news, with how many calls went well.
func (w *worker) tell(n news) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n.Good, w.good = w.good, 0
	if err := w.out.Encode(n); err != nil {
		panic(fmt.Sprint("nobody listens: ", err)) // else the worker would go on alone
	}
}
