// Fleet shows what a shared TokenStore is for. Worker processes use one account of a service that limits logins. In the
// first half each worker logs in for itself; in the second half they share a token through Redis. Then many pods, which
// are simulated in one process, start cold at one moment.
//
//	go run ./examples/fleet [-workers N] [-seconds S] [-pods N]
//
// Everything happens on this machine: the service is a sandbox, and the Redis runs in this process. If REDIS_URL is set
// (redis://host:port/db, or rediss:// for TLS), that Redis is used instead.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9/logging"
)

const usage = `usage: fleet [flags]

REDIS_URL names a real Redis (redis://host:port/db, rediss:// for TLS). Without it, a Redis runs in this process.

`

func main() {
	logging.Disable() // an error or a worker's report tells what fails at Redis
	if os.Getenv(workerVariable) != "" {
		exit(work(os.Stdin, os.Stdout))
	}
	var o options
	flag.IntVar(&o.workers, "workers", 16, "how many worker processes, 1 to 200")
	flag.Float64Var(&o.seconds, "seconds", 6, "how long they work, without the store and again with it")
	flag.IntVar(&o.pods, "pods", 1000, "how many simulated pods start at one moment, 1 to 10000")
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), usage)
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "fleet: takes no arguments: set flags, and REDIS_URL, instead")
		flag.Usage()
		os.Exit(2)
	}
	o.redisURL = os.Getenv("REDIS_URL")
	info, err := os.Stdout.Stat()
	o.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err = run(ctx, os.Stdout, o)
	stop()
	exit(err)
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "fleet:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

type options struct {
	workers  int
	seconds  float64 // length of each half
	pods     int
	redisURL string // URL of the Redis; "": one in this process
	terminal bool   // whether the line of progress can be overwritten
}

// run does both halves, prints the table, has the pods start, and returns the first error.
func run(ctx context.Context, out io.Writer, o options) error {
	if err := o.check(); err != nil {
		return err
	}
	store, err := openRedis(ctx, o.redisURL)
	if err != nil {
		return err
	}
	defer store.close()
	alone, together, err := compare(ctx, out, o, store)
	if err != nil {
		return err
	}
	fmt.Fprintln(out)
	printTable(out, alone, together)
	if err := together.verdict(); err != nil {
		return err
	}
	return runPods(ctx, out, o.pods, store.url)
}

func (o options) check() error {
	switch {
	case o.workers < 1 || o.workers > 200 || !(o.seconds > 0) || o.seconds > 3600:
		return fmt.Errorf("%d workers for %g s: want 1 to 200 workers, and up to 3600 s", o.workers, o.seconds)
	case o.pods < 1 || o.pods > 10_000:
		return fmt.Errorf("%d pods: want 1 to 10000", o.pods)
	}
	return nil
}

func compare(ctx context.Context, out io.Writer, o options, store sharedRedis) (alone, together row, err error) {
	fmt.Fprintf(out, "%d processes share one account. Its tokens live %d s; its service allows %d logins per %d s.\n",
		o.workers, tokenLifetime/time.Second, loginLimit, loginWindow/time.Second)
	fmt.Fprintf(out, "The shared store is %s.\n\n", store.name)

	if alone, err = (half{options: o, title: "each for itself"}).run(ctx, out); err != nil {
		return row{}, row{}, err
	}
	together, err = half{options: o, title: "with a shared store", storeURL: store.url}.run(ctx, out)
	return alone, together, err
}
