// Package soak lets worker processes use four accounts for a while, and does to them, to their stores and to their
// services whatever happens in a data centre. What it does is drawn from a seed. TestSoak says what must hold.
//
//	go test ./client/tokenstore/soak -v -timeout 20m -soak.for 10m [-soak.seed N]
package soak_test

import (
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/redis/go-redis/v9/logging"
	"go.uber.org/goleak"
)

var (
	soakFor  = flag.Duration("soak.for", 26*time.Second, "how long TestSoak lasts; from 2 min on it also looks at the memory")
	soakSeed = flag.Uint64("soak.seed", 0, "what TestSoak draws its faults from; 0: another one each time")
)

// workerVariable makes this test's program a worker.
const workerVariable = "LATCHKEY_SOAK_WORKER"

func TestMain(m *testing.M) {
	logging.Disable() // the Clients report what fails at Redis
	if os.Getenv(workerVariable) == "" {
		goleak.VerifyTestMain(m)
	}
	if err := work(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}
